#include "sync-server/desk/devices/enrolment.hpp"

#include "protocol/archive.hpp"

namespace huiyin::desk {

using protocol::EnrolResult;
using protocol::HelloError;
using protocol::HelloErrorCode;
using Answer = std::variant<EnrolResult, HelloError>;

namespace {

Answer refusal(HelloErrorCode code, std::string text) {
  HelloError answer;
  answer.code = code;
  answer.text = std::move(text);
  return answer;
}

EnrolResult welcome(const EnrolmentOffice& office, const CodeRow& code, OfficeTime now) {
  EnrolResult result;
  result.office = office.office;
  result.office_epoch = office.office_epoch;
  result.now = now;
  result.device_name = code.name;
  result.area = code.area;
  result.reply_zone = code.reply_zone;
  result.staff_pin_hash = code.staff_pin_hash;
  result.ring = office.ring;
  return result;
}

}  // namespace

Result<Answer> try_enrol(log::LedgerWriter& ledger, StoreWriter& writer, const HashPort& hashes,
                         const EnrolmentOffice& office, const protocol::Enrol& enrol, const Nonce& nonce,
                         const Exporter& exporter, OfficeTime now, const std::array<Salt, 2>& salts) {
  const auto code = find_code(writer, enrol.code);
  if (!code.ok()) return code.error();
  const Answer unknown = refusal(HelloErrorCode::kCodeUnknown, "this code is not known here, or it was used");
  if (!*code) return unknown;
  const CodeRow& row = **code;
  if (!(protocol::enrol_proof(hashes, row.code_key, nonce, exporter, enrol.device_key) == enrol.proof))
    return unknown;
  const DeviceId device = protocol::device_id_of(hashes, enrol.device_key);
  if (!row.used_by.is_none()) {
    const auto known = find_device(writer, device);
    if (!known.ok()) return known.error();
    if (row.used_by == device && *known && !(*known)->revoked) return Answer{welcome(office, row, now)};
    return unknown;
  }
  if (now > row.expires)
    return refusal(HelloErrorCode::kCodeExpired, "this code has expired; ask the office for a new one");

  log::Act used;
  used.stream = log::code_stream(row.id);
  used.type = act::kCodeUsed;
  used.at = now;
  used.salt = salts[0];
  used.body = protocol::to_wire(CodeUsed{device});
  const auto burned = ledger.append_act(used);
  if (!burned.ok()) return burned.error();

  log::Act enrolled;
  enrolled.stream = log::device_stream(device);
  enrolled.type = act::kDeviceEnrolled;
  enrolled.at = now;
  enrolled.salt = salts[1];
  enrolled.body =
      protocol::to_wire(DeviceEnrolled{enrol.device_key, row.name, row.area, row.reply_zone, row.id});
  const auto stored = ledger.append_act(enrolled);
  if (!stored.ok()) return stored.error();
  return Answer{welcome(office, row, now)};
}

Result<log::Act> issue_code(const HashPort& hashes, const civic::Rules& rules, const NewCode& wanted,
                            const std::string& actor, OfficeTime now, const Salt& salt) {
  if (wanted.name.empty() || wanted.name.size() > limits::kNameBytesMax)
    return error(Code::kInvalid, "a device needs a name of at most 120 bytes", "name");
  if (rules.area(wanted.area) == nullptr)
    return error(Code::kInvalid, "there is no area " + std::to_string(wanted.area.value), "area",
                 "choose one of the area file");
  CodeIssued issued;
  issued.code_key = protocol::enrolment_code_key(hashes, wanted.code);
  issued.name.value = wanted.name;
  issued.area = wanted.area;
  issued.reply_zone = rules.reply_zone(wanted.area);
  issued.expires = now + Duration{limits::kEnrolCodeLifeMs};
  issued.staff_pin_hash.value = wanted.staff_pin_hash;
  log::Act act;
  act.stream = log::code_stream(protocol::enrolment_code_id(hashes, issued.code_key));
  act.type = act::kCodeIssued;
  act.at = now;
  act.actor = actor;
  act.salt = salt;
  act.body = protocol::to_wire(issued);
  return act;
}

}  // namespace huiyin::desk
