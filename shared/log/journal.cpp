#include "shared/log/journal.hpp"

#include <algorithm>

#include "shared/log/journal_rows.hpp"
#include "shared/log/tables.hpp"

namespace huiyin::log {

namespace t = device_table;
using protocol::EpochPosition;
using protocol::from_wire;
using protocol::to_wire;

namespace {

const ByteView kAnchorKey = as_bytes("anchor");
const ByteView kOfficeEpochKey = as_bytes("office-epoch");

std::uint32_t steps32(std::int64_t ms) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(coarse_steps(ms), 0, UINT32_MAX));
}

Bytes seed_key(const EpochId& epoch, Seq seq) {
  Bytes key = to_bytes(epoch.view());
  put_big_endian(key, seq.value / protocol::kSaltBlock);
  return key;
}

template <class Row>
Result<Row> parse_row(ByteView value, std::string_view what) {
  auto row = from_wire<Row>(value, what);
  if (!row.ok()) return error(Code::kDamaged, row.error().text(), std::string(what));
  if constexpr (requires { row->format; })
    if (row->format != 1) return error(Code::kDamaged, "a row of an unknown format", std::string(what));
  return row;
}

template <class Row>
Result<std::optional<Row>> get_row(StoreReader& reader, Table table, ByteView key, std::string_view what) {
  auto value = reader.get(table, key);
  if (!value.ok()) return value.error();
  if (!*value) return std::optional<Row>{};
  auto row = parse_row<Row>(**value, what);
  if (!row.ok()) return row.error();
  return std::optional<Row>(std::move(*row));
}

struct WholeRecord {
  protocol::Record record;
  Signature head;
};

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
      !(protocol::record_hash(hashes, *previous, (*stored)->header.value, whole.record.digest) == whole.record.hash))
    return error(Code::kDamaged, "the record does not continue the chain", where, "run: huiyin verify journal");
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
      bad = error(Code::kDamaged, "an epoch lies under another number than its first record's", "epoch " + row->epoch.text());
      return false;
    }
    rows.push_back(*row);
    return true;
  }));
  HUIYIN_TRY(bad);
  return rows;
}

struct EpochSpan {
  EpochRow row;
  Seq last;
};
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

}  // namespace

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
    if (!*epoch) return error(Code::kDamaged, "the table of epochs is empty", "journal", "run: huiyin verify journal");
    const auto row = parse_row<EpochRow>((*epoch)->second, "epoch");
    if (!row.ok()) return row.error();
    if (!(whole->record.header.epoch == row->epoch) || row->first > last_)
      return error(Code::kDamaged, "the newest record is not of the newest epoch", "journal", "run: huiyin verify journal");
    if (!protocol::verify_head(setup_.hashes, setup_.key.public_key(), setup_.office, whole->record.header, last_hash_, whole->head))
      return error(Code::kDamaged, "the newest record has a signature that does not fit", "journal", "run: huiyin verify journal");
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
  header.seal_mode = capture.generation.value != 0 ? static_cast<std::uint8_t>(protocol::SealMode::kX25519ChaCha) : 0;
  auto payload = capture.payload(header);
  if (!payload.ok()) return payload.error();
  if (payload->size() > limits::kPayloadBytesMax)
    return error(Code::kTooLarge, "a record of " + std::to_string(payload->size()) + " bytes is above the limit");
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
      HUIYIN_TRY(writer.put(t::kEpochs, key_of(header.seq.value), to_wire(EpochRow{1, epoch_, header.seq, epoch_boot_})));
    HUIYIN_TRY(writer.put(t::kRecords, key_of(header.seq.value), to_wire(stored)));
    return writer.put(t::kPayloads, key_of(header.seq.value), salted);
  }));
  last_ = header.seq;
  last_hash_ = stored.hash;
  return Saved{epoch_, last_, last_hash_};
}

// --- towards the office

Result<OfficeEpoch> Journal::known_office_epoch() {
  OfficeEpoch epoch;
  HUIYIN_TRY(setup_.store.read([&](StoreReader& reader) -> Status {
    const auto stored = reader.get(t::kMeta, kOfficeEpochKey);
    if (!stored.ok()) return stored.error();
    if (*stored) epoch = OfficeEpoch::prefix(**stored);
    return {};
  }));
  return epoch;
}

Result<List<EpochPosition, 64>> Journal::positions() {
  constexpr std::size_t kOldUnacknowledgedMax = 32;
  const auto office_epoch = known_office_epoch();
  if (!office_epoch.ok()) return office_epoch.error();
  List<EpochPosition, 64> list;
  HUIYIN_TRY(setup_.store.read([&](StoreReader& reader) -> Status {
    const auto spans = epoch_spans(reader, last_);
    if (!spans.ok()) return spans.error();
    // The oldest that lack acknowledgements, then the newest while there is room: what is not
    // stated is simply offered again after the Welcome.
    std::vector<bool> chosen(spans->size(), false);
    std::size_t count = 0;
    for (std::size_t i = 0; i < spans->size() && count < kOldUnacknowledgedMax; ++i) {
      const EpochSpan& span = (*spans)[i];
      const auto through = acknowledged_through(reader, *office_epoch, span.row.first, span.last);
      if (!through.ok()) return through.error();
      if (*through == span.last) continue;
      chosen[i] = true;
      ++count;
    }
    for (std::size_t i = spans->size(); i-- > 0 && count < 64;) {
      if (chosen[i]) continue;
      chosen[i] = true;
      ++count;
    }
    for (std::size_t i = 0; i < spans->size(); ++i) {
      if (!chosen[i]) continue;
      const EpochSpan& span = (*spans)[i];
      const auto stored = get_row<StoredRecord>(reader, t::kRecords, key_of(span.last.value), "record");
      if (!stored.ok()) return stored.error();
      if (!*stored) return error(Code::kDamaged, "the last record of an epoch is missing", "record " + std::to_string(span.last.value));
      list.items.push_back({span.row.epoch, span.last, (*stored)->hash});
    }
    return {};
  }));
  return list;
}

namespace {

/// Whether our record of that number has that hash.
Result<bool> has_hash(StoreReader& reader, Seq seq, const Hash& hash) {
  const auto stored = get_row<StoredRecord>(reader, t::kRecords, key_of(seq.value), "record");
  if (!stored.ok()) return stored.error();
  return stored->has_value() && (*stored)->hash == hash;
}

/// What a Welcome says about one of our epochs.
struct Statement {
  EpochSpan span;
  std::optional<Seq> held;  ///< the office has everything up to it, as we have it
  bool differs = false;     ///< it is ahead of us or has another history
};

Result<std::vector<Statement>> read_statements(StoreReader& reader, const protocol::Welcome& welcome, Seq last) {
  const auto spans = epoch_spans(reader, last);
  if (!spans.ok()) return spans.error();
  std::vector<Statement> statements;
  for (const EpochSpan& span : *spans) {
    Statement& statement = statements.emplace_back(Statement{span, {}, false});
    const auto have = std::find_if(welcome.have.items.begin(), welcome.have.items.end(),
                                   [&](const EpochPosition& position) { return position.epoch == span.row.epoch; });
    if (have == welcome.have.items.end()) continue;
    statement.differs = true;
    if (have->through < span.row.first || have->through > span.last) continue;
    const auto same = has_hash(reader, have->through, have->hash);
    if (!same.ok()) return same.error();
    if (!*same) continue;
    statement.held = have->through;
    statement.differs = false;
  }
  return statements;
}

/// Where to begin in each epoch. What has no acknowledgement of the present office epoch is
/// offered again even if the office holds it: only a signed ack ends that. And the office's
/// statement wins over acknowledgements we remember.
Result<std::vector<protocol::ResumePoint>> find_points(StoreReader& reader, const OfficeEpoch& office_epoch,
                                                       const std::vector<Statement>& statements) {
  std::vector<protocol::ResumePoint> points;
  for (const Statement& statement : statements) {
    const EpochSpan& span = statement.span;
    const bool present = &statement == &statements.back();
    const auto through = acknowledged_through(reader, office_epoch, span.row.first, span.last);
    if (!through.ok()) return through.error();
    const Seq after = statement.held ? std::min(*through, *statement.held) : *through;
    if (after < span.last || present) points.push_back({span.row.epoch, after, statement.held == after});
  }
  return points;
}

}  // namespace

Result<std::vector<protocol::ResumePoint>> Journal::resume(const protocol::Welcome& welcome, const ClockReading& clock) {
  std::vector<Statement> statements;
  const auto look = [&](StoreReader& reader) -> Status {
    auto found = read_statements(reader, welcome, last_);
    if (!found.ok()) return found.error();
    statements = std::move(*found);
    return {};
  };
  HUIYIN_TRY(setup_.store.read(look));
  if (statements.back().differs) {
    HUIYIN_TRY(open_epoch(protocol::EpochReason::kOfficeDiffers, clock));
    HUIYIN_TRY(setup_.store.read(look));
  }
  std::vector<SequenceSet::Run> held;
  for (const Statement& statement : statements)
    if (statement.held) held.push_back({statement.span.row.first.value, statement.held->value});
  HUIYIN_TRY(meet_office_epoch(welcome, held));
  std::vector<protocol::ResumePoint> points;
  HUIYIN_TRY(setup_.store.read([&](StoreReader& reader) -> Status {
    auto found = find_points(reader, welcome.office_epoch, statements);
    if (!found.ok()) return found.error();
    points = std::move(*found);
    return {};
  }));
  return points;
}

namespace {

struct Sendable {
  WholeRecord whole;
  SaltSeed seed;
  Hash previous;
};

/// A record with all that a batch needs of it; kDamaged when the office could not verify it.
Result<Sendable> read_sendable(StoreReader& reader, const HashPort& hashes, const EpochId& epoch, Seq seq) {
  auto whole = read_record(reader, hashes, seq);
  if (!whole.ok()) {
    if (whole.error().code == Code::kNotFound) return error(Code::kDamaged, "a record is missing", whole.error().where);
    return whole.error();
  }
  const auto seed = reader.get(t::kSaltSeeds, seed_key(epoch, seq));
  if (!seed.ok()) return seed.error();
  const std::string where = "record " + std::to_string(seq.value);
  if (!*seed || (*seed)->size() != SaltSeed::kSize ||
      !(protocol::record_salt(hashes, SaltSeed::prefix(**seed), seq) == whole->record.salt))
    return error(Code::kDamaged, "the salt seed is not what was written", where, "run: huiyin verify journal");
  const SaltSeed copy = SaltSeed::prefix(**seed);
  const auto previous = hash_before(reader, seq);
  if (!previous.ok()) return previous.error();
  return Sendable{std::move(*whole), copy, *previous};
}

}  // namespace

Result<std::optional<protocol::Push>> Journal::next_batch(const protocol::ResumePoint& from) {
  std::optional<protocol::Push> push;
  HUIYIN_TRY(setup_.store.read([&](StoreReader& reader) -> Status {
    const auto spans = epoch_spans(reader, last_);
    if (!spans.ok()) return spans.error();
    const auto span = std::find_if(spans->begin(), spans->end(),
                                   [&](const EpochSpan& each) { return each.row.epoch == from.epoch; });
    if (span == spans->end()) return error(Code::kNotFound, "there is no such epoch", from.epoch.text());
    if (from.after >= span->last) return {};

    protocol::TimeAnchor anchor;
    const auto stored_anchor = get_row<protocol::TimeAnchor>(reader, t::kMeta, kAnchorKey, "anchor");
    if (!stored_anchor.ok()) return stored_anchor.error();
    if (*stored_anchor) anchor = **stored_anchor;

    // A record that opens an epoch follows on nothing: its previous hash of zeros is always known.
    bool office_has_previous = from.office_has_previous && from.after >= span->row.first;
    std::optional<protocol::BatchBuilder> builder;
    Signature head;
    for (std::uint64_t seq = from.after.value + 1; seq <= span->last.value; ++seq) {
      auto record = read_sendable(reader, setup_.hashes, span->row.epoch, Seq{seq});
      if (!record.ok()) {
        if (record.error().code != Code::kDamaged) return record.error();
        // What cannot be proved is not sent, but what lies behind it is: the batch ends before it,
        // and the next one names the hash it continues in full.
        if (builder) break;
        office_has_previous = false;
        continue;
      }
      if (!builder) builder.emplace(record->previous, office_has_previous, anchor);
      if (!builder->add(record->whole.record.header, record->whole.record.payload, record->seed)) break;
      head = record->whole.head;
    }
    if (!builder) return {};
    push = protocol::Push{builder->finish(head)};
    return {};
  }));
  return push;
}

namespace {
/// How many records the present office epoch acknowledged: a running total beside the rows.
struct Totals {
  std::uint8_t format = 1;
  OfficeEpoch office_epoch;
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;
  std::uint64_t backed_up_size = 0;
  /// Office epochs that came before, newest last: what they stated no longer counts.
  List<OfficeEpoch, 64> past;
  template <class Archive>
  void serialize(Archive& archive) { archive(format, office_epoch, acknowledged, refused, backed_up_size, past); }
};
const ByteView kTotalsKey = as_bytes("totals");

Result<Totals> read_totals(StoreReader& reader) {
  auto row = get_row<Totals>(reader, t::kMeta, kTotalsKey, "totals");
  if (!row.ok()) return row.error();
  return row->value_or(Totals{});
}

/// Begins to count anew when the office speaks in another epoch than before.
void turn_to(Totals& totals, const OfficeEpoch& office_epoch) {
  if (totals.office_epoch == office_epoch) return;
  Totals anew{1, office_epoch, 0, 0, 0, std::move(totals.past)};
  std::erase(anew.past.items, office_epoch);
  if (!totals.office_epoch.is_none()) anew.past.items.push_back(totals.office_epoch);
  if (anew.past.items.size() > 64) anew.past.items.erase(anew.past.items.begin());
  totals = std::move(anew);
}

/// Puts one verdict and counts it, once for each record and office epoch.
Status put_ack_row(StoreWriter& writer, Totals& totals, Seq seq, const AckRow& row) {
  const auto known = get_row<AckRow>(writer, t::kAcks, key_of(seq.value), "ack");
  if (!known.ok()) return known.error();
  const auto is_durable = [](const AckRow& each) { return each.verdict.value != protocol::Verdict::kRejected; };
  const bool counted = *known && (*known)->office_epoch == row.office_epoch;
  if (counted && is_durable(**known)) return {};
  if (is_durable(row)) ++totals.acknowledged;
  const bool is_refused = row.verdict.value == protocol::Verdict::kQuarantined || !is_durable(row);
  if (is_refused && !counted) ++totals.refused;
  if (!is_refused && counted) --totals.refused;  // refused before, taken now
  return writer.put(t::kAcks, key_of(seq.value), to_wire(row));
}
}  // namespace

Status Journal::meet_office_epoch(const protocol::Welcome& welcome, const std::vector<SequenceSet::Run>& held) {
  Totals totals;
  HUIYIN_TRY(setup_.store.read([&](StoreReader& reader) -> Status {
    auto row = read_totals(reader);
    if (!row.ok()) return row.error();
    totals = std::move(*row);
    return {};
  }));
  if (totals.office_epoch == welcome.office_epoch) return {};
  // A restored office: what it acknowledged before and states that it still holds stays
  // acknowledged. Its leaf there is only known to lie below the size of the tree.
  return setup_.store.write([&](StoreWriter& writer) -> Status {
    turn_to(totals, welcome.office_epoch);
    for (const SequenceSet::Run& run : held)
      for (std::uint64_t seq = run.first; seq <= run.last; ++seq) {
        auto row = get_row<AckRow>(writer, t::kAcks, key_of(seq), "ack");
        if (!row.ok()) return row.error();
        if (!*row || (*row)->verdict.value == protocol::Verdict::kRejected || welcome.tree_size == 0) continue;
        (*row)->office_epoch = welcome.office_epoch;
        (*row)->leaf = {welcome.tree_size - 1};
        HUIYIN_TRY(put_ack_row(writer, totals, Seq{seq}, **row));
      }
    return writer.put(t::kMeta, kTotalsKey, to_wire(totals));
  });
}

namespace {

/// Every number of ours that the ack speaks about, with what it says. Numbers of an epoch that is
/// not ours, or that it ends before, belong to another history of this device.
Status each_verdict(const protocol::AckBody& body, const EpochSpan& span,
                    const std::function<Status(Seq, const AckRow&)>& take) {
  const auto exception_of = [&](std::uint64_t seq) -> const protocol::AckException* {
    for (const protocol::AckException& each : body.exceptions.items)
      if (each.seq.value == seq) return &each;
    return nullptr;
  };
  for (const protocol::AckRun& run : body.runs.items) {
    if (run.count == 0 || run.first.value > UINT64_MAX - run.count) continue;
    const std::uint64_t first = std::max(run.first.value, span.row.first.value);
    const std::uint64_t last = std::min(run.first.value + run.count - 1, span.last.value);
    for (std::uint64_t seq = first; seq <= last; ++seq) {
      AckRow row{1, body.office_epoch, {run.first_leaf.value + (seq - run.first.value)}, {}, {}};
      if (const auto* exception = exception_of(seq)) {
        row.verdict = exception->verdict;
        row.reason.value = exception->reason.value;
      }
      HUIYIN_TRY(take(Seq{seq}, row));
    }
  }
  for (const protocol::AckException& each : body.exceptions.items) {
    if (each.verdict.value != protocol::Verdict::kRejected || each.seq < span.row.first || each.seq > span.last) continue;
    HUIYIN_TRY(take(each.seq, AckRow{1, body.office_epoch, {}, each.verdict, each.reason}));
  }
  return {};
}

}  // namespace

Status Journal::store_ack(const protocol::Ack& ack) {
  const protocol::AckBody& body = ack.body;
  return setup_.store.write([&](StoreWriter& writer) -> Status {
    for (const protocol::AckRun& run : body.runs.items) {
      Bytes key = to_bytes(body.epoch.view());
      put_big_endian(key, run.first.value);
      HUIYIN_TRY(writer.put(t::kSignedAcks, key, to_wire(ack)));
    }
    auto totals = read_totals(writer);
    if (!totals.ok()) return totals.error();
    const auto& past = totals->past.items;
    if (std::find(past.begin(), past.end(), body.office_epoch) != past.end()) return {};
    turn_to(*totals, body.office_epoch);
    totals->backed_up_size = std::max(totals->backed_up_size, body.backed_up_size);
    const auto spans = epoch_spans(writer, last_);
    if (!spans.ok()) return spans.error();
    for (const EpochSpan& span : *spans)
      if (span.row.epoch == body.epoch)
        HUIYIN_TRY(each_verdict(body, span, [&](Seq seq, const AckRow& row) { return put_ack_row(writer, *totals, seq, row); }));
    return writer.put(t::kMeta, kTotalsKey, to_wire(*totals));
  });
}

Result<JournalCounts> Journal::counts() {
  JournalCounts counts;
  counts.saved = last_.value;
  HUIYIN_TRY(setup_.store.read([&](StoreReader& reader) -> Status {
    const auto totals = read_totals(reader);
    if (!totals.ok()) return totals.error();
    counts.acknowledged = std::min(totals->acknowledged, counts.saved);
    counts.refused = totals->refused;
    if (totals->backed_up_size == 0) return {};
    return reader.scan(t::kAcks, {}, [&](ByteView, ByteView value) {
      const auto row = from_wire<AckRow>(value, "ack");
      if (row.ok() && row->office_epoch == totals->office_epoch && row->leaf.value < totals->backed_up_size)
        ++counts.backed_up;
      return true;
    });
  }));
  return counts;
}

Result<std::vector<VerdictRow>> Journal::verdicts(std::size_t count_max) {
  std::vector<VerdictRow> rows;
  HUIYIN_TRY(setup_.store.read([&](StoreReader& reader) {
    return reader.scan(t::kAcks, {}, [&](ByteView key, ByteView value) {
      const auto row = from_wire<AckRow>(value, "ack");
      const bool shown = row.ok() && (row->verdict.value == protocol::Verdict::kQuarantined ||
                                      row->verdict.value == protocol::Verdict::kRejected);
      if (shown) rows.push_back({Seq{get_big_endian<std::uint64_t>(key)}, row->verdict.value, row->reason.value});
      return rows.size() < count_max;
    });
  }));
  return rows;
}

Status Journal::set_anchor(OfficeTime office_time, const ClockReading& clock, const OfficeEpoch& epoch) {
  protocol::TimeAnchor anchor;
  anchor.office_steps = static_cast<std::uint64_t>(std::max<std::int64_t>(0, coarse_steps(office_time.ms)));
  anchor.boot = clock.boot;
  anchor.boot_steps = steps32(clock.boot_time.ms);
  return setup_.store.write([&](StoreWriter& writer) -> Status {
    HUIYIN_TRY(writer.put(t::kMeta, kAnchorKey, to_wire(anchor)));
    return writer.put(t::kMeta, kOfficeEpochKey, epoch.view());
  });
}

Result<std::optional<OfficeTime>> Journal::last_contact() {
  std::optional<OfficeTime> contact;
  HUIYIN_TRY(setup_.store.read([&](StoreReader& reader) -> Status {
    const auto anchor = get_row<protocol::TimeAnchor>(reader, t::kMeta, kAnchorKey, "anchor");
    if (!anchor.ok()) return anchor.error();
    if (*anchor) contact = OfficeTime{static_cast<std::int64_t>((*anchor)->office_steps) * kCoarseMs};
    return {};
  }));
  return contact;
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

// --- verification of everything

namespace {

/// What an epoch's row and its first record say of each other and of the epoch before.
void check_epoch(const EpochSpan& span, const EpochSpan* before, const Hash& before_hash, const protocol::Record& first,
                 const std::function<void(const std::string&)>& report) {
  const std::string name = "epoch " + span.row.epoch.text();
  const auto payload = protocol::split_payload(first.payload);
  const auto open = payload.ok() ? from_wire<protocol::EpochOpen>(payload->clear, name) : Result<protocol::EpochOpen>(payload.error());
  if (first.header.type != protocol::record_type::kEpochOpen || !open.ok())
    return report(name + " does not begin with the record that opens it");
  if (!(open->boot == span.row.boot)) report(name + " was opened in another boot than its row says");
  const EpochId parent = before != nullptr ? before->row.epoch : EpochId{};
  const Seq through = before != nullptr ? before->last : Seq{};
  if (!(open->parent == parent) || open->parent_through != through || !(open->parent_hash == before_hash))
    report(name + " does not continue the epoch before it");
}

struct JournalCheck {
  StoreReader& reader;
  const HashPort& hashes;
  const PublicKey& key;
  const OfficeId& office;
  const std::function<void(const std::string&)>& report;

  /// The record if it is whole; what is wrong with it goes to `report`.
  std::optional<protocol::Record> record(const EpochSpan& span, Seq seq) const {
    const std::string name = "record " + std::to_string(seq.value);
    auto sendable = read_sendable(reader, hashes, span.row.epoch, seq);
    if (!sendable.ok()) {
      report(sendable.error().text());
      return std::nullopt;
    }
    const protocol::Record& found = sendable->whole.record;
    if (!(found.header.epoch == span.row.epoch)) report(name + " says it is of another epoch");
    if (!protocol::verify_head(hashes, key, office, found.header, found.hash, sendable->whole.head))
      report(name + " has a signature that does not fit");
    return std::move(sendable->whole.record);
  }
  /// Rows of the payload table that no record leads to.
  Status strays(Seq last) const {
    return reader.scan(t::kPayloads, key_of(last.value + 1), [&](ByteView at, ByteView) {
      report("a payload without its record: " + hex(at));
      return true;
    });
  }
};

}  // namespace

Result<Journal::Verified> Journal::verify(Store& store, const HashPort& hashes, const PublicKey& key,
                                          const OfficeId& office,
                                          const std::function<void(const std::string&)>& finding) {
  Verified verified;
  const std::function<void(const std::string&)> report = [&](const std::string& text) {
    ++verified.findings;
    finding(text);
  };
  HUIYIN_TRY(store.read([&](StoreReader& reader) -> Status {
    const JournalCheck check{reader, hashes, key, office, report};
    const auto newest = reader.last(t::kRecords);
    if (!newest.ok()) return newest.error();
    const Seq last{*newest ? get_big_endian<std::uint64_t>((*newest)->first) : 0};
    HUIYIN_TRY(check.strays(last));
    const auto spans = epoch_spans(reader, last);
    if (!spans.ok()) {
      if (spans.error().code != Code::kDamaged) return spans.error();
      report(spans.error().text());
      return {};
    }
    if (last.value != 0 && (spans->empty() || spans->front().row.first.value != 1))
      report("the table of epochs does not begin with the first record");
    const EpochSpan* before = nullptr;
    Hash previous;
    for (const EpochSpan& span : *spans) {
      ++verified.epochs;
      if (span.row.first > span.last) report("epoch " + span.row.epoch.text() + " has no records");
      for (std::uint64_t seq = span.row.first.value; seq <= span.last.value; ++seq) {
        ++verified.records;
        const auto record = check.record(span, Seq{seq});
        if (record && seq == span.row.first.value) check_epoch(span, before, previous, *record, report);
        previous = record ? record->hash : Hash{};
      }
      before = &span;
    }
    return {};
  }));
  return verified;
}

}  // namespace huiyin::log
