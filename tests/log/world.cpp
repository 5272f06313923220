#include "tests/log/world.hpp"

#include <map>

namespace huiyin::log::testing {

crypto::KeyPair key_named(std::string_view name) {
  auto pair = crypto::KeyPair::from_seed(hashes().blake2b({as_bytes(name)}).view());
  return std::move(pair).value();
}

Status ToyFold::apply(StoreWriter& writer, const LedgerEntry& entry, std::optional<ByteView> body) {
  Bytes key = entry.stream.bytes();
  put_big_endian(key, entry.type);
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  const auto known = writer.get(kTable, key);
  if (!known.ok()) return known.error();
  if (*known) {
    count = get_big_endian<std::uint64_t>(**known);
    bytes = get_big_endian<std::uint64_t>((*known)->subspan(8));
  }
  Bytes value;
  put_big_endian(value, count + 1);
  put_big_endian(value, bytes + (body ? body->size() : 0));
  return writer.put(kTable, key, value);
}

Status Office::write(const std::function<Status(LedgerWriter&)>& work) {
  return disk.write([&](StoreWriter& writer) -> Status {
    auto ledger = LedgerWriter::begin(writer, hashes(), folds);
    if (!ledger.ok()) return ledger.error();
    HUIYIN_TRY(work(*ledger));
    return ledger->finish();
  });
}

Result<IngestOutcome> Office::take(const IngestBatch& batch, const Judge& judge) {
  IngestOutcome outcome;
  HUIYIN_TRY(write([&](LedgerWriter& ledger) -> Status {
    auto taken = ledger.ingest(batch, now, judge);
    if (!taken.ok()) return taken.error();
    outcome = std::move(*taken);
    return {};
  }));
  return outcome;
}

Result<IngestOutcome> Office::take(const Device& device, const protocol::Push& push, const Hash& previous,
                                   const Judge& judge) {
  auto records = protocol::verify_batch(hashes(), push.batch, office_id(), device.id(),
                                        device.key.public_key(), previous);
  if (!records.ok()) return records.error();
  return take(
      {device.id(), push.batch.epoch, previous, std::move(*records), push.batch.anchor, push.batch.signature},
      judge);
}

protocol::Ack Office::ack(const Device& device, const EpochId& of, const IngestOutcome& outcome,
                          std::uint64_t backed_up) {
  protocol::AckBody body;
  body.office = office_id();
  body.office_epoch = epoch;
  body.device = device.id();
  body.epoch = of;
  body.branch = outcome.branch;
  body.runs.items = outcome.runs;
  body.exceptions.items = outcome.exceptions;
  body.tree_size = state().size;
  body.backed_up_size = backed_up;
  return protocol::sign_ack(ack_key, std::move(body));
}

LedgerState Office::state() {
  LedgerState found;
  const Status status = disk.read([&](StoreReader& reader) -> Status {
    const auto read = ledger_state(reader, hashes());
    if (!read.ok()) return read.error();
    found = *read;
    return {};
  });
  EXPECT_TRUE(status.ok());
  return found;
}

protocol::Welcome Office::welcome(const Device& device, Journal& journal) {
  protocol::Welcome welcome;
  welcome.office_epoch = epoch;
  welcome.now = now;
  welcome.tree_size = state().size;
  const auto named = journal.positions();
  EXPECT_TRUE(named.ok());
  const Status status = disk.read([&](StoreReader& reader) -> Status {
    auto have = device_positions(reader, device.id(), *named);
    if (!have.ok()) return have.error();
    welcome.have = std::move(*have);
    return {};
  });
  EXPECT_TRUE(status.ok());
  return welcome;
}

std::vector<std::string> Office::findings() {
  std::vector<std::string> found;
  const Status status = disk.read([&](StoreReader& reader) -> Status {
    const auto verified =
        verify_ledger(reader, hashes(), [&](const std::string& text) { found.push_back(text); });
    if (!verified.ok()) return verified.error();
    EXPECT_EQ(verified->findings, found.size());
    return {};
  });
  if (!status.ok()) found.push_back(status.error().text());
  return found;
}

std::map<Hash, int> Office::record_counts() {
  std::map<Hash, int> counts;
  const Status status = disk.read([&](StoreReader& reader) {
    return read_ledger(reader, {0}, [&](const LedgerEntry& entry, std::optional<ByteView>) {
      if (entry.stream.kind == StreamKind::kRecords) ++counts[entry.hash];
      return true;
    });
  });
  EXPECT_TRUE(status.ok());
  return counts;
}

Result<std::uint64_t> Office::sync(Device& device, Journal& journal) {
  std::uint64_t travelled = 0;
  const auto points = journal.resume(welcome(device, journal), device.clock);
  if (!points.ok()) return points.error();
  for (protocol::ResumePoint point : *points)
    for (;;) {
      auto push = journal.next_batch(point);
      if (!push.ok()) return push.error();
      if (!*push) break;
      const std::uint64_t base = (*push)->batch.base.value;
      const std::uint64_t count = (*push)->batch.shape_of.items.size();
      Hash previous;
      if (base > 1) {
        const auto before = journal.read({base - 1});
        if (before.ok() && before->header.epoch == point.epoch) previous = before->hash;
      }
      auto outcome = take(device, **push, previous);
      if (!outcome.ok()) return outcome.error();
      HUIYIN_TRY(journal.store_ack(ack(device, point.epoch, *outcome)));
      travelled += count;
      point = {point.epoch, {base + count - 1}, true};
    }
  return travelled;
}

bool Office::views_equal_rebuild(MemoryStore& store) {
  const auto again = store.copy();
  const Status status = again->write([&](StoreWriter& writer) { return rebuild(writer, folds); });
  EXPECT_TRUE(status.ok());
  return again->same_contents(store);
}

IngestBatch batch_of(Device& device, Journal& journal, std::uint64_t first, std::uint64_t last) {
  IngestBatch batch;
  batch.device = device.id();
  for (std::uint64_t seq = first; seq <= last; ++seq) {
    auto record = journal.read({seq});
    EXPECT_TRUE(record.ok()) << seq;
    batch.epoch = record->header.epoch;
    batch.records.push_back(std::move(*record));
  }
  const auto before = journal.read({first - 1});
  if (before.ok() && before->header.epoch == batch.epoch) batch.previous = before->hash;
  batch.signature =
      protocol::sign_head(device.key, office_id(), batch.records.back().header, batch.records.back().hash);
  return batch;
}

}  // namespace huiyin::log::testing
