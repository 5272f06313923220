#pragma once
/// Slows down whoever guesses: five wrong, then a pause of a minute, two, four … at most an hour.
/// Pure; belongs to one thread.

#include "shared/core/time.hpp"

namespace huiyin::kiosk {

class Tries {
 public:
  static constexpr unsigned kFree = 5;
  static constexpr Duration kFirstPause{kMsPerMinute};
  static constexpr Duration kLongestPause{kMsPerHour};
  /// After so long without a wrong one, everything is forgotten.
  static constexpr Duration kForgetAfter{2 * kMsPerHour};

  /// How long to wait before the next try; zero: now.
  [[nodiscard]] Duration pause(BootTime now) const {
    return now < open_at_ ? between(now, open_at_) : Duration{};
  }
  /// Counted before a slow check begins, so that tries side by side are not free; right() takes back.
  void wrong(BootTime now);
  void right() { *this = Tries{}; }

 private:
  unsigned wrong_ = 0;
  BootTime last_{};
  BootTime open_at_{};
};

}  // namespace huiyin::kiosk
