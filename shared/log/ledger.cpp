/// Writing: streams, acts, ingest, erasure.

#include <algorithm>
#include <map>

#include "shared/core/utf8.hpp"
#include "shared/log/ledger_rows.hpp"

namespace huiyin::log {

namespace t = office_table;
using protocol::AckException;
using protocol::AckRun;
using protocol::Record;
using protocol::to_wire;
using protocol::Verdict;

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
  return {StreamKind::kPerson,
          stream_id(hashes.blake2b({as_bytes("huiyin/person/1"), as_bytes(name)}).view()),
          {},
          {}};
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
  return writer_.put(t::kMeta, as_bytes(kTreeKey), value);
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
    return error(Code::kInvalid, "a sign-in name is too long or not UTF-8",
                 act.actor.substr(0, kActorBytesMax));
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
  if (free_trunk || branches.empty())
    return Placement{record_stream(record.header.device, record.header.epoch, {}), std::nullopt};
  return Placement{
      record_stream(record.header.device, record.header.epoch, BranchId::prefix(record.hash.view())),
      std::nullopt};
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
    return error(Code::kInvalid, "only a record's payload can be erased",
                 "ledger entry " + std::to_string(offset.value));
  if (reason.size() > kReasonBytesMax || basis.size() > kReasonBytesMax || !is_utf8(reason) ||
      !is_utf8(basis))
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

}  // namespace huiyin::log
