#include "sync-server/desk/cases/rules.hpp"

#include "protocol/archive.hpp"
#include "shared/crypto/receipt.hpp"

namespace huiyin::desk {

using civic::CaseAct;
using civic::CaseState;

namespace {

std::optional<CaseAct> act_towards(CaseState wanted) {
  switch (wanted) {
    case CaseState::kAccepted: return CaseAct::kAccept;
    case CaseState::kInProgress: return CaseAct::kStart;
    case CaseState::kClosed: return CaseAct::kClose;
    default: return std::nullopt;
  }
}

std::string allowed_words(CaseState state) {
  std::string words;
  for (const CaseState wanted : {CaseState::kAccepted, CaseState::kInProgress, CaseState::kClosed}) {
    const auto act = act_towards(wanted);
    if (act && civic::after(state, *act))
      words += (words.empty() ? "" : ", ") + std::string(civic::state_word(wanted));
  }
  return words.empty() ? "nothing" : words;
}

log::Act case_act(const CaseRow& row, std::uint16_t type, const std::string& actor, OfficeTime now,
                  const Salt& salt) {
  log::Act act;
  act.stream = log::case_stream(row.id);
  act.expected_head = row.version;
  act.type = type;
  act.at = now;
  act.actor = actor;
  act.salt = salt;
  return act;
}

}  // namespace

Bytes office_copy_aad(const CaseId& id, std::uint32_t version) {
  Bytes aad = to_bytes(id.view());
  put_big_endian(aad, version);
  return aad;
}

OfficeTime due_at(const civic::Rules& rules, const CaseRow& row) {
  const civic::Category* category = rules.category(row.category);
  const std::int64_t days = category != nullptr ? category->answer_days : rules.office.answer_days;
  const OfficeTime from = row.captured_known ? row.captured_from : row.received;
  return from + Duration{days * kMsPerDay};
}

Result<log::Act> make_reply(const office::OfficeKeys& keys, const HashPort& hashes, const civic::Rules& rules,
                            const CaseRow& row, const NewReply& reply, const std::string& actor,
                            OfficeTime now, const Salt& salt) {
  if (!row.readable)
    return error(Code::kInvalid, "this case has no receipt that an answer could be sealed to",
                 "case " + row.id.text());
  if (!civic::after(static_cast<CaseState>(row.state), CaseAct::kReply))
    return error(Code::kInvalid,
                 "a case that is " + std::string(civic::state_word(static_cast<CaseState>(row.state))) +
                     " takes no reply",
                 "case " + row.id.text());
  const civic::Unit* unit = rules.unit(reply.unit);
  if (unit == nullptr)
    return error(Code::kInvalid, "there is no unit " + std::to_string(reply.unit), "unit",
                 "choose one of the list");

  protocol::ReplyBody body;
  body.version = row.replies + 1;
  body.kind.value = reply.kind;
  body.language.value = reply.language;
  body.text.value = reply.text;
  body.unit_zh.value = std::string(civic::name_in(unit->names, "zh"));
  body.unit_en.value = std::string(civic::name_in(unit->names, "en"));
  body.at = now;
  const Bytes plain = protocol::to_wire(body);
  const ReceiptTag tag = protocol::receipt_tag(hashes, row.receipt);
  auto sealed = crypto::seal_reply(row.receipt, plain, protocol::reply_aad(keys.office(), tag, body.version));
  if (!sealed.ok()) return sealed.error();
  auto copy = keys.seal_office_copy(plain, office_copy_aad(row.id, body.version));
  if (!copy.ok()) return copy.error();

  CaseReplied replied;
  replied.version = body.version;
  replied.kind.value = reply.kind;
  replied.unit = reply.unit;
  replied.zone = row.zone;
  replied.entry.value = protocol::to_wire(protocol::ReplyEntry{tag, body.version, {std::move(*sealed)}});
  replied.signature =
      protocol::sign_bucket_entry(keys.log(), keys.office(), protocol::bucket_for_area(row.zone),
                                  protocol::bucket_entry_type::kReply, replied.entry.value);
  replied.for_office.value = std::move(*copy);
  replied.generation = keys.newest_sealing().generation;
  log::Act act = case_act(row, act::kCaseReplied, actor, now, salt);
  act.body = protocol::to_wire(replied);
  return act;
}

Result<log::Act> make_move(const CaseRow& row, CaseState wanted, const std::string& note,
                           const std::string& actor, OfficeTime now, const Salt& salt) {
  const auto move = act_towards(wanted);
  const auto state = static_cast<CaseState>(row.state);
  if (!move || !civic::after(state, *move))
    return error(Code::kInvalid,
                 "a case that is " + std::string(civic::state_word(state)) + " cannot become " +
                     std::string(civic::state_word(wanted)),
                 "case " + row.id.text(), "allowed: " + allowed_words(state));
  log::Act act = case_act(row, act::kCaseMoved, actor, now, salt);
  act.body = protocol::to_wire(CaseMoved{static_cast<std::uint8_t>(*move), {note}});
  return act;
}

}  // namespace huiyin::desk
