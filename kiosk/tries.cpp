#include "kiosk/tries.hpp"

#include <algorithm>

namespace huiyin::kiosk {

void Tries::wrong(BootTime now) {
  if (now > std::max(last_, open_at_) + forget_after_) wrong_ = 0;
  last_ = now;
  ++wrong_;
  if (wrong_ < kFree) return;
  const unsigned doublings = std::min(wrong_ - kFree, 10U);
  open_at_ = now + std::min(Duration{kFirstPause.ms << doublings}, kLongestPause);
}

}  // namespace huiyin::kiosk
