#include "shared/civic/case_state.hpp"

#include <array>

namespace huiyin::civic {

namespace {
using S = CaseState;
using A = CaseAct;
struct Transition {
  S from;
  A act;
  S to;
};
/// Every legal step; what is not here is refused. A rating never closes a case by itself:
/// "solved" keeps it answered until a person closes it, "not solved" reopens it from anywhere
/// after the answer.
constexpr std::array<Transition, 24> kTransitions{{
    {S::kNew, A::kAccept, S::kAccepted},
    {S::kNew, A::kStart, S::kInProgress},
    {S::kNew, A::kReply, S::kAnswered},
    {S::kNew, A::kClose, S::kClosed},
    {S::kAccepted, A::kStart, S::kInProgress},
    {S::kAccepted, A::kReply, S::kAnswered},
    {S::kAccepted, A::kClose, S::kClosed},
    {S::kInProgress, A::kReply, S::kAnswered},
    {S::kInProgress, A::kClose, S::kClosed},
    {S::kAnswered, A::kReply, S::kAnswered},
    {S::kAnswered, A::kStart, S::kInProgress},
    {S::kAnswered, A::kClose, S::kClosed},
    {S::kAnswered, A::kRatedSolved, S::kAnswered},
    {S::kAnswered, A::kRatedUnsolved, S::kReopened},
    {S::kClosed, A::kReply, S::kAnswered},
    {S::kClosed, A::kRatedSolved, S::kClosed},
    {S::kClosed, A::kRatedUnsolved, S::kReopened},
    {S::kReopened, A::kStart, S::kInProgress},
    {S::kReopened, A::kReply, S::kAnswered},
    {S::kReopened, A::kClose, S::kClosed},
    {S::kReopened, A::kRatedSolved, S::kReopened},
    {S::kReopened, A::kRatedUnsolved, S::kReopened},
    {S::kInProgress, A::kRatedSolved, S::kInProgress},
    {S::kInProgress, A::kRatedUnsolved, S::kInProgress},
}};
constexpr std::array<std::string_view, 6> kWords{"new",      "accepted", "in-progress",
                                                 "answered", "closed",   "reopened"};
}  // namespace

std::optional<CaseState> after(CaseState state, CaseAct act) {
  for (const Transition& step : kTransitions)
    if (step.from == state && step.act == act) return step.to;
  return std::nullopt;
}

std::vector<CaseAct> allowed(CaseState state) {
  std::vector<CaseAct> acts;
  for (const Transition& step : kTransitions)
    if (step.from == state) acts.push_back(step.act);
  return acts;
}

std::string_view state_word(CaseState state) { return kWords[static_cast<std::size_t>(state)]; }

std::optional<CaseState> state_of(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i)
    if (kWords[i] == word) return static_cast<CaseState>(i);
  return std::nullopt;
}

}  // namespace huiyin::civic
