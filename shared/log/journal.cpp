#include "shared/log/journal.hpp"

#include "shared/log/journal_read.hpp"

namespace huiyin::log {

namespace t = device_table;
using protocol::to_wire;

Journal::Journal(Setup setup)
    : setup_(std::move(setup)), device_(protocol::device_id_of(setup_.hashes, setup_.key.public_key())) {}

Result<Journal> Journal::open(Setup setup, const ClockReading& clock) {
  Journal journal(std::move(setup));
  HUIYIN_TRY(journal.load());
  if (journal.last_.value == 0) {
    HUIYIN_TRY(journal.open_epoch(protocol::EpochReason::kFirst, clock));
  } else if (!(journal.epoch_boot_ == clock.boot)) {
    // Continuity cannot be proved across a reboot: a restored disk or a swapped card looks the same.
    HUIYIN_TRY(journal.open_epoch(protocol::EpochReason::kBoot, clock));
  }
  return journal;
}

Status Journal::load() {
  return setup_.store.read([this](StoreReader& reader) -> Status {
    auto newest = reader.last(t::kRecords);
    if (!newest.ok()) return newest.error();
    if (!*newest) return {};
    last_ = {get_big_endian<std::uint64_t>((*newest)->first)};
    const auto whole = read_record(reader, setup_.hashes, last_);
    if (!whole.ok()) return whole.error();
    last_hash_ = whole->record.hash;
    auto epoch = reader.last(t::kEpochs);
    if (!epoch.ok()) return epoch.error();
    if (!*epoch)
      return error(Code::kDamaged, "the table of epochs is empty", "journal", "run: huiyin verify journal");
    const auto row = parse_row<EpochRow>((*epoch)->second, "epoch");
    if (!row.ok()) return row.error();
    if (!(whole->record.header.epoch == row->epoch) || row->first > last_)
      return error(Code::kDamaged, "the newest record is not of the newest epoch", "journal",
                   "run: huiyin verify journal");
    if (!protocol::verify_head(setup_.hashes, setup_.key.public_key(), setup_.office, whole->record.header,
                               last_hash_, whole->head))
      return error(Code::kDamaged, "the newest record has a signature that does not fit", "journal",
                   "run: huiyin verify journal");
    epoch_ = row->epoch;
    epoch_boot_ = row->boot;
    epoch_first_ = row->first;
    return {};
  });
}

Status Journal::open_epoch(protocol::EpochReason reason, const ClockReading& clock) {
  protocol::EpochOpen open;
  open.parent = epoch_;
  open.parent_through = last_;
  open.parent_hash = last_hash_;
  open.reason.value = reason;
  open.boot = clock.boot;
  const Journal before = *this;
  setup_.random(epoch_.bytes);
  epoch_boot_ = clock.boot;
  epoch_first_ = {last_.value + 1};
  last_hash_ = {};
  Capture capture;
  capture.type = protocol::record_type::kEpochOpen;
  capture.area = setup_.area;
  capture.payload = [&](const protocol::RecordHeader&) -> Result<Bytes> {
    return protocol::make_payload(to_wire(open), {});
  };
  const auto saved = append_in_epoch(capture, clock);
  if (saved.ok()) return {};
  epoch_ = before.epoch_;
  epoch_boot_ = before.epoch_boot_;
  epoch_first_ = before.epoch_first_;
  last_hash_ = before.last_hash_;
  return saved.error();
}

Result<Saved> Journal::append(const Capture& capture, const ClockReading& clock) {
  return append_in_epoch(capture, clock);
}

Result<SaltSeed> Journal::seed_for(StoreWriter& writer, Seq seq) {
  const Bytes key = seed_key(epoch_, seq);
  auto known = writer.get(t::kSaltSeeds, key);
  if (!known.ok()) return known.error();
  if (*known) return SaltSeed::prefix(**known);
  SaltSeed seed;
  setup_.random(seed.bytes);
  HUIYIN_TRY(writer.put(t::kSaltSeeds, key, seed.view()));
  return seed;
}

Result<Saved> Journal::append_in_epoch(const Capture& capture, const ClockReading& clock) {
  protocol::RecordHeader header;
  header.device = device_;
  header.epoch = epoch_;
  header.seq = {last_.value + 1};
  header.type = capture.type;
  header.revision = capture.revision;
  header.form = capture.form;
  header.area = capture.area;
  header.boot_steps = steps32(clock.boot_time.ms);
  header.wall_steps = steps32(clock.wall_time.ms);
  header.generation = capture.generation;
  header.seal_mode =
      capture.generation.value != 0 ? static_cast<std::uint8_t>(protocol::SealMode::kX25519ChaCha) : 0;
  auto payload = capture.payload(header);
  if (!payload.ok()) return payload.error();
  if (payload->size() > limits::kPayloadBytesMax)
    return error(Code::kTooLarge,
                 "a record of " + std::to_string(payload->size()) + " bytes is above the limit");
  header.payload_bytes = static_cast<std::uint32_t>(payload->size());

  StoredRecord stored;
  stored.header.value = protocol::header_bytes(header);
  HUIYIN_TRY(setup_.store.write([&](StoreWriter& writer) -> Status {
    const auto seed = seed_for(writer, header.seq);
    if (!seed.ok()) return seed.error();
    const Salt salt = protocol::record_salt(setup_.hashes, *seed, header.seq);
    stored.digest = protocol::payload_digest(setup_.hashes, salt, *payload);
    stored.hash = protocol::record_hash(setup_.hashes, last_hash_, stored.header.value, stored.digest);
    stored.head = protocol::sign_head(setup_.key, setup_.office, header, stored.hash);
    Bytes salted = to_bytes(salt.view());
    huiyin::append(salted, *payload);
    if (header.seq == epoch_first_)
      HUIYIN_TRY(writer.put(t::kEpochs, key_of(header.seq.value),
                            to_wire(EpochRow{1, epoch_, header.seq, epoch_boot_})));
    HUIYIN_TRY(writer.put(t::kRecords, key_of(header.seq.value), to_wire(stored)));
    return writer.put(t::kPayloads, key_of(header.seq.value), salted);
  }));
  last_ = header.seq;
  last_hash_ = stored.hash;
  return Saved{epoch_, last_, last_hash_};
}

Result<protocol::Record> Journal::read(Seq seq) {
  protocol::Record record;
  HUIYIN_TRY(setup_.store.read([&](StoreReader& reader) -> Status {
    auto whole = read_record(reader, setup_.hashes, seq);
    if (!whole.ok()) return whole.error();
    record = std::move(whole->record);
    return {};
  }));
  return record;
}

}  // namespace huiyin::log
