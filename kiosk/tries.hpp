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

  /// `forget_after` a wrong one and its pause without another, everything is forgotten.
  explicit Tries(Duration forget_after) : forget_after_(forget_after) {}

  /// How long to wait before the next try; zero: now.
  [[nodiscard]] Duration pause(BootTime now) const {
    return now < open_at_ ? between(now, open_at_) : Duration{};
  }
  void wrong(BootTime now);
  void right() { *this = Tries(forget_after_); }

 private:
  Duration forget_after_;
  unsigned wrong_ = 0;
  BootTime last_{};
  BootTime open_at_{};
};

}  // namespace huiyin::kiosk
