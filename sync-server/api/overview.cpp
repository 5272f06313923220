#include "sync-server/api/api.hpp"
#include "sync-server/desk/cases/cases.hpp"

namespace huiyin::office {

namespace {

net::HttpResponse overview(ApiContext& context) {
  Json json;
  const std::int32_t offset = context.rules.office.utc_offset_minutes;
  const std::size_t connected = context.devices.connected_devices().size();
  const Status read = context.store.read([&](StoreReader& reader) -> Status {
    const auto counts = desk::case_counts(reader);
    if (!counts.ok()) return counts.error();
    const auto of = [&](civic::CaseState state) { return (*counts)[static_cast<std::size_t>(state)]; };
    std::uint64_t all = 0;
    for (const std::uint64_t count : *counts) all += count;
    const std::uint64_t answered = of(civic::CaseState::kAnswered);
    const std::uint64_t closed = of(civic::CaseState::kClosed);

    const auto devices = desk::list_devices(reader);
    if (!devices.ok()) return devices.error();
    std::uint64_t enrolled = 0;
    std::uint64_t unsent = 0;
    for (const auto& device : *devices) {
      if (device.revoked) continue;
      ++enrolled;
      const auto presence = desk::find_presence(reader, device.id);
      if (!presence.ok()) return presence.error();
      if (*presence) unsent += (*presence)->unsent;
    }
    const auto state = log::ledger_state(reader, context.hashes);
    if (!state.ok()) return state.error();
    json = {{"office", {{"name", names_json(context.rules.office.names)}}},
            {"locked", context.keys.is_locked()},
            {"as_of", iso_time(context.clocks.office(), offset)},
            {"counts",
             {{"new", of(civic::CaseState::kNew)},
              {"open", all - answered - closed},
              {"answered", answered},
              {"closed", closed},
              {"all", all}}},
            {"devices", {{"enrolled", enrolled}, {"connected", connected}, {"unsent", unsent}}},
            {"ledger", {{"size", state->size}, {"root", state->root.text()}}}};
    return {};
  });
  if (!read.ok()) return problem_of(read.error());
  return json_response(200, json);
}

net::HttpResponse areas(const ApiContext& context) {
  Json list = Json::array();
  for (const civic::Area& area : context.rules.areas)
    list.push_back({{"id", area.id.value},
                    {"parent", area.parent.value},
                    {"level", civic::level_word(area.level.value)},
                    {"names", names_json(area.names)}});
  return json_response(200, {{"areas", list}});
}

net::HttpResponse categories(const ApiContext& context) {
  Json list = Json::array();
  for (const civic::Category& category : context.rules.categories)
    list.push_back({{"code", category.code.value},
                    {"kind", civic::kind_word(category.kind.value)},
                    {"names", names_json(category.names)},
                    {"picture", category.picture.value},
                    {"confidential", category.confidential},
                    {"unit", category.unit},
                    {"answer_days", category.answer_days}});
  return json_response(200, {{"categories", list}});
}

net::HttpResponse units(const ApiContext& context) {
  Json list = Json::array();
  for (const civic::Unit& unit : context.rules.units)
    list.push_back({{"id", unit.id}, {"names", names_json(unit.names)}});
  return json_response(200, {{"units", list}});
}

}  // namespace

std::optional<net::HttpResponse> overview_routes(ApiContext& context, const ApiCall& call) {
  if (call.path.size() != 1 || call.request.method != "GET") return std::nullopt;
  if (call.path[0] == "overview") return overview(context);
  if (call.path[0] == "areas") return areas(context);
  if (call.path[0] == "categories") return categories(context);
  if (call.path[0] == "units") return units(context);
  return std::nullopt;
}

}  // namespace huiyin::office
