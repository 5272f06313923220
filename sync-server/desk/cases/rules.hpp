#pragma once
/// What may be done to a case and how it is written down: pure decisions, acts come out.

#include "sync-server/desk/cases/cases.hpp"
#include "sync-server/keys/office_keys.hpp"

namespace huiyin::desk {

struct NewReply {
  protocol::ReplyKind kind = protocol::ReplyKind::kDone;
  std::uint32_t unit = 0;
  std::string language;
  std::string text;
};

/// The act that answers a case: the reply sealed to the receipt (for the kiosks of the reply zone)
/// and to the office. A reply to an answered case is its correction. kInvalid when the case
/// cannot be answered: unreadable, or in a state where a reply does not belong.
[[nodiscard]] Result<log::Act> make_reply(const office::OfficeKeys& keys, const HashPort& hashes,
                                          const civic::Rules& rules, const CaseRow& row,
                                          const NewReply& reply, const std::string& actor, OfficeTime now,
                                          const Salt& salt);

/// The act that moves a case; kInvalid with what is allowed when it does not belong there.
[[nodiscard]] Result<log::Act> make_move(const CaseRow& row, civic::CaseState wanted, const std::string& note,
                                         const std::string& actor, OfficeTime now, const Salt& salt);

/// What an office copy of a reply is bound to.
[[nodiscard]] Bytes office_copy_aad(const CaseId& id, std::uint32_t version);

/// When the resident may expect an answer: counted from the capture where it is known.
[[nodiscard]] OfficeTime due_at(const civic::Rules& rules, const CaseRow& row);

}  // namespace huiyin::desk
