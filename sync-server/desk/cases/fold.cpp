#include <algorithm>
#include <array>

#include "protocol/archive.hpp"
#include "shared/log/tables.hpp"
#include "sync-server/desk/cases/cases.hpp"
#include "sync-server/desk/devices/devices.hpp"

namespace huiyin::desk {

namespace t = log::office_table;
using civic::CaseAct;
using civic::CaseState;
using log::LedgerEntry;
using protocol::from_wire;
using protocol::to_wire;

namespace {

constexpr std::size_t kStates = 6;

Bytes event_key(const CaseId& id, LedgerOffset at) {
  Bytes key = to_bytes(id.view());
  put_big_endian(key, at.value);
  return key;
}

Status count(StoreWriter& writer, std::uint8_t state, std::int64_t change) {
  const Bytes key{state};
  const auto known = writer.get(t::kCaseCounts, key);
  if (!known.ok()) return known.error();
  const std::uint64_t before = *known && (*known)->size() == 8 ? get_big_endian<std::uint64_t>(**known) : 0;
  Bytes value;
  put_big_endian(value, before + static_cast<std::uint64_t>(change));
  return writer.put(t::kCaseCounts, key, value);
}

/// Stores the row and keeps the count of each state.
Status put_case(StoreWriter& writer, const CaseRow& row, std::optional<std::uint8_t> state_before) {
  if (!state_before || *state_before != row.state) {
    if (state_before) HUIYIN_TRY(count(writer, *state_before, -1));
    HUIYIN_TRY(count(writer, row.state, 1));
  }
  return writer.put(t::kCases, row.id.view(), to_wire(row));
}

Status put_event(StoreWriter& writer, const CaseId& id, const LedgerEntry& entry, CaseEventKind kind,
                 std::string note = {}) {
  CaseEventRow row;
  row.kind = static_cast<std::uint8_t>(kind);
  row.at = entry.at;
  row.actor.value = entry.actor;
  row.note.value = std::move(note);
  return writer.put(t::kCaseEvents, event_key(id, entry.offset), to_wire(row));
}

CaseEventKind event_of(CaseAct act) {
  switch (act) {
    case CaseAct::kAccept: return CaseEventKind::kAccepted;
    case CaseAct::kStart: return CaseEventKind::kInProgress;
    case CaseAct::kReply: return CaseEventKind::kReplied;
    case CaseAct::kClose: return CaseEventKind::kClosed;
    case CaseAct::kRatedSolved: return CaseEventKind::kRated;
    case CaseAct::kRatedUnsolved: return CaseEventKind::kReopened;
  }
  return CaseEventKind::kReceived;
}

Bytes boot_key(const protocol::RecordHeader& header) {
  Bytes key = to_bytes(header.device.view());
  append(key, header.epoch.view());
  return key;
}

}  // namespace

std::string_view event_word(CaseEventKind kind) {
  constexpr std::array<std::string_view, 9> kWords{
      "received", "opened", "accepted", "in-progress", "replied", "corrected", "rated", "closed", "reopened"};
  return kWords[static_cast<std::size_t>(kind)];
}

std::vector<Table> CaseFold::tables() const {
  return {t::kCases, t::kCasesByTag, t::kCasesByTime, t::kCaseEvents, t::kCaseCounts, t::kEpochBoots};
}

Status CaseFold::apply(StoreWriter& writer, const LedgerEntry& entry, std::optional<ByteView> body) {
  if (entry.stream.kind == log::StreamKind::kCase) return apply_act(writer, entry, body);
  if (entry.stream.kind != log::StreamKind::kRecords || !entry.quarantined.empty()) return {};
  switch (entry.type) {
    case protocol::record_type::kEpochOpen: return remember_boot(writer, entry, body);
    case protocol::record_type::kFeedback: return apply_feedback(writer, entry, body);
    case protocol::record_type::kRating: return apply_rating(writer, entry, body);
    default: return {};
  }
}

Status CaseFold::remember_boot(StoreWriter& writer, const LedgerEntry& entry, std::optional<ByteView> body) {
  const auto header = protocol::parse_header(entry.header);
  if (!header.ok() || !body) return {};
  const auto payload = protocol::split_payload(*body);
  if (!payload.ok()) return {};
  const auto open = from_wire<protocol::EpochOpen>(payload->clear, "epoch-open");
  if (!open.ok()) return {};
  return writer.put(t::kEpochBoots, boot_key(*header), open->boot.view());
}

CapturedBetween captured_between(const protocol::RecordHeader& header, const protocol::TimeAnchor& anchor,
                                 const std::optional<BootId>& record_boot, OfficeTime received) {
  CapturedBetween between;
  between.to = received;
  const std::int64_t latest = coarse_steps(received.ms);
  constexpr std::int64_t kPlausibleSteps =
      1'704'067'200'000 / kCoarseMs;  // 2024-01-01: before the first kiosk
  std::int64_t steps = static_cast<std::int64_t>(header.wall_steps);
  bool by_anchor = false;
  // A device says both; no year that a number of 4 bytes cannot hold is worth computing with.
  if (anchor.office_steps != 0 && anchor.office_steps <= UINT32_MAX && record_boot &&
      *record_boot == anchor.boot) {
    by_anchor = true;
    steps = static_cast<std::int64_t>(anchor.office_steps) + static_cast<std::int64_t>(header.boot_steps) -
            static_cast<std::int64_t>(anchor.boot_steps);
  }
  if (steps - 1 < kPlausibleSteps || steps - 1 > latest) return between;
  const std::int64_t from_ms = (steps - 1) * kCoarseMs;
  // Another boot: all that is left is the device's own word, and that it was not after arrival.
  if (by_anchor) between.to.ms = std::min(received.ms, (steps + 2) * kCoarseMs);
  between.known = true;
  between.from.ms = from_ms;
  between.to.ms = std::max(between.to.ms, from_ms);
  return between;
}

Status CaseFold::apply_feedback(StoreWriter& writer, const LedgerEntry& entry, std::optional<ByteView> body) {
  const auto header = protocol::parse_header(entry.header);
  if (!header.ok()) return {};
  CaseRow row;
  row.id = CaseId::prefix(entry.hash.view());
  row.record = entry.offset;
  row.device = header->device;
  row.area = header->area;
  row.received = entry.at;
  row.erased = !body.has_value();
  const auto boot = writer.get(t::kEpochBoots, boot_key(*header));
  if (!boot.ok()) return boot.error();
  const auto between =
      captured_between(*header, entry.anchor, *boot ? BootId::from(**boot) : std::nullopt, entry.at);
  row.captured_known = between.known;
  row.captured_from = between.from;
  row.captured_to = between.to;
  const auto device = find_device(writer, header->device);
  if (!device.ok()) return device.error();
  if (*device) row.zone = (*device)->reply_zone;
  if (body)
    if (const auto plain = open_routing_(*header, *body))
      if (const auto routing = from_wire<protocol::FeedbackRouting>(*plain, "routing"); routing.ok()) {
        row.readable = true;
        row.category = routing->category;
        if (routing->place.value != 0) row.area = routing->place;
        row.feeling = routing->feeling;
        row.receipt = routing->receipt;
        HUIYIN_TRY(writer.put(t::kCasesByTag, protocol::receipt_tag(hashes_, routing->receipt).view(),
                              row.id.view()));
      }
  HUIYIN_TRY(writer.put(t::kCasesByTime, log::key_of(entry.offset.value), row.id.view()));
  HUIYIN_TRY(put_event(writer, row.id, entry, CaseEventKind::kReceived));
  return put_case(writer, row, std::nullopt);
}

Status CaseFold::apply_rating(StoreWriter& writer, const LedgerEntry& entry, std::optional<ByteView> body) {
  const auto header = protocol::parse_header(entry.header);
  if (!header.ok() || !body) return {};
  const auto plain = open_routing_(*header, *body);
  if (!plain) return {};
  const auto rating = from_wire<protocol::Rating>(*plain, "rating");
  // Only who holds the receipt can rate: an invented rating changes nothing.
  if (!rating.ok() || rating->stars < 1 || rating->stars > 5 ||
      !protocol::verify_rating(hashes_, office_, *rating))
    return {};
  const auto id_bytes = writer.get(t::kCasesByTag, protocol::receipt_tag(hashes_, rating->receipt).view());
  if (!id_bytes.ok()) return id_bytes.error();
  if (!*id_bytes) return {};
  const auto found = find_case(writer, CaseId::prefix(**id_bytes));
  if (!found.ok()) return found.error();
  if (!*found) return {};
  CaseRow row = **found;
  const std::uint8_t before = row.state;
  row.rating = RatingRow{true, rating->solved, rating->stars, rating->reply_version, entry.at};
  const bool solved = rating->solved.value != protocol::Solved::kNo;
  const auto next = civic::after(static_cast<CaseState>(row.state),
                                 solved ? CaseAct::kRatedSolved : CaseAct::kRatedUnsolved);
  if (next) row.state = static_cast<std::uint8_t>(*next);
  LedgerEntry resident = entry;
  resident.actor.clear();
  HUIYIN_TRY(put_event(writer, row.id, resident, CaseEventKind::kRated));
  return put_case(writer, row, before);
}

Status CaseFold::apply_act(StoreWriter& writer, const LedgerEntry& entry, std::optional<ByteView> body) {
  const CaseId id = CaseId::prefix(entry.stream.id.view());
  const auto found = find_case(writer, id);
  if (!found.ok()) return found.error();
  if (!*found) return {};
  CaseRow row = **found;
  const std::uint8_t before = row.state;
  row.version = entry.version;
  CaseEventKind kind = CaseEventKind::kOpened;
  std::string note;
  std::optional<CaseAct> act;
  if (entry.type == act::kCaseOpened) {
    if (body)
      if (const auto opened = from_wire<CaseOpened>(*body, "case opened"); opened.ok())
        note = opened->reason.value;
  } else if (entry.type == act::kCaseReplied) {
    act = CaseAct::kReply;
    kind = row.replies == 0 ? CaseEventKind::kReplied : CaseEventKind::kCorrected;
    ++row.replies;
  } else if (entry.type == act::kCaseMoved && body) {
    const auto moved = from_wire<CaseMoved>(*body, "case moved");
    if (!moved.ok()) return {};
    act = static_cast<CaseAct>(moved->act);
    kind = event_of(*act);
    note = moved->note.value;
  } else {
    return {};
  }
  if (act)
    if (const auto next = civic::after(static_cast<CaseState>(row.state), *act))
      row.state = static_cast<std::uint8_t>(*next);
  HUIYIN_TRY(put_event(writer, id, entry, kind, std::move(note)));
  return put_case(writer, row, before);
}

// --- reading

Result<std::optional<CaseRow>> find_case(StoreReader& reader, const CaseId& id) {
  const auto value = reader.get(t::kCases, id.view());
  if (!value.ok()) return value.error();
  if (!*value) return std::optional<CaseRow>{};
  auto row = from_wire<CaseRow>(**value, "case");
  if (!row.ok()) return error(Code::kDamaged, row.error().text(), "cases");
  return std::optional<CaseRow>(std::move(*row));
}

Result<CasePage> list_cases(StoreReader& reader, const std::function<bool(const CaseRow&)>& wanted,
                            std::optional<CaseId> after, std::size_t count_max) {
  // Newest first over a table in rising order: gather the ids, then walk them backwards.
  std::vector<CaseId> ids;
  HUIYIN_TRY(reader.scan(t::kCasesByTime, {}, [&](ByteView, ByteView value) {
    ids.push_back(CaseId::prefix(value));
    return true;
  }));
  CasePage page;
  bool begun = !after.has_value();
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    if (!begun) {
      begun = *id == *after;
      continue;
    }
    const auto row = find_case(reader, *id);
    if (!row.ok()) return row.error();
    if (!*row || !wanted(**row)) continue;
    if (page.cases.size() == count_max) {
      page.next = page.cases.back().id;
      break;
    }
    page.cases.push_back(**row);
  }
  return page;
}

Result<std::vector<CaseEvent>> case_events(StoreReader& reader, const CaseId& id) {
  std::vector<CaseEvent> events;
  HUIYIN_TRY(scan_prefix(reader, t::kCaseEvents, id.view(), [&](ByteView key, ByteView value) {
    const auto row = from_wire<CaseEventRow>(value, "case event");
    if (row.ok()) events.push_back({{get_big_endian<std::uint64_t>(key.subspan(CaseId::kSize))}, *row});
    return true;
  }));
  return events;
}

Result<std::vector<CaseReply>> case_replies(StoreReader& reader, const HashPort& hashes, const CaseId& id) {
  const auto events = case_events(reader, id);
  if (!events.ok()) return events.error();
  std::vector<CaseReply> replies;
  for (const CaseEvent& event : *events) {
    const auto kind = static_cast<CaseEventKind>(event.row.kind);
    if (kind != CaseEventKind::kReplied && kind != CaseEventKind::kCorrected) continue;
    const auto entry = log::ledger_entry(reader, event.entry);
    if (!entry.ok()) return entry.error();
    const auto body = log::ledger_payload(reader, hashes, *entry);
    if (!body.ok()) return body.error();
    if (!*body) continue;
    auto replied = from_wire<CaseReplied>(**body, "reply");
    if (!replied.ok()) return error(Code::kDamaged, replied.error().text(), "replies");
    replies.push_back({event.entry, entry->at, entry->actor, std::move(*replied)});
  }
  return replies;
}

Result<std::vector<std::uint64_t>> case_counts(StoreReader& reader) {
  std::vector<std::uint64_t> counts(kStates, 0);
  HUIYIN_TRY(reader.scan(t::kCaseCounts, {}, [&](ByteView key, ByteView value) {
    if (key[0] < kStates && value.size() == 8) counts[key[0]] = get_big_endian<std::uint64_t>(value);
    return true;
  }));
  return counts;
}

}  // namespace huiyin::desk
