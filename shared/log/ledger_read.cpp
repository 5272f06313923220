/// Reading, rebuilding the views, and the ledger checked whole.

#include <set>

#include "shared/log/ledger_rows.hpp"

namespace huiyin::log {

namespace t = office_table;
using protocol::EpochPosition;
using protocol::from_wire;

Result<LedgerState> ledger_state(StoreReader& reader, const HashPort& hashes) {
  LedgerState state;
  const auto tree = read_tree(reader);
  if (!tree.ok()) return tree.error();
  state.size = tree->size();
  state.root = tree->root(hashes);
  const auto backed_up = reader.get(t::kMeta, as_bytes(kBackedUpKey));
  if (!backed_up.ok()) return backed_up.error();
  if (*backed_up && (*backed_up)->size() == 8)
    state.backed_up_size = get_big_endian<std::uint64_t>(**backed_up);
  return state;
}

Result<LedgerEntry> ledger_entry(StoreReader& reader, LedgerOffset offset) {
  const auto value = reader.get(t::kEntries, key_of(offset.value));
  if (!value.ok()) return value.error();
  if (!*value) return error(Code::kNotFound, "there is no ledger entry " + std::to_string(offset.value));
  return entry_of(offset, **value);
}

Result<std::optional<Bytes>> ledger_payload(StoreReader& reader, const HashPort& hashes,
                                            const LedgerEntry& entry) {
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
  return entry.stream.kind == StreamKind::kRecords
             ? protocol::record_hash(hashes, entry.previous, entry.header, entry.digest)
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
void check_stream(StoreReader& reader, const LedgerEntry& entry, const std::string& name,
                  const Report& report) {
  const auto slot = find_slot(reader, entry.stream, entry.version);
  if (!slot.ok()) {
    report(slot.error().text());
  } else if (!*slot || !((*slot)->offset == entry.offset) || !((*slot)->hash == entry.hash)) {
    report(name + ": its stream does not lead to it");
  }
  const auto head = read_head(reader, entry.stream);
  if (!head.ok()) return report(head.error().text());
  const bool is_first = entry.stream.kind == StreamKind::kRecords && entry.previous.is_none();
  if (entry.version > head->head || (is_first && !head->has_first))
    report(name + ": its stream's head stands before it");
}

/// Whether a stream's head stands where its entries end.
void check_head(StoreReader& reader, const StreamKey& stream, const StreamHead& head, const Report& report) {
  const std::string name = "stream " + hex(stream.bytes());
  const auto newest = find_slot(reader, stream, head.head);
  const auto beyond = find_slot(reader, stream, {head.head.value + 1});
  if (!newest.ok() || !beyond.ok()) return report(name + " cannot be read");
  if (!*newest || *beyond) report(name + ": its head is not its newest version");
  if (!head.has_first) {
    if (head.through.value != 0 || !head.through_hash.is_none())
      report(name + ": a contiguous mark without a first record");
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
      if (offset.value != tree.size())
        report("ledger entries before " + std::to_string(offset.value) + " are missing");
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
      if (const auto act = from_wire<RecordErased>(**payload, name); act.ok())
        erased.insert(act->offset.value);
    }
    if (!(hash_of(hashes, entry) == entry.hash)) report(name + ": its hash does not fit its contents");
    if (entry.stream.kind == StreamKind::kRecords && !fits_header(entry))
      report(name + ": its header says something else");
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
    if (slots != entries)
      report("the streams name " + std::to_string(slots) + " entries, the ledger has " +
             std::to_string(entries));
    if (payloads + absent.size() != entries) report("there are payloads that belong to no entry");
    if (absent != erased)
      report(std::to_string(absent.size()) + " payloads are absent, " + std::to_string(erased.size()) +
             " were erased by an act");
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
  if (state->size != check.tree.size())
    report("the ledger says it has " + std::to_string(state->size) + " entries");
  if (!(state->root == verified.root)) report("the tree's root does not fit the entries");
  if (state->backed_up_size > state->size) report("more is said to be backed up than there is");
  return verified;
}

}  // namespace huiyin::log
