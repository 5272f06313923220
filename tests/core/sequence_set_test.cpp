#include "shared/core/sequence_set.hpp"

#include <gtest/gtest.h>

#include <set>

#include "shared/core/prng.hpp"

namespace huiyin {
namespace {

using Stretch = SequenceSet::Run;  // testing::Test has a Run of its own
using Runs = std::vector<Stretch>;

TEST(SequenceSet, Neighbours_become_one_run) {
  SequenceSet set;
  set.insert(5);
  set.insert(7);
  EXPECT_EQ(set.runs(), (Runs{{5, 5}, {7, 7}}));
  set.insert(6);
  EXPECT_EQ(set.runs(), (Runs{{5, 7}}));
}

TEST(SequenceSet, Run_that_covers_others_swallows_them) {
  SequenceSet set;
  for (std::uint64_t n = 10; n < 30; n += 3) set.insert(n);
  set.insert(Stretch{9, 40});
  EXPECT_EQ(set.runs(), (Runs{{9, 40}}));
}

TEST(SequenceSet, Low_water_is_the_end_of_the_unbroken_beginning) {
  SequenceSet set;
  EXPECT_EQ(set.low_water(), 0U);
  set.insert(Stretch{2, 9});
  EXPECT_EQ(set.low_water(), 0U);
  set.insert(1);
  EXPECT_EQ(set.low_water(), 9U);
  EXPECT_EQ(set.low_water(4), 9U);
  EXPECT_EQ(set.low_water(10), 9U);
  EXPECT_EQ(set.low_water(20), 19U);
}

TEST(SequenceSet, Largest_number_can_be_held) {
  SequenceSet set;
  set.insert(UINT64_MAX);
  set.insert(Stretch{UINT64_MAX - 1, UINT64_MAX});
  EXPECT_EQ(set.runs(), (Runs{{UINT64_MAX - 1, UINT64_MAX}}));
  set.insert(0);
  EXPECT_EQ(set.run_count(), 2U);
  EXPECT_EQ(set.count(), 3U);
  set.insert(Stretch{0, UINT64_MAX});
  EXPECT_EQ(set.runs(), (Runs{{0, UINT64_MAX}}));
  EXPECT_EQ(set.count(), UINT64_MAX);
  EXPECT_TRUE(set.missing({0, UINT64_MAX}).empty());
}

TEST(SequenceSet, Missing_names_every_gap_inside_the_bounds) {
  SequenceSet set;
  set.insert(Stretch{3, 4});
  set.insert(Stretch{8, 8});
  EXPECT_EQ(set.missing({1, 10}), (Runs{{1, 2}, {5, 7}, {9, 10}}));
  EXPECT_EQ(set.missing({3, 4}), Runs{});
  EXPECT_EQ(set.missing({4, 8}), (Runs{{5, 7}}));
}

TEST(SequenceSet, Random_changes_agree_with_a_plain_set) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Prng random(seed);
    SequenceSet set;
    SequenceSet other;
    std::set<std::uint64_t> plain;
    for (int i = 0; i < 40; ++i) {
      const std::uint64_t first = random.below(120);
      const std::uint64_t last = first + random.below(6);
      (random.chance(1, 4) ? other : set).insert(Stretch{first, last});
      for (std::uint64_t n = first; n <= last; ++n) plain.insert(n);
    }
    set.merge(other);
    std::uint64_t from_runs = 0;
    for (std::size_t i = 0; i < set.runs().size(); ++i) {
      from_runs += set.runs()[i].last - set.runs()[i].first + 1;
      if (i > 0) {
        ASSERT_GT(set.runs()[i].first, set.runs()[i - 1].last + 1) << "seed " << seed;
      }
    }
    ASSERT_EQ(from_runs, plain.size()) << "seed " << seed;
    ASSERT_EQ(set.count(), plain.size()) << "seed " << seed;
    for (std::uint64_t n = 0; n < 130; ++n)
      ASSERT_EQ(set.contains(n), plain.count(n) == 1) << "seed " << seed;
    std::uint64_t absent = 0;
    for (const Stretch& gap : set.missing({0, 129})) {
      absent += gap.last - gap.first + 1;
      for (std::uint64_t n = gap.first; n <= gap.last; ++n) ASSERT_EQ(plain.count(n), 0U) << "seed " << seed;
    }
    ASSERT_EQ(absent, 130 - plain.size()) << "seed " << seed;
  }
}

TEST(SequenceSet, Merging_is_the_same_in_any_order) {
  SequenceSet one;
  SequenceSet two;
  one.insert(Stretch{1, 5});
  two.insert(Stretch{4, 9});
  two.insert(20);
  SequenceSet left = one;
  left.merge(two);
  SequenceSet right = two;
  right.merge(one);
  right.merge(right);
  EXPECT_EQ(left, right);
}

}  // namespace
}  // namespace huiyin
