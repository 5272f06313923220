/// The journal towards the office: what Hello states, where to resume, batches, acks.

#include <algorithm>

#include "shared/log/journal_read.hpp"

namespace huiyin::log {

namespace t = device_table;
using protocol::EpochPosition;
using protocol::from_wire;
using protocol::to_wire;

Result<OfficeEpoch> Journal::known_office_epoch() {
  OfficeEpoch epoch;
  HUIYIN_TRY(setup_.store.read([&](StoreReader& reader) -> Status {
    const auto stored = reader.get(t::kMeta, as_bytes(kOfficeEpochKey));
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
      if (!*stored)
        return error(Code::kDamaged, "the last record of an epoch is missing",
                     "record " + std::to_string(span.last.value));
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

Result<std::vector<Statement>> read_statements(StoreReader& reader, const protocol::Welcome& welcome,
                                               Seq last) {
  const auto spans = epoch_spans(reader, last);
  if (!spans.ok()) return spans.error();
  std::vector<Statement> statements;
  for (const EpochSpan& span : *spans) {
    Statement& statement = statements.emplace_back(Statement{span, {}, false});
    const auto have =
        std::find_if(welcome.have.items.begin(), welcome.have.items.end(),
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

Result<std::vector<protocol::ResumePoint>> Journal::resume(const protocol::Welcome& welcome,
                                                           const ClockReading& clock) {
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
    const auto stored_anchor =
        get_row<protocol::TimeAnchor>(reader, t::kMeta, as_bytes(kAnchorKey), "anchor");
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
  void serialize(Archive& archive) {
    archive(format, office_epoch, acknowledged, refused, backed_up_size, past);
  }
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
  const auto is_durable = [](const AckRow& each) {
    return each.verdict.value != protocol::Verdict::kRejected;
  };
  const bool counted = *known && (*known)->office_epoch == row.office_epoch;
  if (counted && is_durable(**known)) return {};
  if (is_durable(row)) ++totals.acknowledged;
  const bool is_refused = row.verdict.value == protocol::Verdict::kQuarantined || !is_durable(row);
  if (is_refused && !counted) ++totals.refused;
  if (!is_refused && counted) --totals.refused;  // refused before, taken now
  return writer.put(t::kAcks, key_of(seq.value), to_wire(row));
}
}  // namespace

Status Journal::meet_office_epoch(const protocol::Welcome& welcome,
                                  const std::vector<SequenceSet::Run>& held) {
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
        if (!*row || (*row)->verdict.value == protocol::Verdict::kRejected || welcome.tree_size == 0)
          continue;
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
    if (each.verdict.value != protocol::Verdict::kRejected || each.seq < span.row.first ||
        each.seq > span.last)
      continue;
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
        HUIYIN_TRY(each_verdict(
            body, span, [&](Seq seq, const AckRow& row) { return put_ack_row(writer, *totals, seq, row); }));
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
      if (shown)
        rows.push_back({Seq{get_big_endian<std::uint64_t>(key)}, row->verdict.value, row->reason.value});
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
    HUIYIN_TRY(writer.put(t::kMeta, as_bytes(kAnchorKey), to_wire(anchor)));
    return writer.put(t::kMeta, as_bytes(kOfficeEpochKey), epoch.view());
  });
}

Result<std::optional<OfficeTime>> Journal::last_contact() {
  std::optional<OfficeTime> contact;
  HUIYIN_TRY(setup_.store.read([&](StoreReader& reader) -> Status {
    const auto anchor = get_row<protocol::TimeAnchor>(reader, t::kMeta, as_bytes(kAnchorKey), "anchor");
    if (!anchor.ok()) return anchor.error();
    if (*anchor) contact = OfficeTime{static_cast<std::int64_t>((*anchor)->office_steps) * kCoarseMs};
    return {};
  }));
  return contact;
}

}  // namespace huiyin::log
