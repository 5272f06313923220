#pragma once
/// What the daemon knows of itself for screens, and its JSON (kiosk/API.md). A value; belongs to
/// the loop's thread; writing JSON is pure.

#include <optional>
#include <string>
#include <vector>

#include "kiosk/config.hpp"
#include "kiosk/device_files.hpp"
#include "kiosk/storage.hpp"
#include "kiosk/sync_driver.hpp"

namespace huiyin::kiosk {

struct State {
  Config config;
  DeviceId device;
  BootId boot;
  OfficeTime started;  ///< by this machine's own clock, for staff
  std::optional<Enrolment> enrolment;
  bool logs_open = false;       ///< journal and downlink are usable
  std::optional<Error> damage;  ///< the store, the journal or the enrolment file
  bool is_full = false;
  LinkTrouble link_trouble = LinkTrouble::kNone;
  bool online = false;
  std::optional<OfficeTime> last_contact;
  std::string last_problem;  ///< words for staff; empty when all is well
  std::size_t receipts_ready = 0;
  Facts facts;
  Settings settings;

  [[nodiscard]] std::int32_t utc_offset_minutes() const {
    return settings.office ? settings.office->utc_offset_minutes : civic::OfficeInfo{}.utc_offset_minutes;
  }
  [[nodiscard]] bool can_save() const {
    return enrolment && logs_open && !damage && !is_full && link_trouble != LinkTrouble::kRevoked;
  }
  /// The problem type that stays until it is cured, without "huiyin:"; empty when there is none.
  [[nodiscard]] std::string_view problem_type() const;
  [[nodiscard]] std::string_view link_word() const;
};

/// Nothing is captured with less than this free, so that what was saved can still be read and sent.
constexpr std::uint64_t kSpareBytes = std::uint64_t{8} * 1024 * 1024;
[[nodiscard]] bool has_room(const DiskUse& use);

[[nodiscard]] std::string status_json(const State& state);
[[nodiscard]] std::string categories_json(const State& state);
[[nodiscard]] std::string staff_json(const State& state, const std::vector<log::VerdictRow>& verdicts);
/// For `huiyin kiosk status`: the status and everything of the staff page but the verdicts.
[[nodiscard]] std::string control_status_json(const State& state);
/// {"zh":"…","en":"…"}
[[nodiscard]] std::string names_json(const civic::Names& names);

}  // namespace huiyin::kiosk
