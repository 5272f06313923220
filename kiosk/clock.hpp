#pragma once
/// The one place of the daemon that reads clocks. Everything else is given a Clock or a time.

#include "shared/log/journal.hpp"

namespace huiyin::kiosk {

/// Any thread may ask.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual log::ClockReading read() const = 0;
  [[nodiscard]] BootTime now() const { return read().boot_time; }
};

/// The kernel's boot id, CLOCK_BOOTTIME and the wall clock.
class SystemClock final : public Clock {
 public:
  /// kStorage when the kernel does not tell its boot id.
  [[nodiscard]] static Result<SystemClock> make();
  [[nodiscard]] log::ClockReading read() const override;

 private:
  explicit SystemClock(const BootId& boot) : boot_(boot) {}
  BootId boot_;
};

/// "2026-11-20T09:12:00+08:00": that moment by an office whose days are `offset_minutes` from UTC.
[[nodiscard]] std::string iso_time(OfficeTime at, std::int32_t offset_minutes);
/// "2026-11-20"
[[nodiscard]] std::string iso_date(OfficeTime at, std::int32_t offset_minutes);

}  // namespace huiyin::kiosk
