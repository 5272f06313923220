#include "kiosk/tries.hpp"

#include <gtest/gtest.h>

namespace huiyin::kiosk {
namespace {

TEST(Tries, Fifth_wrong_one_pauses_a_minute_and_each_further_doubles_up_to_an_hour) {
  Tries tries(Duration{kMsPerHour});
  BootTime now{1000};
  for (int i = 0; i < 4; ++i) {
    tries.wrong(now);
    EXPECT_EQ(tries.pause(now).ms, 0);
  }
  std::int64_t expected = kMsPerMinute;
  for (int i = 0; i < 12; ++i) {
    tries.wrong(now);
    EXPECT_EQ(tries.pause(now).ms, std::min(expected, kMsPerHour));
    now = now + tries.pause(now);
    EXPECT_EQ(tries.pause(now).ms, 0);
    expected *= 2;
  }
}

TEST(Tries, Right_one_and_a_long_calm_forget_what_was_wrong) {
  Tries tries(Duration{kMsPerHour});
  for (int i = 0; i < 5; ++i) tries.wrong({0});
  tries.right();
  EXPECT_EQ(tries.pause({0}).ms, 0);

  for (int i = 0; i < 4; ++i) tries.wrong({0});
  const BootTime later{kMsPerHour + 1};
  tries.wrong(later);
  EXPECT_EQ(tries.pause(later).ms, 0);
}

}  // namespace
}  // namespace huiyin::kiosk
