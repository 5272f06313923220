#pragma once
/// Three clocks that must never be mixed up. Nothing in the pure libraries reads one:
/// time comes in as an argument.

#include <compare>
#include <cstdint>

namespace huiyin {

template <class Tag>
struct Milliseconds {
  std::int64_t ms = 0;
  friend bool operator==(const Milliseconds&, const Milliseconds&) = default;
  friend auto operator<=>(const Milliseconds&, const Milliseconds&) = default;
};

/// A length of time.
using Duration = Milliseconds<struct DurationTag>;
/// Since 1970 by the office's clock: the only trusted wall time.
using OfficeTime = Milliseconds<struct OfficeTimeTag>;
/// Since 1970 by a device's own clock: may say 1970 or 2099.
using WallTime = Milliseconds<struct WallTimeTag>;
/// Since the machine started, sleep included; never goes back within one boot. Timers use this.
using BootTime = Milliseconds<struct BootTimeTag>;

template <class Tag>
[[nodiscard]] constexpr Milliseconds<Tag> operator+(Milliseconds<Tag> at,
                                                    Milliseconds<struct DurationTag> by) {
  return {at.ms + by.ms};
}
template <class Tag>
[[nodiscard]] constexpr Duration between(Milliseconds<Tag> earlier, Milliseconds<Tag> later) {
  return {later.ms - earlier.ms};
}

constexpr std::int64_t kMsPerSecond = 1000;
constexpr std::int64_t kMsPerMinute = 60 * kMsPerSecond;
constexpr std::int64_t kMsPerHour = 60 * kMsPerMinute;
constexpr std::int64_t kMsPerDay = 24 * kMsPerHour;

/// Record times are floored to this, for every type: finer times and a camera make a name.
constexpr std::int64_t kCoarseMs = 10 * kMsPerMinute;

/// Whole steps of 10 minutes, rounded towards minus infinity.
[[nodiscard]] constexpr std::int64_t coarse_steps(std::int64_t ms) {
  return ms / kCoarseMs - (ms % kCoarseMs < 0 ? 1 : 0);
}

}  // namespace huiyin
