/// One office, a few kiosks, every fault we can think of, one seed for each run.
///   HUIYIN_SIM_SEED=N   runs that seed alone
///   HUIYIN_SIM_SEEDS=N  runs that many (2,000 unless said; 300 with a sanitizer)

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/sim/world.hpp"

namespace huiyin::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kSeeds = 300;
#else
constexpr std::uint64_t kSeeds = 2000;
#endif

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string again(std::uint64_t seed) {
  return "\nseed " + std::to_string(seed) + "; once more: HUIYIN_SIM_SEED=" + std::to_string(seed) +
         " huiyin_sim_test --gtest_filter='Simulation.Nothing*'";
}

/// Seeds that found something once: tried first, for ever.
constexpr std::uint64_t kRemembered[] = {1, 6, 15};

TEST(Simulation, Nothing_is_lost_nothing_twice_and_all_comes_to_rest) {
  if (std::getenv("HUIYIN_SIM_SEED") != nullptr) {
    const std::uint64_t seed = number_from("HUIYIN_SIM_SEED", 0);
    const Outcome outcome = World(seed, {}).run();
    EXPECT_EQ(outcome.failure, "") << again(seed);
    return;
  }
  Outcome sum;
  const auto run = [&](std::uint64_t seed) {
    const Outcome outcome = World(seed, {}).run();
    sum.events += outcome.events;
    sum.records += outcome.records;
    sum.restores += outcome.restores;
    sum.clones += outcome.clones;
    sum.roll_backs += outcome.roll_backs;
    EXPECT_EQ(outcome.failure, "") << again(seed);
    return outcome.failure.empty();
  };
  for (const std::uint64_t seed : kRemembered) ASSERT_TRUE(run(seed));
  const std::uint64_t seeds = number_from("HUIYIN_SIM_SEEDS", kSeeds);
  for (std::uint64_t seed = 1000; seed < 1000 + seeds; ++seed) ASSERT_TRUE(run(seed));
  RecordProperty("events", std::to_string(sum.events));
  RecordProperty("records", std::to_string(sum.records));
  std::printf(
      "%llu seeds: %llu events, %llu records, %llu restored offices, %llu clones, %llu rolled back disks\n",
      static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(sum.events),
      static_cast<unsigned long long>(sum.records), static_cast<unsigned long long>(sum.restores),
      static_cast<unsigned long long>(sum.clones), static_cast<unsigned long long>(sum.roll_backs));
  // A simulation in which nothing happens proves nothing.
  if (seeds >= 100) {
    EXPECT_GT(sum.restores, seeds / 20);
    EXPECT_GT(sum.clones, seeds / 20);
    EXPECT_GT(sum.roll_backs, seeds / 20);
    EXPECT_GT(sum.records, seeds * 20);
  }
}

TEST(Simulation, Same_seed_is_the_same_run_to_the_last_event) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Outcome first = World(seed, {}).run();
    const Outcome second = World(seed, {}).run();
    EXPECT_EQ(first.trace, second.trace) << again(seed);
    EXPECT_EQ(first.events, second.events);
    EXPECT_NE(first.trace, World(seed + 1000, {}).run().trace);
  }
}

/// How many of some seeds notice a planted bug, and by which words.
std::pair<int, std::string> noticed(const Bugs& bugs) {
  int found = 0;
  std::string words;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Outcome outcome = World(seed, bugs).run();
    if (outcome.failure.empty()) continue;
    ++found;
    words += outcome.failure + "\n";
  }
  return {found, words};
}

TEST(SimulationOracles, Office_that_acknowledges_before_it_has_committed_is_caught) {
  Bugs bugs;
  bugs.ack_before_commit = true;
  const auto [found, words] = noticed(bugs);
  EXPECT_GT(found, 0);
  EXPECT_NE(words.find("was acknowledged and is not in the ledger"), std::string::npos) << words;
}

TEST(SimulationOracles, Office_that_forgets_what_it_has_is_caught) {
  Bugs bugs;
  bugs.forget_streams = true;
  const auto [found, words] = noticed(bugs);
  EXPECT_GT(found, 0);
  EXPECT_NE(words.find("times"), std::string::npos) << words;
}

}  // namespace
}  // namespace huiyin::sim
