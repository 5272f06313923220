#pragma once
/// What the office does, as ledger acts: their numbers and bodies. One list, so that no number
/// is given twice; each capability reads only its own. Bodies are wire structs, appended to
/// under a higher revision and never changed.

#include "protocol/payloads.hpp"
#include "shared/civic/case_state.hpp"
#include "shared/log/ledger.hpp"

namespace huiyin::desk {

namespace act {
// stream kCase
constexpr std::uint16_t kCaseOpened = 1;  ///< somebody is about to read the text
constexpr std::uint16_t kCaseReplied = 2;
constexpr std::uint16_t kCaseMoved = 3;
// stream kDevice
constexpr std::uint16_t kDeviceEnrolled = 10;
constexpr std::uint16_t kDeviceRevoked = 11;
// stream kCode
constexpr std::uint16_t kCodeIssued = 20;
constexpr std::uint16_t kCodeUsed = 21;
// stream kPerson
constexpr std::uint16_t kPersonAdded = 30;
constexpr std::uint16_t kPasswordChanged = 31;
// stream kOffice
constexpr std::uint16_t kSettingsPublished = 40;
}  // namespace act

struct CaseOpened {
  Text<200> reason;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(reason);
  }
};

struct CaseReplied {
  std::uint32_t version = 0;  ///< 1, and one more with every correction
  Choice<protocol::ReplyKind> kind;
  std::uint32_t unit = 0;
  AreaId zone;                               ///< whose bucket carries it
  Blob<limits::kBucketEntryBytesMax> entry;  ///< ReplyEntry, sealed to the receipt
  Signature signature;                       ///< of the bucket entry
  Blob<8192> for_office;                     ///< ReplyBody, sealed to the text key: sections of protocol seal
  SealGeneration generation;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, kind, unit, zone, entry, signature, for_office, generation);
  }
};

struct CaseMoved {
  std::uint8_t act = 0;  ///< civic::CaseAct
  Text<1000> note;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(act, note);
  }
};

struct DeviceEnrolled {
  PublicKey key;
  Text<limits::kNameBytesMax> name;
  AreaId area;
  AreaId reply_zone;
  CodeId code;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(key, name, area, reply_zone, code);
  }
};

struct DeviceRevoked {
  Text<200> reason;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(reason);
  }
};

/// The code itself is shown once and kept nowhere.
struct CodeIssued {
  Hash code_key;
  Text<limits::kNameBytesMax> name;
  AreaId area;
  AreaId reply_zone;
  OfficeTime expires;
  Text<200> staff_pin_hash;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(code_key, name, area, reply_zone, expires, staff_pin_hash);
  }
};

struct CodeUsed {
  DeviceId device;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(device);
  }
};

enum class Role : std::uint8_t { kClerk = 0, kAdministrator = 1 };
}  // namespace huiyin::desk
template <>
struct huiyin::ChoiceLast<huiyin::desk::Role> {
  static constexpr auto value = huiyin::desk::Role::kAdministrator;
};
namespace huiyin::desk {

struct PersonAdded {
  Text<40> name;  ///< sign-in name
  Text<limits::kNameBytesMax> display;
  Choice<Role> role;
  Text<200> password_hash;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, display, role, password_hash);
  }
};

struct PasswordChanged {
  Text<40> name;
  Text<200> password_hash;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, password_hash);
  }
};

struct SettingsPublished {
  protocol::Bucket bucket;
  std::uint16_t type = 0;  ///< bucket_entry_type
  Blob<limits::kBucketEntryBytesMax> body;
  Signature signature;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bucket, type, body, signature);
  }
};

}  // namespace huiyin::desk
