#include "shared/log/ledger.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "protocol/archive.hpp"
#include "shared/core/utf8.hpp"
#include "shared/log/tables.hpp"

namespace huiyin::log {

namespace t = office_table;
using protocol::AckException;
using protocol::AckRun;
using protocol::EpochPosition;
using protocol::from_wire;
using protocol::Record;
using protocol::to_wire;
using protocol::Verdict;

namespace {

constexpr std::string_view kActContext = "huiyin/act/1";
constexpr std::size_t kActorBytesMax = 64;
constexpr std::size_t kReasonBytesMax = 200;  // of an erasure
const ByteView kTreeKey = as_bytes("tree");
const ByteView kBackedUpKey = as_bytes("backed-up-size");

/// How an entry lies in the table: everything but the payload.
struct EntryRow {
  std::uint8_t format = 1;
  std::uint8_t kind = 0;
  StreamId id;
  EpochId epoch;
  BranchId branch;
  StreamVersion version;
  std::uint16_t type = 0;
  std::uint16_t revision = 0;
  OfficeTime at;
  Text<kActorBytesMax> actor;
  Hash hash;
  Hash digest;
  Blob<700> header;
  Hash previous;
  protocol::TimeAnchor anchor;
  Blob<64> head;
  Text<200> quarantined;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, kind, id, epoch, branch, version, type, revision, at, actor, hash, digest);
    if (kind == static_cast<std::uint8_t>(StreamKind::kRecords)) archive(header, previous, anchor, head, quarantined);
  }
};

struct StreamHead {
  std::uint8_t format = 1;
  StreamVersion head;            ///< the greatest version
  // Record streams: contiguous from the first record of the epoch, once that has come.
  bool has_first = false;
  StreamVersion through;
  Hash through_hash;
  template <class Archive>
  void serialize(Archive& archive) { archive(format, head, has_first, through, through_hash); }
};

struct Slot {
  LedgerOffset offset;
  Hash hash;
};

Bytes slot_key(const StreamKey& stream, StreamVersion version) {
  Bytes key = stream.bytes();
  put_big_endian(key, version.value);
  return key;
}

Result<std::optional<Slot>> find_slot(StoreReader& reader, const StreamKey& stream, StreamVersion version) {
  const auto value = reader.get(t::kStreams, slot_key(stream, version));
  if (!value.ok()) return value.error();
  if (!*value) return std::optional<Slot>{};
  if ((*value)->size() != 8 + Hash::kSize) return error(Code::kDamaged, "a stream entry has the wrong size", "streams");
  return std::optional<Slot>(Slot{{get_big_endian<std::uint64_t>(**value)}, Hash::prefix((*value)->subspan(8))});
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
    return error(Code::kDamaged, "a row of an unknown format", "ledger entry " + std::to_string(offset.value));
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
  return hashes.blake2b({as_bytes(kActContext), entry.stream.bytes(), numbers, as_bytes(entry.actor), entry.digest.view()});
}

/// What a leaf commits to besides the hash: where the entry stands, when it came, and what came
/// with a record that its hash does not cover (anchor, head signature, quarantine).
Hash leaf_hash(const HashPort& hashes, const LedgerEntry& entry) {
  Bytes at;
  put_big_endian(at, entry.version.value);
  put_big_endian(at, static_cast<std::uint64_t>(entry.at.ms));
  const Hash evidence = hashes.blake2b({to_wire(entry.anchor), entry.head ? entry.head->view() : ByteView{}, as_bytes(entry.quarantined)});
  return hashes.blake2b({as_bytes("huiyin/leaf/1"), entry.stream.bytes(), at, entry.hash.view(), evidence.view()});
}

/// The tree as finish() wrote it.
Result<MerkleFrontier> read_tree(StoreReader& reader) {
  const auto value = reader.get(t::kMeta, kTreeKey);
  if (!value.ok()) return value.error();
  if (!*value) return MerkleFrontier{};
  const ByteView bytes = **value;
  const std::uint64_t size = bytes.size() < 8 ? 0 : get_big_endian<std::uint64_t>(bytes);
  if (bytes.size() != 8 + static_cast<std::size_t>(std::popcount(size)) * Hash::kSize)
    return error(Code::kDamaged, "the tree's frontier does not fit its size", "ledger", "run: huiyin verify ledger");
  std::vector<Hash> subtrees;
  for (std::size_t at = 8; at < bytes.size(); at += Hash::kSize) subtrees.push_back(Hash::prefix(bytes.subspan(at)));
  return MerkleFrontier(size, std::move(subtrees));
}

StreamId stream_id(ByteView bytes) { return StreamId::prefix(bytes); }

}  // namespace

// --- streams

Bytes StreamKey::bytes() const {
  Bytes key{static_cast<std::uint8_t>(kind)};
  append(key, id.view());
  append(key, epoch.view());
  append(key, branch.view());
  return key;
}
StreamKey record_stream(const DeviceId& device, const EpochId& epoch, const BranchId& branch) {
  return {StreamKind::kRecords, stream_id(device.view()), epoch, branch};
}
StreamKey case_stream(const CaseId& id) { return {StreamKind::kCase, stream_id(id.view()), {}, {}}; }
StreamKey device_stream(const DeviceId& id) { return {StreamKind::kDevice, stream_id(id.view()), {}, {}}; }
StreamKey code_stream(const CodeId& id) { return {StreamKind::kCode, stream_id(id.view()), {}, {}}; }
StreamKey person_stream(const HashPort& hashes, std::string_view name) {
  return {StreamKind::kPerson, stream_id(hashes.blake2b({as_bytes("huiyin/person/1"), as_bytes(name)}).view()), {}, {}};
}
StreamKey office_stream() { return {}; }

// --- writing

Result<LedgerWriter> LedgerWriter::begin(StoreWriter& writer, const HashPort& hashes, const Folds& folds) {
  LedgerWriter ledger(writer, hashes, folds);
  auto tree = read_tree(writer);
  if (!tree.ok()) return tree.error();
  ledger.tree_ = std::move(*tree);
  return ledger;
}

Status LedgerWriter::finish() {
  Bytes value;
  put_big_endian(value, tree_.size());
  for (const Hash& hash : tree_.subtrees()) huiyin::append(value, hash.view());
  return writer_.put(t::kMeta, kTreeKey, value);
}

Status LedgerWriter::append(LedgerEntry& entry, const Salt& salt, ByteView body) {
  entry.offset = {tree_.size()};
  Bytes slot = key_of(entry.offset.value);
  huiyin::append(slot, entry.hash.view());
  Bytes payload = to_bytes(salt.view());
  huiyin::append(payload, body);
  HUIYIN_TRY(writer_.put(t::kEntries, key_of(entry.offset.value), to_wire(row_of(entry))));
  HUIYIN_TRY(writer_.put(t::kPayloads, key_of(entry.offset.value), payload));
  HUIYIN_TRY(writer_.put(t::kStreams, slot_key(entry.stream, entry.version), slot));
  tree_.append(hashes_, leaf_hash(hashes_, entry));
  for (Fold* fold : folds_) HUIYIN_TRY(fold->apply(writer_, entry, body));
  return {};
}

Result<LedgerEntry> LedgerWriter::append_act(const Act& act) {
  if (act.actor.size() > kActorBytesMax || !is_utf8(act.actor))
    return error(Code::kInvalid, "a sign-in name is too long or not UTF-8", act.actor.substr(0, kActorBytesMax));
  auto head = read_head(writer_, act.stream);
  if (!head.ok()) return head.error();
  if (act.expected_head && !(*act.expected_head == head->head))
    return error(Code::kConflict, "somebody else was first", {}, "read again, then decide");
  LedgerEntry entry;
  entry.stream = act.stream;
  entry.version = {head->head.value + 1};
  entry.type = act.type;
  entry.revision = act.revision;
  entry.at = act.at;
  entry.actor = act.actor;
  entry.digest = protocol::payload_digest(hashes_, act.salt, act.body);
  entry.hash = act_hash(hashes_, entry);
  head->head = entry.version;
  HUIYIN_TRY(writer_.put(t::kHeads, act.stream.bytes(), to_wire(*head)));
  HUIYIN_TRY(append(entry, act.salt, act.body));
  return entry;
}

namespace {

/// The branch of (device, epoch) that a record belongs to, its predecessor's hash being known.
struct Placement {
  StreamKey stream;
  std::optional<Slot> known;  ///< the record is there already
};

Result<std::vector<BranchId>> branches_of(StoreReader& reader, const DeviceId& device, const EpochId& epoch) {
  std::vector<BranchId> branches;
  const Bytes stream = record_stream(device, epoch, {}).bytes();
  const ByteView prefix = ByteView(stream).first(1 + 16 + 8);
  HUIYIN_TRY(scan_prefix(reader, t::kHeads, prefix, [&](ByteView key, ByteView) {
    branches.push_back(BranchId::prefix(key.subspan(prefix.size())));
    return true;
  }));
  return branches;
}

Result<Placement> place(StoreReader& reader, const std::vector<BranchId>& branches, const Record& record,
                        const Hash& previous) {
  const StreamVersion version{record.header.seq.value};
  std::optional<StreamKey> continues;
  std::optional<StreamKey> free_trunk;
  for (const BranchId& branch : branches) {
    const StreamKey stream = record_stream(record.header.device, record.header.epoch, branch);
    const auto slot = find_slot(reader, stream, version);
    if (!slot.ok()) return slot.error();
    // It may lie in any of them, also behind one that it would fit: look everywhere first.
    if (*slot && (*slot)->hash == record.hash) return Placement{stream, *slot};
    if (*slot || continues) continue;
    const auto before = find_slot(reader, stream, {version.value - 1});
    if (!before.ok()) return before.error();
    if (*before && (*before)->hash == previous) continues = stream;
    if (!*before && branch.is_none()) free_trunk = stream;
  }
  if (continues) return Placement{*continues, std::nullopt};
  // Nothing there contradicts the first branch: a gap, or the very first record.
  if (free_trunk || branches.empty()) return Placement{record_stream(record.header.device, record.header.epoch, {}), std::nullopt};
  return Placement{record_stream(record.header.device, record.header.epoch, BranchId::prefix(record.hash.view())), std::nullopt};
}

/// Moves the contiguous mark over everything that is there and continues the same chain: what
/// came into a gap of the first branch may be of another history.
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

/// What is said of a record that was there before: the ack that said it first may have been lost.
Result<AckException> again(StoreReader& reader, Seq seq, LedgerOffset offset) {
  const auto entry = ledger_entry(reader, offset);
  if (!entry.ok()) return entry.error();
  if (!entry->quarantined.empty()) return AckException{seq, {Verdict::kQuarantined}, {entry->quarantined}};
  const auto payload = reader.get(t::kPayloads, key_of(offset.value));
  if (!payload.ok()) return payload.error();
  return AckException{seq, {Verdict::kDuplicate}, {*payload ? "" : "erased"}};
}

void add_to_runs(std::vector<AckRun>& runs, Seq seq, LedgerOffset leaf) {
  if (!runs.empty()) {
    AckRun& last = runs.back();
    if (last.first.value + last.count == seq.value && last.first_leaf.value + last.count == leaf.value) {
      ++last.count;
      return;
    }
  }
  runs.push_back({seq, 1, leaf});
}

}  // namespace

Result<IngestOutcome> LedgerWriter::ingest(const IngestBatch& batch, OfficeTime at, const Judge& judge) {
  HUIYIN_CHECK(!batch.records.empty());
  IngestOutcome outcome;
  auto branches = branches_of(writer_, batch.device, batch.epoch);
  if (!branches.ok()) return branches.error();
  std::map<Bytes, std::pair<StreamKey, StreamHead>> heads;
  Hash previous = batch.previous;
  std::optional<StreamKey> trunk;  // where the record before this one was put, with nothing after it
  for (const Record& record : batch.records) {
    Placement placement;
    if (trunk) {
      placement.stream = *trunk;
    } else {
      auto found = place(writer_, *branches, record, previous);
      if (!found.ok()) return found.error();
      placement = *found;
    }
    const Bytes stream_bytes = placement.stream.bytes();
    auto head = heads.find(stream_bytes);
    if (head == heads.end()) {
      const auto stored = read_head(writer_, placement.stream);
      if (!stored.ok()) return stored.error();
      head = heads.emplace(stream_bytes, std::pair{placement.stream, *stored}).first;
      if (std::find(branches->begin(), branches->end(), placement.stream.branch) == branches->end())
        branches->push_back(placement.stream.branch);
    }
    outcome.branch = placement.stream.branch;
    StreamHead& state = head->second.second;
    if (placement.known) {
      add_to_runs(outcome.runs, record.header.seq, placement.known->offset);
      auto exception = again(writer_, record.header.seq, placement.known->offset);
      if (!exception.ok()) return exception.error();
      outcome.exceptions.push_back(std::move(*exception));
      trunk.reset();
      previous = record.hash;
      continue;
    }
    LedgerEntry entry;
    entry.stream = placement.stream;
    entry.version = {record.header.seq.value};
    entry.type = record.header.type;
    entry.revision = record.header.revision;
    entry.at = at;
    entry.hash = record.hash;
    entry.digest = record.digest;
    entry.header = protocol::header_bytes(record.header);
    entry.previous = previous;
    entry.anchor = batch.anchor;
    if (&record == &batch.records.back()) entry.head = batch.signature;
    if (judge)
      if (auto reason = judge(record)) {
        entry.quarantined = std::string(utf8_prefix(*reason, 120));
        outcome.exceptions.push_back({record.header.seq, {Verdict::kQuarantined}, {entry.quarantined}});
      }
    HUIYIN_TRY(append(entry, record.salt, record.payload));
    add_to_runs(outcome.runs, record.header.seq, entry.offset);
    // Beyond the end of the only branch there is nothing that could be a duplicate or a fork of
    // what follows.
    trunk.reset();
    if (entry.version.value > state.head.value) {
      state.head = entry.version;
      if (branches->size() == 1) trunk = placement.stream;
    }
    if (previous.is_none() && !state.has_first) {
      state.has_first = true;
      state.through = {entry.version.value};
      state.through_hash = entry.hash;
    } else if (state.has_first && entry.version.value == state.through.value + 1) {
      state.through = entry.version;
      state.through_hash = entry.hash;
    }
    previous = record.hash;
  }
  for (auto& [key, head] : heads) {
    if (head.second.has_first) HUIYIN_TRY(advance(writer_, head.first, head.second));
    HUIYIN_TRY(writer_.put(t::kHeads, key, to_wire(head.second)));
  }
  return outcome;
}

Status LedgerWriter::erase(LedgerOffset offset, const std::string& reason, const std::string& basis,
                           const std::string& actor, OfficeTime at, const Salt& salt) {
  const auto entry = ledger_entry(writer_, offset);
  if (!entry.ok()) return entry.error();
  if (entry->stream.kind != StreamKind::kRecords)
    return error(Code::kInvalid, "only a record's payload can be erased", "ledger entry " + std::to_string(offset.value));
  if (reason.size() > kReasonBytesMax || basis.size() > kReasonBytesMax || !is_utf8(reason) || !is_utf8(basis))
    return error(Code::kInvalid, "reason and basis of an erasure have at most 200 bytes each");
  HUIYIN_TRY(writer_.erase(t::kPayloads, key_of(offset.value)));
  Act act;
  act.stream.kind = StreamKind::kErasure;
  act.type = act_type::kRecordErased;
  act.at = at;
  act.actor = actor;
  act.salt = salt;
  act.body = to_wire(RecordErased{offset, {reason}, {basis}});
  const auto appended = append_act(act);
  if (!appended.ok()) return appended.error();
  return rebuild(writer_, folds_);
}

// --- reading

Result<LedgerState> ledger_state(StoreReader& reader, const HashPort& hashes) {
  LedgerState state;
  const auto tree = read_tree(reader);
  if (!tree.ok()) return tree.error();
  state.size = tree->size();
  state.root = tree->root(hashes);
  const auto backed_up = reader.get(t::kMeta, kBackedUpKey);
  if (!backed_up.ok()) return backed_up.error();
  if (*backed_up && (*backed_up)->size() == 8) state.backed_up_size = get_big_endian<std::uint64_t>(**backed_up);
  return state;
}

Result<LedgerEntry> ledger_entry(StoreReader& reader, LedgerOffset offset) {
  const auto value = reader.get(t::kEntries, key_of(offset.value));
  if (!value.ok()) return value.error();
  if (!*value) return error(Code::kNotFound, "there is no ledger entry " + std::to_string(offset.value));
  return entry_of(offset, **value);
}

Result<std::optional<Bytes>> ledger_payload(StoreReader& reader, const HashPort& hashes, const LedgerEntry& entry) {
  const auto value = reader.get(t::kPayloads, key_of(entry.offset.value));
  if (!value.ok()) return value.error();
  if (!*value) return std::optional<Bytes>{};
  const std::string where = "ledger entry " + std::to_string(entry.offset.value);
  if ((*value)->size() < Salt::kSize) return error(Code::kDamaged, "a payload without salt", where);
  const ByteView body = (*value)->subspan(Salt::kSize);
  if (!(protocol::payload_digest(hashes, Salt::prefix(**value), body) == entry.digest))
    return error(Code::kDamaged, "the payload is not what was written", where, "run: huiyin verify ledger");
  return std::optional<Bytes>(to_bytes(body));
}

Result<StreamVersion> stream_head(StoreReader& reader, const StreamKey& stream) {
  const auto head = read_head(reader, stream);
  if (!head.ok()) return head.error();
  return head->head;
}

Result<List<EpochPosition, 64>> device_positions(StoreReader& reader, const DeviceId& device,
                                                 const List<EpochPosition, 64>& epochs) {
  List<EpochPosition, 64> have;
  for (const EpochPosition& epoch : epochs.items) {
    const auto head = read_head(reader, record_stream(device, epoch.epoch, {}));
    if (!head.ok()) return head.error();
    if (head->has_first) have.items.push_back({epoch.epoch, {head->through.value}, head->through_hash});
  }
  return have;
}

Status read_ledger(StoreReader& reader, LedgerOffset from, const LedgerVisit& visit) {
  Status bad;
  HUIYIN_TRY(reader.scan(t::kEntries, key_of(from.value), [&](ByteView key, ByteView value) {
    const auto entry = entry_of({get_big_endian<std::uint64_t>(key)}, value);
    if (!entry.ok()) {
      bad = entry.error();
      return false;
    }
    const auto payload = reader.get(t::kPayloads, key);
    if (!payload.ok()) {
      bad = payload.error();
      return false;
    }
    std::optional<ByteView> body;
    if (*payload && (*payload)->size() >= Salt::kSize) body = (*payload)->subspan(Salt::kSize);
    return visit(*entry, body);
  }));
  return bad;
}

Status rebuild(StoreWriter& writer, const Folds& folds) {
  for (Fold* fold : folds)
    for (const Table table : fold->tables()) HUIYIN_TRY(writer.clear(table));
  // A scan may not write, so entries are read by number.
  const auto last = writer.last(t::kEntries);
  if (!last.ok()) return last.error();
  if (!*last) return {};
  const std::uint64_t size = get_big_endian<std::uint64_t>((*last)->first) + 1;
  for (std::uint64_t offset = 0; offset < size; ++offset) {
    const auto entry = ledger_entry(writer, {offset});
    if (!entry.ok()) return entry.error();
    const auto payload = writer.get(t::kPayloads, key_of(offset));
    if (!payload.ok()) return payload.error();
    std::optional<Bytes> body;
    if (*payload && (*payload)->size() >= Salt::kSize) body = to_bytes((*payload)->subspan(Salt::kSize));
    for (Fold* fold : folds)
      HUIYIN_TRY(fold->apply(writer, *entry, body ? std::optional<ByteView>(*body) : std::nullopt));
  }
  return {};
}

// --- verification of everything

namespace {

using Report = std::function<void(const std::string&)>;

Hash hash_of(const HashPort& hashes, const LedgerEntry& entry) {
  return entry.stream.kind == StreamKind::kRecords ? protocol::record_hash(hashes, entry.previous, entry.header, entry.digest)
                                                   : act_hash(hashes, entry);
}

/// A record's columns repeat what its hashed header says.
bool fits_header(const LedgerEntry& entry) {
  const auto header = protocol::parse_header(entry.header);
  return header.ok() && record_stream(header->device, header->epoch, entry.stream.branch) == entry.stream &&
         header->seq.value == entry.version.value && header->type == entry.type &&
         header->revision == entry.revision && entry.actor.empty();
}

/// Whether the stream's tables lead to the entry.
void check_stream(StoreReader& reader, const LedgerEntry& entry, const std::string& name, const Report& report) {
  const auto slot = find_slot(reader, entry.stream, entry.version);
  if (!slot.ok()) {
    report(slot.error().text());
  } else if (!*slot || !((*slot)->offset == entry.offset) || !((*slot)->hash == entry.hash)) {
    report(name + ": its stream does not lead to it");
  }
  const auto head = read_head(reader, entry.stream);
  if (!head.ok()) return report(head.error().text());
  const bool is_first = entry.stream.kind == StreamKind::kRecords && entry.previous.is_none();
  if (entry.version > head->head || (is_first && !head->has_first)) report(name + ": its stream's head stands before it");
}

/// Whether a stream's head stands where its entries end.
void check_head(StoreReader& reader, const StreamKey& stream, const StreamHead& head, const Report& report) {
  const std::string name = "stream " + hex(stream.bytes());
  const auto newest = find_slot(reader, stream, head.head);
  const auto beyond = find_slot(reader, stream, {head.head.value + 1});
  if (!newest.ok() || !beyond.ok()) return report(name + " cannot be read");
  if (!*newest || *beyond) report(name + ": its head is not its newest version");
  if (!head.has_first) {
    if (head.through.value != 0 || !head.through_hash.is_none()) report(name + ": a contiguous mark without a first record");
    return;
  }
  const auto through = find_slot(reader, stream, head.through);
  StreamHead advanced = head;
  if (!through.ok() || !advance(reader, stream, advanced).ok()) return report(name + " cannot be read");
  if (!*through || !((*through)->hash == head.through_hash) || advanced.through != head.through)
    report(name + ": its contiguous mark is wrong");
}

/// One walk over everything; what it gathers is compared at the end.
struct LedgerCheck {
  StoreReader& reader;
  const HashPort& hashes;
  const Report& report;
  MerkleFrontier tree;
  std::set<std::uint64_t> absent;
  std::set<std::uint64_t> erased;
  std::uint64_t entries = 0;

  Status walk() {
    return reader.scan(t::kEntries, {}, [&](ByteView key, ByteView value) {
      const LedgerOffset offset{get_big_endian<std::uint64_t>(key)};
      if (offset.value != tree.size()) report("ledger entries before " + std::to_string(offset.value) + " are missing");
      const auto entry = entry_of(offset, value);
      if (!entry.ok()) {
        report(entry.error().text());
        tree.append(hashes, {});
        return true;
      }
      ++entries;
      visit(*entry);
      tree.append(hashes, leaf_hash(hashes, *entry));
      return true;
    });
  }

  void visit(const LedgerEntry& entry) {
    const std::string name = "ledger entry " + std::to_string(entry.offset.value);
    const auto payload = ledger_payload(reader, hashes, entry);
    if (!payload.ok()) {
      report(payload.error().text());
    } else if (!*payload) {
      absent.insert(entry.offset.value);
    } else if (entry.stream.kind == StreamKind::kErasure) {
      if (const auto act = from_wire<RecordErased>(**payload, name); act.ok()) erased.insert(act->offset.value);
    }
    if (!(hash_of(hashes, entry) == entry.hash)) report(name + ": its hash does not fit its contents");
    if (entry.stream.kind == StreamKind::kRecords && !fits_header(entry)) report(name + ": its header says something else");
    check_stream(reader, entry, name, report);
  }

  /// Rows that no entry leads to, and heads.
  Status leftovers() {
    std::uint64_t slots = 0;
    std::uint64_t payloads = 0;
    const auto count_into = [](std::uint64_t& count) {
      return [&count](ByteView, ByteView) {
        ++count;
        return true;
      };
    };
    HUIYIN_TRY(reader.scan(t::kStreams, {}, count_into(slots)));
    HUIYIN_TRY(reader.scan(t::kPayloads, {}, count_into(payloads)));
    if (slots != entries) report("the streams name " + std::to_string(slots) + " entries, the ledger has " + std::to_string(entries));
    if (payloads + absent.size() != entries) report("there are payloads that belong to no entry");
    if (absent != erased) report(std::to_string(absent.size()) + " payloads are absent, " + std::to_string(erased.size()) + " were erased by an act");
    return reader.scan(t::kHeads, {}, [&](ByteView key, ByteView) {
      StreamKey stream;
      stream.kind = static_cast<StreamKind>(key[0]);
      stream.id = StreamId::prefix(key.subspan(1));
      if (key.size() == stream.bytes().size()) {
        stream.epoch = EpochId::prefix(key.subspan(1 + StreamId::kSize));
        stream.branch = BranchId::prefix(key.subspan(1 + StreamId::kSize + EpochId::kSize));
      }
      const auto head = read_head(reader, stream);
      if (head.ok()) {
        check_head(reader, stream, *head, report);
      } else {
        report(head.error().text());
      }
      return true;
    });
  }
};

}  // namespace

Result<LedgerVerified> verify_ledger(StoreReader& reader, const HashPort& hashes,
                                     const std::function<void(const std::string&)>& finding) {
  LedgerVerified verified;
  const Report report = [&](const std::string& text) {
    ++verified.findings;
    finding(text);
  };
  LedgerCheck check{reader, hashes, report, {}, {}, {}, 0};
  HUIYIN_TRY(check.walk());
  HUIYIN_TRY(check.leftovers());
  verified.entries = check.entries;
  verified.erased = check.absent.size();
  verified.root = check.tree.root(hashes);
  const auto state = ledger_state(reader, hashes);
  if (!state.ok()) {
    if (state.error().code != Code::kDamaged) return state.error();
    report(state.error().text());
    return verified;
  }
  if (state->size != check.tree.size()) report("the ledger says it has " + std::to_string(state->size) + " entries");
  if (!(state->root == verified.root)) report("the tree's root does not fit the entries");
  if (state->backed_up_size > state->size) report("more is said to be backed up than there is");
  return verified;
}

}  // namespace huiyin::log
