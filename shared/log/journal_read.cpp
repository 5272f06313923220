#include "shared/log/journal_read.hpp"

#include <algorithm>

namespace huiyin::log {

namespace t = device_table;
using protocol::from_wire;

std::uint32_t steps32(std::int64_t ms) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(coarse_steps(ms), 0, UINT32_MAX));
}

Bytes seed_key(const EpochId& epoch, Seq seq) {
  Bytes key = to_bytes(epoch.view());
  put_big_endian(key, seq.value / protocol::kSaltBlock);
  return key;
}

/// The hash that the record of that number continues: zeros for the first of an epoch.
Result<Hash> hash_before(StoreReader& reader, Seq seq) {
  const auto opens = reader.get(t::kEpochs, key_of(seq.value));
  if (!opens.ok()) return opens.error();
  if (*opens) return Hash{};
  const std::string where = "record " + std::to_string(seq.value - 1);
  const auto before = get_row<StoredRecord>(reader, t::kRecords, key_of(seq.value - 1), where);
  if (!before.ok()) return before.error();
  if (!*before) return error(Code::kDamaged, "a record is missing", where, "run: huiyin verify journal");
  return (*before)->hash;
}

/// The record of that number with everything checked but its signature.
Result<WholeRecord> read_record(StoreReader& reader, const HashPort& hashes, Seq seq) {
  const std::string where = "record " + std::to_string(seq.value);
  auto stored = get_row<StoredRecord>(reader, t::kRecords, key_of(seq.value), where);
  if (!stored.ok()) return stored.error();
  if (!*stored) return error(Code::kNotFound, "there is no such record", where);
  auto payload = reader.get(t::kPayloads, key_of(seq.value));
  if (!payload.ok()) return payload.error();
  WholeRecord whole;
  auto header = protocol::parse_header((*stored)->header.value);
  if (!header.ok()) return error(Code::kDamaged, header.error().text(), where);
  whole.record.header = std::move(*header);
  whole.record.digest = (*stored)->digest;
  whole.record.hash = (*stored)->hash;
  whole.head = (*stored)->head;
  if (!*payload || (*payload)->size() < Salt::kSize)
    return error(Code::kDamaged, "the payload is missing", where, "run: huiyin verify journal");
  whole.record.salt = Salt::prefix(**payload);
  whole.record.payload = to_bytes((*payload)->subspan(Salt::kSize));
  if (!(protocol::payload_digest(hashes, whole.record.salt, whole.record.payload) == whole.record.digest))
    return error(Code::kDamaged, "the payload is not what was written", where, "run: huiyin verify journal");
  const auto previous = hash_before(reader, seq);
  if (!previous.ok()) return previous.error();
  if (whole.record.header.seq != seq || whole.record.header.payload_bytes != whole.record.payload.size() ||
      !(protocol::record_hash(hashes, *previous, (*stored)->header.value, whole.record.digest) ==
        whole.record.hash))
    return error(Code::kDamaged, "the record does not continue the chain", where,
                 "run: huiyin verify journal");
  return whole;
}

/// Oldest first.
Result<std::vector<EpochRow>> all_epochs(StoreReader& reader) {
  std::vector<EpochRow> rows;
  Status bad;
  HUIYIN_TRY(reader.scan(t::kEpochs, {}, [&](ByteView key, ByteView value) {
    const auto row = parse_row<EpochRow>(value, "epoch");
    if (!row.ok()) {
      bad = row.error();
      return false;
    }
    if (!equal(key, key_of(row->first.value))) {
      bad = error(Code::kDamaged, "an epoch lies under another number than its first record's",
                  "epoch " + row->epoch.text());
      return false;
    }
    rows.push_back(*row);
    return true;
  }));
  HUIYIN_TRY(bad);
  return rows;
}

Result<std::vector<EpochSpan>> epoch_spans(StoreReader& reader, Seq last) {
  auto rows = all_epochs(reader);
  if (!rows.ok()) return rows.error();
  std::vector<EpochSpan> spans;
  for (std::size_t i = 0; i < rows->size(); ++i)
    spans.push_back({(*rows)[i], i + 1 < rows->size() ? Seq{(*rows)[i + 1].first.value - 1} : last});
  return spans;
}

/// The highest number of [first, last] such that everything up to it is acknowledged by the
/// office epoch; first - 1 when nothing is.
Result<Seq> acknowledged_through(StoreReader& reader, const OfficeEpoch& office_epoch, Seq first, Seq last) {
  Seq through{first.value - 1};
  HUIYIN_TRY(reader.scan(t::kAcks, key_of(first.value), [&](ByteView key, ByteView value) {
    const Seq seq{get_big_endian<std::uint64_t>(key)};
    if (seq.value != through.value + 1 || seq > last) return false;
    const auto row = from_wire<AckRow>(value, "ack");
    if (!row.ok() || !(row->office_epoch == office_epoch)) return false;
    through = seq;
    return true;
  }));
  return through;
}

/// A record with all that a batch needs of it; kDamaged when the office could not verify it.
Result<Sendable> read_sendable(StoreReader& reader, const HashPort& hashes, const EpochId& epoch, Seq seq) {
  auto whole = read_record(reader, hashes, seq);
  if (!whole.ok()) {
    if (whole.error().code == Code::kNotFound)
      return error(Code::kDamaged, "a record is missing", whole.error().where);
    return whole.error();
  }
  const auto seed = reader.get(t::kSaltSeeds, seed_key(epoch, seq));
  if (!seed.ok()) return seed.error();
  const std::string where = "record " + std::to_string(seq.value);
  if (!*seed || (*seed)->size() != SaltSeed::kSize ||
      !(protocol::record_salt(hashes, SaltSeed::prefix(**seed), seq) == whole->record.salt))
    return error(Code::kDamaged, "the salt seed is not what was written", where,
                 "run: huiyin verify journal");
  const SaltSeed copy = SaltSeed::prefix(**seed);
  const auto previous = hash_before(reader, seq);
  if (!previous.ok()) return previous.error();
  return Sendable{std::move(*whole), copy, *previous};
}

}  // namespace huiyin::log
