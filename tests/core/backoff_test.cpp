#include "shared/core/backoff.hpp"

#include <gtest/gtest.h>

namespace huiyin {
namespace {

constexpr BackoffPolicy kPolicy{Duration{1000}, Duration{60'000}};

TEST(Backoff, Ceiling_doubles_until_the_cap) {
  EXPECT_EQ(backoff_ceiling(kPolicy, 1).ms, 1000);
  EXPECT_EQ(backoff_ceiling(kPolicy, 2).ms, 2000);
  EXPECT_EQ(backoff_ceiling(kPolicy, 6).ms, 32'000);
  EXPECT_EQ(backoff_ceiling(kPolicy, 7).ms, 60'000);
  EXPECT_EQ(backoff_ceiling(kPolicy, 4'000'000'000U).ms, 60'000);
}

TEST(Backoff, Cap_near_the_end_of_numbers_does_not_overflow) {
  const BackoffPolicy policy{Duration{3}, Duration{INT64_MAX}};
  EXPECT_EQ(backoff_ceiling(policy, 500).ms, INT64_MAX);
}

TEST(Backoff, Delay_at_the_cap_is_spread_over_all_of_it) {
  Prng random(7);
  int quarters[4] = {};
  for (int i = 0; i < 4000; ++i) {
    const std::int64_t ms = backoff_delay(kPolicy, 50, random).ms;
    ASSERT_GE(ms, 0);
    ASSERT_LE(ms, 60'000);
    ++quarters[std::min<std::int64_t>(ms / 15'000, 3)];
  }
  for (const int count : quarters) EXPECT_NEAR(count, 1000, 150);
}

TEST(Backoff, Same_seed_gives_the_same_delay) {
  Prng one(9);
  Prng two(9);
  for (unsigned failures = 1; failures < 20; ++failures)
    EXPECT_EQ(backoff_delay(kPolicy, failures, one), backoff_delay(kPolicy, failures, two));
}

}  // namespace
}  // namespace huiyin
