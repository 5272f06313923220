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
Result<std::optional<Row>> get_row(StoreReader& reader, Table table, ByteView key, std::string_view what) {
  auto value = reader.get(table, key);
  if (!value.ok()) return value.error();
  if (!*value) return std::optional<Row>{};
  auto row = from_wire<Row>(**value, what);
  if (!row.ok()) return error(Code::kDamaged, row.error().text(), std::string(what));
  return std::optional<Row>(std::move(*row));
}

struct WholeRecord {
  protocol::Record record;
  Signature head;
};

/// The record of that number with everything checked against its own hash.
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
  return whole;
}

/// The epoch in which a number lies: the row with the greatest first <= seq.
Result<std::vector<EpochRow>> all_epochs(StoreReader& reader) {
  std::vector<EpochRow> rows;
  Status bad;
  HUIYIN_TRY(reader.scan(t::kEpochs, {}, [&](ByteView, ByteView value) {
    auto row = from_wire<EpochRow>(value, "epoch");
    if (!row.ok()) {
      bad = error(Code::kDamaged, row.error().text(), "epoch");
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
    const auto row = from_wire<EpochRow>((*epoch)->second, "epoch");
    if (!row.ok()) return error(Code::kDamaged, row.error().text(), "epoch");
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

struct Resumption {
  std::vector<protocol::ResumePoint> points;
  bool diverged = false;  ///< the office has another history of our present epoch
};

Result<Resumption> find_resumption(StoreReader& reader, const protocol::Welcome& welcome,
                                   const std::vector<EpochSpan>& spans) {
  Resumption resumption;
  for (const EpochSpan& span : spans) {
    const bool present = &span == &spans.back();
    const auto have = std::find_if(welcome.have.items.begin(), welcome.have.items.end(),
                                   [&](const EpochPosition& position) { return position.epoch == span.row.epoch; });
    if (have != welcome.have.items.end()) {
      if (have->through >= span.row.first && have->through <= span.last) {
        const auto same = has_hash(reader, have->through, have->hash);
        if (!same.ok()) return same.error();
        if (*same) {
          // The office's statement wins, also over acknowledgements we remember: it may have been restored.
          if (have->through < span.last || present)
            resumption.points.push_back({span.row.epoch, have->through, true});
          continue;
        }
      }
      if (present) resumption.diverged = true;
    }
    const auto through = acknowledged_through(reader, welcome.office_epoch, span.row.first, span.last);
    if (!through.ok()) return through.error();
    if (*through < span.last || present) resumption.points.push_back({span.row.epoch, *through, false});
  }
  return resumption;
}

}  // namespace

Result<std::vector<protocol::ResumePoint>> Journal::resume(const protocol::Welcome& welcome, const ClockReading& clock) {
  Resumption resumption;
  const auto look = [&](StoreReader& reader) -> Status {
    const auto spans = epoch_spans(reader, last_);
    if (!spans.ok()) return spans.error();
    auto found = find_resumption(reader, welcome, *spans);
    if (!found.ok()) return found.error();
    resumption = std::move(*found);
    return {};
  };
  HUIYIN_TRY(setup_.store.read(look));
  if (resumption.diverged) {
    HUIYIN_TRY(open_epoch(protocol::EpochReason::kOfficeDiffers, clock));
    HUIYIN_TRY(setup_.store.read(look));
  }
  return std::move(resumption.points);
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

    Hash previous;
    if (from.after >= span->row.first) {
      const auto before = get_row<StoredRecord>(reader, t::kRecords, key_of(from.after.value), "record");
      if (!before.ok()) return before.error();
      if (!*before) return error(Code::kDamaged, "a record is missing", "record " + std::to_string(from.after.value));
      previous = (*before)->hash;
    }
    protocol::TimeAnchor anchor;
    const auto stored_anchor = get_row<protocol::TimeAnchor>(reader, t::kMeta, kAnchorKey, "anchor");
    if (!stored_anchor.ok()) return stored_anchor.error();
    if (*stored_anchor) anchor = **stored_anchor;

    // A record that opens an epoch follows on nothing: its previous hash of zeros is always known.
    const bool office_has_previous = from.office_has_previous && from.after >= span->row.first;
    protocol::BatchBuilder builder(previous, office_has_previous, anchor);
    Signature head;
    for (std::uint64_t seq = from.after.value + 1; seq <= span->last.value; ++seq) {
      const auto whole = read_record(reader, setup_.hashes, Seq{seq});
      if (!whole.ok()) return whole.error();
      const auto seed = reader.get(t::kSaltSeeds, seed_key(span->row.epoch, Seq{seq}));
      if (!seed.ok()) return seed.error();
      if (!*seed) return error(Code::kDamaged, "a salt seed is missing", "record " + std::to_string(seq));
      if (!builder.add(whole->record.header, whole->record.payload, SaltSeed::prefix(**seed))) break;
      head = whole->head;
    }
    push = protocol::Push{builder.finish(head)};
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
  template <class Archive>
  void serialize(Archive& archive) { archive(format, office_epoch, acknowledged, refused, backed_up_size); }
};
const ByteView kTotalsKey = as_bytes("totals");

Result<Totals> read_totals(StoreReader& reader) {
  auto row = get_row<Totals>(reader, t::kMeta, kTotalsKey, "totals");
  if (!row.ok()) return row.error();
  return row->value_or(Totals{});
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
  return writer.put(t::kAcks, key_of(seq.value), to_wire(row));
}
}  // namespace

Status Journal::store_ack(const protocol::Ack& ack) {
  const protocol::AckBody& body = ack.body;
  return setup_.store.write([&](StoreWriter& writer) -> Status {
    auto totals = read_totals(writer);
    if (!totals.ok()) return totals.error();
    if (!(totals->office_epoch == body.office_epoch)) *totals = Totals{1, body.office_epoch, 0, 0, 0};
    totals->backed_up_size = std::max(totals->backed_up_size, body.backed_up_size);
    const auto exception_of = [&](std::uint64_t seq) -> const protocol::AckException* {
      for (const protocol::AckException& each : body.exceptions.items)
        if (each.seq.value == seq) return &each;
      return nullptr;
    };
    for (const protocol::AckRun& run : body.runs.items) {
      for (std::uint64_t i = 0; i < run.count && run.first.value + i <= last_.value; ++i) {
        AckRow row{1, body.office_epoch, {run.first_leaf.value + i}, {}, {}};
        if (const auto* exception = exception_of(run.first.value + i)) {
          row.verdict = exception->verdict;
          row.reason.value = exception->reason.value;
        }
        HUIYIN_TRY(put_ack_row(writer, *totals, Seq{run.first.value + i}, row));
      }
      Bytes key = to_bytes(body.epoch.view());
      put_big_endian(key, run.first.value);
      HUIYIN_TRY(writer.put(t::kSignedAcks, key, to_wire(ack)));
    }
    for (const protocol::AckException& each : body.exceptions.items) {
      if (each.verdict.value != protocol::Verdict::kRejected || each.seq > last_) continue;
      HUIYIN_TRY(put_ack_row(writer, *totals, each.seq, AckRow{1, body.office_epoch, {}, each.verdict, each.reason}));
    }
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

Result<Journal::Verified> Journal::verify(Store& store, const HashPort& hashes, const PublicKey& key,
                                          const OfficeId& office,
                                          const std::function<void(const std::string&)>& finding) {
  Verified verified;
  const auto report = [&](const std::string& text) {
    ++verified.findings;
    finding(text);
  };
  HUIYIN_TRY(store.read([&](StoreReader& reader) -> Status {
    const auto newest = reader.last(t::kRecords);
    if (!newest.ok()) return newest.error();
    if (!*newest) return {};
    const Seq last{get_big_endian<std::uint64_t>((*newest)->first)};
    const auto spans = epoch_spans(reader, last);
    if (!spans.ok()) return spans.error();
    if (spans->empty()) report("the table of epochs is empty");
    for (const EpochSpan& span : *spans) {
      ++verified.epochs;
      Hash previous;
      for (std::uint64_t seq = span.row.first.value; seq <= span.last.value; ++seq) {
        ++verified.records;
        const std::string name = "record " + std::to_string(seq);
        const auto whole = read_record(reader, hashes, Seq{seq});
        if (!whole.ok()) {
          report(whole.error().text());
          const auto stored = get_row<StoredRecord>(reader, t::kRecords, key_of(seq), name);
          previous = stored.ok() && *stored ? (*stored)->hash : Hash{};
          continue;
        }
        const protocol::RecordHeader& header = whole->record.header;
        const Hash hash = protocol::record_hash(hashes, previous, protocol::header_bytes(header), whole->record.digest);
        if (!(header.epoch == span.row.epoch) || header.seq.value != seq) report(name + " says it is another record");
        if (!(hash == whole->record.hash)) report(name + " does not continue the chain");
        if (!protocol::verify_head(hashes, key, office, header, whole->record.hash, whole->head))
          report(name + " has a signature that does not fit");
        previous = whole->record.hash;
      }
    }
    return {};
  }));
  return verified;
}

}  // namespace huiyin::log
