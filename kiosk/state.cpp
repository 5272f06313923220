#include "kiosk/state.hpp"

#include <algorithm>

#include "shared/core/json_writer.hpp"

namespace huiyin::kiosk {

namespace {

const civic::Names kNoNames;

const civic::Names& area_names(const State& state, AreaId id) {
  const auto& areas = state.settings.areas.items.items;
  const auto at =
      std::find_if(areas.begin(), areas.end(), [&](const civic::Area& area) { return area.id == id; });
  return at == areas.end() ? kNoNames : at->names;
}

const civic::Names& office_names(const State& state) {
  return state.settings.office ? state.settings.office->names : kNoNames;
}

void write_time(JsonWriter& json, std::string_view name, const std::optional<OfficeTime>& at,
                std::int32_t offset) {
  json.key(name);
  if (at)
    json.value(iso_time(*at, offset));
  else
    json.null();
}

void write_text_or_null(JsonWriter& json, std::string_view name, std::string_view text) {
  json.key(name);
  if (text.empty())
    json.null();
  else
    json.value(text);
}

void write_device(JsonWriter& json, const State& state) {
  json.key("device").begin_object();
  json.field("name", state.enrolment->result.device_name.value).field("id", state.device.text());
  json.end_object();
}

std::string_view verdict_word(protocol::Verdict verdict) {
  switch (verdict) {
    case protocol::Verdict::kAccepted: return "accepted";
    case protocol::Verdict::kDuplicate: return "duplicate";
    case protocol::Verdict::kQuarantined: return "quarantined";
    case protocol::Verdict::kRejected: return "rejected";
  }
  return "unknown";
}

/// The fields of the status; the object is the caller's.
void write_status(JsonWriter& json, const State& state) {
  json.field("state", state.enrolment ? "ready" : "unenrolled");
  const std::string_view problem = state.problem_type();
  write_text_or_null(json, "problem", problem.empty() ? "" : "huiyin:" + std::string(problem));
  json.key("languages").begin_array().value("zh").value("en").end_array();
  json.field("version", kVersion);
  if (!state.enrolment) return;
  write_device(json, state);
  json.key("place").begin_object();
  json.key("village").raw(names_json(area_names(state, state.enrolment->result.area)));
  json.key("town").raw(names_json(area_names(state, state.enrolment->result.reply_zone)));
  json.end_object();
  json.key("office").begin_object().key("name").raw(names_json(office_names(state))).end_object();
  json.field("link", state.link_word());
  write_time(json, "last_contact", state.last_contact, state.utc_offset_minutes());
  json.field("unsent", state.facts.counts.unsent()).field("can_save", state.can_save());
  json.field("idle_seconds", state.config.idle_seconds).field("warn_seconds", state.config.warn_seconds);
}

/// What staff see beyond the status; the object is the caller's.
void write_insight(JsonWriter& json, const State& state) {
  const log::JournalCounts& counts = state.facts.counts;
  write_text_or_null(json, "last_problem", state.last_problem);
  json.key("records").begin_object();
  json.field("saved", counts.saved).field("unsent", counts.unsent());
  json.field("acknowledged", counts.acknowledged)
      .field("backed_up", counts.backed_up)
      .field("refused", counts.refused);
  json.end_object();
  json.field("replies", state.facts.replies);
  json.key("disk").begin_object();
  json.field("used_bytes", state.facts.disk.used_bytes).field("free_bytes", state.facts.disk.free_bytes);
  json.end_object();
  json.field("receipts_ready", state.receipts_ready);
  json.field("epoch", state.logs_open ? state.facts.epoch.text() : "").field("boot", state.boot.text());
  json.field("started", iso_time(state.started, state.utc_offset_minutes()));
}

}  // namespace

std::string_view State::problem_type() const {
  if (damage) return "storage-damaged";
  if (is_full) return "storage-full";
  if (link_trouble == LinkTrouble::kRevoked) return "revoked";
  if (link_trouble == LinkTrouble::kOfficeKey) return "office-key";
  return {};
}

std::string_view State::link_word() const {
  if (online) return "online";
  return last_contact ? "offline" : "never";
}

bool has_room(const DiskUse& use) { return use.free_bytes >= kSpareBytes; }

std::string names_json(const civic::Names& names) {
  JsonWriter json;
  json.begin_object();
  for (const civic::Name& name : names.items) json.field(name.language.value, name.text.value);
  json.end_object();
  return json.take();
}

std::string status_json(const State& state) {
  JsonWriter json;
  json.begin_object();
  write_status(json, state);
  json.end_object();
  return json.take();
}

std::string categories_json(const State& state) {
  JsonWriter json;
  json.begin_object().key("categories").begin_array();
  for (const civic::Category& category : state.settings.categories.items.items) {
    if (category.confidential) continue;  // there is no key yet that only named people hold
    json.begin_object();
    json.field("code", category.code.value).field("kind", civic::kind_word(category.kind.value));
    json.key("names").raw(names_json(category.names)).key("hint").raw(names_json(category.hint));
    json.field("picture", category.picture.value).field("confidential", category.confidential);
    json.end_object();
  }
  json.end_array().end_object();
  return json.take();
}

std::string staff_json(const State& state, const std::vector<log::VerdictRow>& verdicts) {
  JsonWriter json;
  json.begin_object();
  write_device(json, state);
  const Enrolment& enrolment = *state.enrolment;
  json.key("office").begin_object().key("name").raw(names_json(office_names(state)));
  json.field("address", enrolment.host + ":" + std::to_string(enrolment.port));
  const auto& pins = state.settings.ring.tls_pins.items;
  json.field("pin", (pins.empty() ? enrolment.pin : pins.front()).text()).end_object();
  json.field("link", state.link_word());
  write_time(json, "last_contact", state.last_contact, state.utc_offset_minutes());
  write_insight(json, state);
  json.key("verdicts").begin_array();
  for (const log::VerdictRow& row : verdicts) {
    json.begin_object();
    json.field("seq", row.seq.value).field("verdict", verdict_word(row.verdict)).field("reason", row.reason);
    json.end_object();
  }
  json.end_array().field("version", kVersion).end_object();
  return json.take();
}

std::string control_status_json(const State& state) {
  JsonWriter json;
  json.begin_object();
  write_status(json, state);
  json.field("device_id", state.device.text());
  write_insight(json, state);
  json.end_object();
  return json.take();
}

}  // namespace huiyin::kiosk
