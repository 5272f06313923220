#include "kiosk/clock.hpp"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "shared/core/check.hpp"

namespace huiyin::kiosk {

namespace {

std::int64_t read_clock(clockid_t which) {
  timespec time{};
  HUIYIN_CHECK(clock_gettime(which, &time) == 0);
  return static_cast<std::int64_t>(time.tv_sec) * kMsPerSecond + time.tv_nsec / 1'000'000;
}

std::string padded(std::int64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

/// Milliseconds since 1970 as that office's own calendar counts them.
std::chrono::sys_time<std::chrono::milliseconds> local_of(OfficeTime at, std::int32_t offset_minutes) {
  return std::chrono::sys_time<std::chrono::milliseconds>(
      std::chrono::milliseconds(at.ms + std::int64_t{offset_minutes} * kMsPerMinute));
}

}  // namespace

Result<SystemClock> SystemClock::make() {
  constexpr const char* kPath = "/proc/sys/kernel/random/boot_id";
  std::ifstream file(kPath);
  std::string text;
  std::getline(file, text);
  text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
  const auto boot = BootId::from_text(text);
  if (!boot) return error(Code::kStorage, "the kernel's boot id cannot be read", kPath, "mount /proc");
  return SystemClock(*boot);
}

log::ClockReading SystemClock::read() const {
  return {boot_, BootTime{read_clock(CLOCK_BOOTTIME)}, WallTime{read_clock(CLOCK_REALTIME)}};
}

std::string iso_date(OfficeTime at, std::int32_t offset_minutes) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(local_of(at, offset_minutes)));
  return padded(static_cast<int>(day.year()), 4) + "-" + padded(static_cast<unsigned>(day.month()), 2) + "-" +
         padded(static_cast<unsigned>(day.day()), 2);
}

std::string iso_time(OfficeTime at, std::int32_t offset_minutes) {
  const auto local = local_of(at, offset_minutes);
  const auto of_day = local - std::chrono::floor<std::chrono::days>(local);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(of_day));
  const std::int32_t away = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  return iso_date(at, offset_minutes) + "T" + padded(time.hours().count(), 2) + ":" +
         padded(time.minutes().count(), 2) + ":" + padded(time.seconds().count(), 2) +
         (offset_minutes < 0 ? "-" : "+") + padded(away / 60, 2) + ":" + padded(away % 60, 2);
}

}  // namespace huiyin::kiosk
