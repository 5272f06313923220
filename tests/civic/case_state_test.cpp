#include "shared/civic/case_state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

namespace huiyin::civic {
namespace {

constexpr int kStates = 6;
constexpr int kActs = 6;

/// The whole table as a person would draw it: a row for each state, the state after each act.
/// N new, A accepted, P in progress, W answered, C closed, R reopened, . refused.
constexpr std::array<std::string_view, kStates> kDrawn{
    //  accept start reply close solved unsolved
    "APWC..",  // new
    ".PWC..",  // accepted
    "..WCPP",  // in progress
    ".PWCWR",  // answered
    "..W.CR",  // closed
    ".PWCRR",  // reopened
};
constexpr std::string_view kLetters = "NAPWCR";

TEST(CaseState, Every_pair_of_state_and_act_leads_where_the_table_says) {
  for (int state = 0; state < kStates; ++state)
    for (int act = 0; act < kActs; ++act) {
      const auto next = after(static_cast<CaseState>(state), static_cast<CaseAct>(act));
      const char drawn = next ? kLetters[static_cast<std::size_t>(*next)] : '.';
      EXPECT_EQ(drawn, kDrawn[static_cast<std::size_t>(state)][static_cast<std::size_t>(act)])
          << state << " " << act;
    }
}

TEST(CaseState, Allowed_acts_are_exactly_those_that_lead_somewhere) {
  for (int state = 0; state < kStates; ++state) {
    const auto acts = allowed(static_cast<CaseState>(state));
    for (int act = 0; act < kActs; ++act)
      EXPECT_EQ(std::count(acts.begin(), acts.end(), static_cast<CaseAct>(act)),
                after(static_cast<CaseState>(state), static_cast<CaseAct>(act)) ? 1 : 0)
          << state << " " << act;
  }
}

TEST(CaseState, Nothing_but_a_person_of_the_office_closes_a_case) {
  for (int state = 0; state < kStates; ++state)
    for (const CaseAct act : {CaseAct::kRatedSolved, CaseAct::kRatedUnsolved})
      EXPECT_TRUE(static_cast<CaseState>(state) == CaseState::kClosed ||
                  after(static_cast<CaseState>(state), act) != CaseState::kClosed);
}

TEST(CaseState, Every_state_can_reach_an_answer) {
  for (int state = 0; state < kStates; ++state)
    EXPECT_EQ(after(static_cast<CaseState>(state), CaseAct::kReply), CaseState::kAnswered);
}

TEST(CaseState, Words_round_trip_and_others_are_nothing) {
  for (int state = 0; state < kStates; ++state)
    EXPECT_EQ(state_of(state_word(static_cast<CaseState>(state))), static_cast<CaseState>(state));
  EXPECT_EQ(state_word(CaseState::kInProgress), "in-progress");
  EXPECT_EQ(state_of("New"), std::nullopt);
  EXPECT_EQ(state_of(""), std::nullopt);
}

}  // namespace
}  // namespace huiyin::civic
