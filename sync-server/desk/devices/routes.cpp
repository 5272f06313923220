#include <cstdio>

#include "protocol/archive.hpp"
#include "shared/crypto/passphrase.hpp"
#include "shared/crypto/secret.hpp"
#include "sync-server/api/api.hpp"
#include "sync-server/desk/devices/enrolment.hpp"

namespace huiyin::office {

namespace {

/// Six random digits, each equally likely.
std::string random_pin() {
  std::uint32_t number = 0;
  do {
    const Bytes bytes = crypto::random_bytes(4);
    number = get_big_endian<std::uint32_t>(bytes) >> 12U;  // 0 … 1,048,575
  } while (number >= 1'000'000);
  char text[8];
  std::snprintf(text, sizeof text, "%06u", number);
  return text;
}

net::HttpResponse list_devices(ApiContext& context) {
  const auto connected = context.devices.connected_devices();
  const std::int32_t offset = context.rules.office.utc_offset_minutes;
  const OfficeTime now = context.clocks.office();
  Json devices = Json::array();
  Json codes = Json::array();
  const Status read = context.store.read([&](StoreReader& reader) -> Status {
    const auto rows = desk::list_devices(reader);
    if (!rows.ok()) return rows.error();
    for (const desk::DeviceRow& row : *rows) {
      const auto counts = desk::device_counts(reader, row.id);
      const auto presence = desk::find_presence(reader, row.id);
      if (!counts.ok()) return counts.error();
      if (!presence.ok()) return presence.error();
      devices.push_back(
          {{"id", row.id.text()},
           {"name", row.name.value},
           {"area", row.area.value},
           {"state", row.revoked ? "revoked" : "enrolled"},
           {"connected", connected.count(row.id) != 0},
           {"last_contact", *presence ? Json(iso_time((*presence)->last_contact, offset)) : Json()},
           {"records", counts->records},
           {"unsent", *presence ? (*presence)->unsent : 0},
           {"since", iso_time(row.since, offset)},
           {"branches", counts->branches},
           {"quarantined", counts->quarantined}});
    }
    const auto issued = desk::list_codes(reader);
    if (!issued.ok()) return issued.error();
    for (const desk::CodeRow& row : *issued)
      codes.push_back(
          {{"id", row.id.text()},
           {"name", row.name.value},
           {"area", row.area.value},
           {"issued", iso_time(row.issued, offset)},
           {"expires", iso_time(row.expires, offset)},
           {"state", !row.used_by.is_none() ? "used" : (now > row.expires ? "expired" : "open")}});
    return {};
  });
  if (!read.ok()) return problem_of(read.error());
  return json_response(200, {{"devices", devices}, {"codes", codes}, {"address", context.device_address}});
}

net::HttpResponse issue_code(ApiContext& context, const ApiCall& call) {
  const auto name = written_of(call.body, "name", 60, limits::kNameBytesMax);
  const auto area = number_of(call.body, "area", 1, UINT32_MAX);
  if (!name || !area) return problem(422, "invalid", "A name and a place are needed");
  const std::string pin = random_pin();
  const auto pin_hash = crypto::hash_password(pin);
  if (!pin_hash.ok()) return problem_of(pin_hash.error());
  desk::NewCode wanted;
  wanted.code = crypto::random_id<protocol::EnrolmentCode>();
  wanted.name = *name;
  wanted.area = {static_cast<std::uint32_t>(*area)};
  wanted.staff_pin_hash = *pin_hash;
  const OfficeTime now = context.clocks.office();
  const auto act = desk::issue_code(context.hashes, context.rules, wanted, call.person->name, now,
                                    crypto::random_id<Salt>());
  if (!act.ok()) return problem_of(act.error());
  const Status stored =
      context.writer.act_and_wait([issued = *act](log::LedgerWriter& ledger, StoreWriter&) -> Status {
        const auto entry = ledger.append_act(issued);
        if (!entry.ok()) return entry.error();
        return {};
      });
  if (!stored.ok()) return problem_of(stored.error());
  const auto address = parse_device_address(context.device_address);
  if (!address.ok()) return problem_of(address.error());
  protocol::EnrolmentLine line;
  line.host = address->host;
  line.port = address->port;
  line.code = wanted.code;
  line.pin = context.keys.ring().tls_pins.items.front();
  return json_response(201, {{"line", protocol::make_enrolment_line(line)},
                             {"expires", iso_time(now + Duration{limits::kEnrolCodeLifeMs},
                                                  context.rules.office.utc_offset_minutes)},
                             {"staff_pin", pin}});
}

net::HttpResponse revoke(ApiContext& context, const ApiCall& call, const DeviceId& id) {
  const auto reason = written_of(call.body, "reason", 200, 200);
  if (!reason) return problem(422, "invalid", "A reason is needed", "at most 200 bytes");
  log::Act act;
  act.stream = log::device_stream(id);
  act.type = desk::act::kDeviceRevoked;
  act.at = context.clocks.office();
  act.actor = call.person->name;
  act.salt = crypto::random_id<Salt>();
  act.body = protocol::to_wire(desk::DeviceRevoked{{*reason}});
  const Status stored =
      context.writer.act_and_wait([act, id](log::LedgerWriter& ledger, StoreWriter& writer) -> Status {
        const auto device = desk::find_device(writer, id);
        if (!device.ok()) return device.error();
        if (!*device) return error(Code::kNotFound, "there is no such device");
        if ((*device)->revoked) return {};
        const auto entry = ledger.append_act(act);
        if (!entry.ok()) return entry.error();
        return {};
      });
  if (!stored.ok()) return problem_of(stored.error());
  context.devices.device_revoked(id);
  return no_content();
}

}  // namespace

std::optional<net::HttpResponse> device_routes(ApiContext& context, const ApiCall& call) {
  if (call.path.empty() || call.path[0] != "devices") return std::nullopt;
  const std::string& method = call.request.method;
  if (call.path.size() == 1 && method == "GET") return list_devices(context);
  if (method != "POST") return std::nullopt;
  if (call.person->role != desk::Role::kAdministrator)
    return problem(403, "refused", "Only administrators enrol and revoke devices");
  if (call.path.size() == 2 && call.path[1] == "codes") return issue_code(context, call);
  if (call.path.size() == 3 && call.path[2] == "revoke")
    if (const auto id = DeviceId::from_text(call.path[1])) return revoke(context, call, *id);
  return std::nullopt;
}

}  // namespace huiyin::office
