#pragma once
/// Enrolment at the office: a code is issued for a name and a place, shown once, and burned in the
/// same transaction that stores the device's key.

#include <array>
#include <variant>

#include "protocol/enrolment.hpp"
#include "shared/civic/rules.hpp"
#include "sync-server/desk/devices/devices.hpp"

namespace huiyin::desk {

struct EnrolmentOffice {
  OfficeId office;
  OfficeEpoch office_epoch;
  protocol::KeyRing ring;
};

/// What a device that asks to enrol is told. A code that nobody issued, a code that another device
/// used, and a wrong proof look alike. The same device may ask again with its code until it has
/// the answer: a lost reply must not cost a new code.
[[nodiscard]] Result<std::variant<protocol::EnrolResult, protocol::HelloError>> try_enrol(
    log::LedgerWriter& ledger, StoreWriter& writer, const HashPort& hashes, const EnrolmentOffice& office,
    const protocol::Enrol& enrol, const Nonce& nonce, const Exporter& exporter, OfficeTime now,
    const std::array<Salt, 2>& salts);

struct NewCode {
  protocol::EnrolmentCode code;  ///< random
  std::string name;
  AreaId area;
  std::string staff_pin_hash;
};
/// The act that issues it; refuses an empty name and a place that is not in the area file.
[[nodiscard]] Result<log::Act> issue_code(const HashPort& hashes, const civic::Rules& rules,
                                          const NewCode& wanted, const std::string& actor, OfficeTime now,
                                          const Salt& salt);

}  // namespace huiyin::desk
