#pragma once
/// The states of a case, a first version: what happened to it moves it, and nothing else.
/// Source: the states CAPTURED … CLOSED of the field (Open311 "open" is everything before
/// closed); assignment, returns, extensions and the clocks join in later versions.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace huiyin::civic {

/// Numbers are stored: never reused.
enum class CaseState : std::uint8_t {
  kNew = 0,  ///< received, nobody has taken it on
  kAccepted = 1,
  kInProgress = 2,
  kAnswered = 3,
  kClosed = 4,
  kReopened = 5,  ///< the resident says it is not solved; the same office has it again
};

enum class CaseAct : std::uint8_t {
  kAccept = 0,
  kStart = 1,
  kReply = 2,  ///< a further reply corrects the one before
  kClose = 3,
  kRatedSolved = 4,  ///< by the resident
  kRatedUnsolved = 5,
};

/// The state after the act, or nothing when the act does not belong there.
[[nodiscard]] std::optional<CaseState> after(CaseState state, CaseAct act);
[[nodiscard]] std::vector<CaseAct> allowed(CaseState state);
/// "new", "accepted", "in-progress", "answered", "closed", "reopened".
[[nodiscard]] std::string_view state_word(CaseState state);
[[nodiscard]] std::optional<CaseState> state_of(std::string_view word);

}  // namespace huiyin::civic
