#include "shared/core/prng.hpp"

#include <gtest/gtest.h>

#include <array>

namespace huiyin {
namespace {

TEST(Prng, Seed_gives_the_published_splitmix64_numbers) {
  Prng random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(Prng, Below_reaches_every_result_about_equally) {
  Prng random(1);
  std::array<int, 6> seen{};
  for (int i = 0; i < 60'000; ++i) ++seen[random.below(6)];
  for (const int count : seen) {
    EXPECT_GT(count, 9'500);
    EXPECT_LT(count, 10'500);
  }
}

TEST(Prng, Below_a_huge_bound_has_no_bias_towards_low_results) {
  Prng random(2);
  const std::uint64_t bound = (1ULL << 63U) + (1ULL << 62U);
  int low = 0;
  for (int i = 0; i < 30'000; ++i) low += random.below(bound) < bound / 3 ? 1 : 0;
  EXPECT_NEAR(low, 10'000, 500);
}

TEST(Prng, Between_the_ends_of_all_numbers_is_allowed) {
  Prng random(3);
  bool negative = false;
  bool positive = false;
  for (int i = 0; i < 100; ++i) {
    const std::int64_t drawn = random.between(INT64_MIN, INT64_MAX);
    (drawn < 0 ? negative : positive) = true;
  }
  EXPECT_TRUE(negative && positive);
  EXPECT_EQ(random.between(-5, -5), -5);
}

TEST(Prng, Bytes_are_as_many_as_asked_for) {
  Prng random(4);
  for (std::size_t count = 0; count < 20; ++count) EXPECT_EQ(random.bytes(count).size(), count);
}

TEST(Prng, Copy_continues_from_the_same_place) {
  Prng random(5);
  (void)random.next();
  Prng copy = random;
  EXPECT_EQ(copy.next(), random.next());
}

}  // namespace
}  // namespace huiyin
