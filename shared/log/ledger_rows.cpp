#include <bit>

#include "shared/log/ledger_rows.hpp"

namespace huiyin::log {

namespace t = office_table;
using protocol::from_wire;
using protocol::to_wire;

namespace {
constexpr std::string_view kActContext = "huiyin/act/1";
}  // namespace

Bytes slot_key(const StreamKey& stream, StreamVersion version) {
  Bytes key = stream.bytes();
  put_big_endian(key, version.value);
  return key;
}

Result<std::optional<Slot>> find_slot(StoreReader& reader, const StreamKey& stream, StreamVersion version) {
  const auto value = reader.get(t::kStreams, slot_key(stream, version));
  if (!value.ok()) return value.error();
  if (!*value) return std::optional<Slot>{};
  if ((*value)->size() != 8 + Hash::kSize)
    return error(Code::kDamaged, "a stream entry has the wrong size", "streams");
  return std::optional<Slot>(
      Slot{{get_big_endian<std::uint64_t>(**value)}, Hash::prefix((*value)->subspan(8))});
}

Result<StreamHead> read_head(StoreReader& reader, const StreamKey& stream) {
  const auto value = reader.get(t::kHeads, stream.bytes());
  if (!value.ok()) return value.error();
  if (!*value) return StreamHead{};
  auto head = from_wire<StreamHead>(**value, "stream head");
  if (!head.ok()) return error(Code::kDamaged, head.error().text(), "stream head");
  if (head->format != 1) return error(Code::kDamaged, "a row of an unknown format", "stream head");
  return head;
}

EntryRow row_of(const LedgerEntry& entry) {
  EntryRow row;
  row.kind = static_cast<std::uint8_t>(entry.stream.kind);
  row.id = entry.stream.id;
  row.epoch = entry.stream.epoch;
  row.branch = entry.stream.branch;
  row.version = entry.version;
  row.type = entry.type;
  row.revision = entry.revision;
  row.at = entry.at;
  row.actor.value = entry.actor;
  row.hash = entry.hash;
  row.digest = entry.digest;
  row.header.value = entry.header;
  row.previous = entry.previous;
  row.anchor = entry.anchor;
  if (entry.head) row.head.value = to_bytes(entry.head->view());
  row.quarantined.value = entry.quarantined;
  return row;
}

Result<LedgerEntry> entry_of(LedgerOffset offset, ByteView value) {
  auto row = from_wire<EntryRow>(value, "ledger entry " + std::to_string(offset.value));
  if (!row.ok()) return error(Code::kDamaged, row.error().text(), "ledger", "run: huiyin verify ledger");
  if (row->format != 1 || (!row->head.value.empty() && row->head.value.size() != Signature::kSize))
    return error(Code::kDamaged, "a row of an unknown format",
                 "ledger entry " + std::to_string(offset.value));
  LedgerEntry entry;
  entry.offset = offset;
  entry.stream = {static_cast<StreamKind>(row->kind), row->id, row->epoch, row->branch};
  entry.version = row->version;
  entry.type = row->type;
  entry.revision = row->revision;
  entry.at = row->at;
  entry.actor = std::move(row->actor.value);
  entry.hash = row->hash;
  entry.digest = row->digest;
  entry.header = std::move(row->header.value);
  entry.previous = row->previous;
  entry.anchor = row->anchor;
  if (auto head = Signature::from(row->head.value)) entry.head = *head;
  entry.quarantined = std::move(row->quarantined.value);
  return entry;
}

Hash act_hash(const HashPort& hashes, const LedgerEntry& entry) {
  Bytes numbers;
  put_big_endian(numbers, entry.version.value);
  put_big_endian(numbers, entry.type);
  put_big_endian(numbers, entry.revision);
  put_big_endian(numbers, static_cast<std::uint64_t>(entry.at.ms));
  put_big_endian(numbers, static_cast<std::uint16_t>(entry.actor.size()));
  return hashes.blake2b(
      {as_bytes(kActContext), entry.stream.bytes(), numbers, as_bytes(entry.actor), entry.digest.view()});
}

/// What a leaf commits to besides the hash: where the entry stands, when it came, and what came
/// with a record that its hash does not cover (anchor, head signature, quarantine).
Hash leaf_hash(const HashPort& hashes, const LedgerEntry& entry) {
  Bytes at;
  put_big_endian(at, entry.version.value);
  put_big_endian(at, static_cast<std::uint64_t>(entry.at.ms));
  const Hash evidence = hashes.blake2b(
      {to_wire(entry.anchor), entry.head ? entry.head->view() : ByteView{}, as_bytes(entry.quarantined)});
  return hashes.blake2b(
      {as_bytes("huiyin/leaf/1"), entry.stream.bytes(), at, entry.hash.view(), evidence.view()});
}

/// The tree as finish() wrote it.
Result<MerkleFrontier> read_tree(StoreReader& reader) {
  const auto value = reader.get(t::kMeta, as_bytes(kTreeKey));
  if (!value.ok()) return value.error();
  if (!*value) return MerkleFrontier{};
  const ByteView bytes = **value;
  const std::uint64_t size = bytes.size() < 8 ? 0 : get_big_endian<std::uint64_t>(bytes);
  if (bytes.size() != 8 + static_cast<std::size_t>(std::popcount(size)) * Hash::kSize)
    return error(Code::kDamaged, "the tree's frontier does not fit its size", "ledger",
                 "run: huiyin verify ledger");
  std::vector<Hash> subtrees;
  for (std::size_t at = 8; at < bytes.size(); at += Hash::kSize)
    subtrees.push_back(Hash::prefix(bytes.subspan(at)));
  return MerkleFrontier(size, std::move(subtrees));
}

StreamId stream_id(ByteView bytes) { return StreamId::prefix(bytes); }

Status advance(StoreReader& reader, const StreamKey& stream, StreamHead& head) {
  for (;;) {
    const auto next = find_slot(reader, stream, {head.through.value + 1});
    if (!next.ok()) return next.error();
    if (!*next) return {};
    const auto entry = ledger_entry(reader, (*next)->offset);
    if (!entry.ok()) return entry.error();
    if (!(entry->previous == head.through_hash)) return {};
    head.through = {head.through.value + 1};
    head.through_hash = (*next)->hash;
  }
}

}  // namespace huiyin::log
