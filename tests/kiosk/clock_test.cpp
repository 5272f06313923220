#include "kiosk/clock.hpp"

#include <gtest/gtest.h>

namespace huiyin::kiosk {
namespace {

TEST(OfficeTimes, Are_told_by_the_office_s_own_offset) {
  const OfficeTime at{1'795'000'000'000};  // 2026-11-18T11:06:40Z
  EXPECT_EQ(iso_time(at, 480), "2026-11-18T19:06:40+08:00");
  EXPECT_EQ(iso_time(at, 0), "2026-11-18T11:06:40+00:00");
  EXPECT_EQ(iso_time(at, -210), "2026-11-18T07:36:40-03:30");
  EXPECT_EQ(iso_date(at, 13 * 60), "2026-11-19");
  EXPECT_EQ(iso_time({0}, 0), "1970-01-01T00:00:00+00:00");
  EXPECT_EQ(iso_time({-1}, 0), "1969-12-31T23:59:59+00:00");
}

TEST(SystemClock, Boot_time_does_not_go_back_and_the_boot_has_a_name) {
  const auto clock = SystemClock::make();
  ASSERT_TRUE(clock.ok()) << clock.error().text();
  const auto first = clock->read();
  const auto second = clock->read();
  EXPECT_FALSE(first.boot.is_none());
  EXPECT_EQ(first.boot, second.boot);
  EXPECT_LE(first.boot_time, second.boot_time);
}

}  // namespace
}  // namespace huiyin::kiosk
