#include "tests/sim/office.hpp"

#include "shared/log/tables.hpp"

namespace huiyin::sim {

namespace t = log::office_table;

namespace {
Signature mark(const PublicKey& key, std::initializer_list<ByteView> parts) {
  Bytes all = to_bytes(key.view());
  for (const ByteView part : parts) append(all, part);
  const Hash hash = hashes().blake2b({as_bytes("sim signature"), all});
  Signature signature;
  std::copy(hash.bytes.begin(), hash.bytes.end(), signature.bytes.begin());
  return signature;
}
}  // namespace

const HashPort& hashes() {
  static const SimHashes port;
  return port;
}
bool SimHashes::verify(const PublicKey& key, std::initializer_list<ByteView> parts,
                       const Signature& signature) const {
  return mark(key, parts) == signature;
}
SimKey::SimKey(std::string_view name)
    : key_(PublicKey::prefix(hashes().blake2b({as_bytes("sim key"), as_bytes(name)}).view())) {}
Signature SimKey::sign(std::initializer_list<ByteView> parts) const { return mark(key_, parts); }

// --- views

std::vector<Table> BucketFold::tables() const { return {t::kBucketEntries, t::kBucketHeads}; }

Status BucketFold::apply(StoreWriter& writer, const log::LedgerEntry& entry, std::optional<ByteView> body) {
  if (entry.type != kPublished || entry.stream.kind != log::StreamKind::kOffice || !body) return {};
  const Bytes bucket = to_bytes(body->first(17));
  auto published = protocol::wire_value<protocol::BucketEntry>(body->subspan(17), "published");
  if (!published.ok()) return {};
  const auto head = writer.get(t::kBucketHeads, bucket);
  if (!head.ok()) return head.error();
  published->offset = {(*head ? get_big_endian<std::uint64_t>(**head) : 0) + 1};
  Bytes key = bucket;
  put_big_endian(key, published->offset.value);
  HUIYIN_TRY(writer.put(t::kBucketEntries, key, protocol::wire_bytes(*published)));
  return writer.put(t::kBucketHeads, bucket, log::key_of(published->offset.value));
}

Status BytesFold::apply(StoreWriter& writer, const log::LedgerEntry& entry, std::optional<ByteView> body) {
  if (entry.stream.kind != log::StreamKind::kRecords) return {};
  const Bytes key = entry.stream.bytes();
  const auto known = writer.get(60, key);
  if (!known.ok()) return known.error();
  const std::uint64_t before = *known ? get_big_endian<std::uint64_t>(**known) : 0;
  return writer.put(60, key, log::key_of(before + (body ? body->size() : 0)));
}

// --- office

SimOffice::SimOffice(std::uint64_t seed, const Bugs& bugs)
    : id(protocol::office_id_of(hashes(), root.public_key())), prng_(seed), bugs_(bugs) {
  epoch = OfficeEpoch::prefix(prng_.bytes(8));
}

Status SimOffice::write(MemoryStore& store, const std::function<Status(log::LedgerWriter&)>& work) {
  return store.write([&](StoreWriter& writer) -> Status {
    auto ledger = log::LedgerWriter::begin(writer, hashes(), folds_);
    if (!ledger.ok()) return ledger.error();
    HUIYIN_TRY(work(*ledger));
    return ledger->finish();
  });
}

Result<protocol::Ack> SimOffice::ingest_on(MemoryStore& store, const log::IngestBatch& batch) {
  protocol::AckBody body;
  body.office = id;
  body.office_epoch = epoch;
  body.device = batch.device;
  body.epoch = batch.epoch;
  HUIYIN_TRY(write(store, [&](log::LedgerWriter& ledger) -> Status {
    auto outcome = ledger.ingest(batch, time, {});
    if (!outcome.ok()) return outcome.error();
    body.branch = outcome->branch;
    body.runs.items = std::move(outcome->runs);
    body.exceptions.items = std::move(outcome->exceptions);
    body.tree_size = ledger.size();
    body.root = ledger.root();
    return {};
  }));
  return protocol::sign_ack(ack_key, std::move(body));
}

Result<protocol::Ack> SimOffice::ingest(const log::IngestBatch& batch) {
  auto ack = ingest_on(*disk, batch);
  if (bugs_.forget_streams && prng_.chance(1, 4)) {
    const Status forgot = disk->write([](StoreWriter& writer) -> Status {
      HUIYIN_TRY(writer.clear(t::kStreams));
      return writer.clear(t::kHeads);
    });
    if (!forgot.ok()) return forgot.error();
  }
  return ack;
}

Result<protocol::Ack> SimOffice::promise(const log::IngestBatch& batch) {
  const auto twin = disk->copy();
  return ingest_on(*twin, batch);
}

Status SimOffice::publish(const protocol::Bucket& bucket, const protocol::ReplyEntry& reply) {
  protocol::BucketEntry entry;
  entry.type = protocol::bucket_entry_type::kReply;
  entry.body.value = protocol::wire_bytes(reply);
  entry.signature = protocol::sign_bucket_entry(log_key, id, bucket, entry.type, entry.body.value);
  log::Act act;
  act.stream = log::office_stream();
  act.type = kPublished;
  act.at = time;
  act.body = protocol::bucket_key(bucket);
  append(act.body, protocol::wire_bytes(entry));
  act.salt = Salt::prefix(prng_.bytes(16));
  return write(*disk, [&](log::LedgerWriter& ledger) -> Status {
    HUIYIN_TRY(ledger.append_act(act));
    return {};
  });
}

Status SimOffice::erase_one() {
  return write(*disk, [&](log::LedgerWriter& ledger) -> Status {
    if (ledger.size() == 0) return {};
    const Status erased =
        ledger.erase({prng_.below(ledger.size())}, "asked", "law", "li", time, Salt::prefix(prng_.bytes(16)));
    return !erased.ok() && erased.error().code == Code::kInvalid ? Status{}
                                                                 : erased;  // an act: nothing to erase
  });
}

Result<protocol::KnownDevice> SimOffice::look_up(const DeviceId& device,
                                                 const List<protocol::EpochPosition, 64>& epochs) {
  protocol::KnownDevice known;
  known.key = devices.at(device);
  known.buckets = {protocol::bucket_for_everyone(), protocol::bucket_for_area({1}),
                   protocol::bucket_for_device(device)};
  HUIYIN_TRY(disk->read([&](StoreReader& reader) -> Status {
    auto have = log::device_positions(reader, device, epochs);
    if (!have.ok()) return have.error();
    known.have = std::move(*have);
    const auto state = log::ledger_state(reader, hashes());
    if (!state.ok()) return state.error();
    known.tree_size = state->size;
    return {};
  }));
  return known;
}

Result<std::vector<protocol::BucketEntry>> SimOffice::bucket(const protocol::Bucket& bucket) {
  std::vector<protocol::BucketEntry> entries;
  HUIYIN_TRY(disk->read([&](StoreReader& reader) {
    return scan_prefix(reader, t::kBucketEntries, protocol::bucket_key(bucket),
                       [&](ByteView, ByteView value) {
                         auto entry = protocol::wire_value<protocol::BucketEntry>(value, "bucket entry");
                         if (entry.ok()) entries.push_back(std::move(*entry));
                         return true;
                       });
  }));
  return entries;
}

Result<protocol::OfficeSession::BucketsRead> SimOffice::read_buckets(
    const std::vector<protocol::BucketPosition>& from) {
  constexpr std::size_t kAtOnce = 3;
  protocol::OfficeSession::BucketsRead read;
  for (const protocol::BucketPosition& position : from) {
    auto entries = bucket(position.bucket);
    if (!entries.ok()) return entries.error();
    protocol::Delta delta;
    delta.bucket = position.bucket;
    for (protocol::BucketEntry& entry : *entries)
      if (entry.offset > position.after && delta.entries.items.size() < kAtOnce)
        delta.entries.items.push_back(std::move(entry));
    if (delta.entries.items.empty()) continue;
    read.now_at.push_back({position.bucket, epoch, delta.entries.items.back().offset});
    read.deltas.push_back(std::move(delta));
  }
  return read;
}

void SimOffice::take_backup() { backup_ = disk->copy(); }

bool SimOffice::restore() {
  if (!backup_) return false;
  disk = backup_->copy();
  epoch = OfficeEpoch::prefix(prng_.bytes(8));
  return true;
}

std::map<Hash, int> SimOffice::record_counts() {
  std::map<Hash, int> counts;
  const Status status = disk->read([&](StoreReader& reader) {
    return log::read_ledger(reader, {0}, [&](const log::LedgerEntry& entry, std::optional<ByteView>) {
      if (entry.stream.kind == log::StreamKind::kRecords) ++counts[entry.hash];
      return true;
    });
  });
  HUIYIN_CHECK(status.ok());
  return counts;
}

std::string SimOffice::complaint() {
  std::string found;
  const Status status = disk->read([&](StoreReader& reader) -> Status {
    const auto verified =
        log::verify_ledger(reader, hashes(), [&](const std::string& text) { found = text; });
    if (!verified.ok()) return verified.error();
    return {};
  });
  if (!status.ok()) return status.error().text();
  const auto again = disk->copy();
  const Status rebuilt = again->write([&](StoreWriter& writer) { return log::rebuild(writer, folds_); });
  if (!rebuilt.ok()) return rebuilt.error().text();
  if (!again->same_contents(*disk)) return "the views are not what the ledger folds to";
  return found;
}

protocol::KeyRing key_ring(const SimOffice& office) {
  protocol::KeyRing ring;
  ring.version = 1;
  ring.office = office.id;
  ring.root = office.root.public_key();
  ring.ack = office.ack_key.public_key();
  ring.log = office.log_key.public_key();
  ring.tls_pins.items.emplace_back();
  ring.sealing.items.emplace_back();
  protocol::sign_key_ring(office.root, ring);
  return ring;
}

}  // namespace huiyin::sim
