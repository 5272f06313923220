#pragma once
/// What can go wrong in a call of the page, as RFC 9457 problem documents (kiosk/API.md).

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/core/result.hpp"
#include "shared/core/time.hpp"

namespace huiyin::kiosk {

struct Problem {
  std::string_view type;           ///< without "huiyin:"
  std::string detail;              ///< for staff: what happened and what to do
  std::int64_t retry_after_s = 0;  ///< 0: not said
};

/// A problem of one of the types in kiosk/API.md; another type is our own bug.
[[nodiscard]] Problem problem(std::string_view type, std::string detail);
[[nodiscard]] Problem problem_later(std::string_view type, std::string detail, Duration wait);
/// What an error of the storage thread means to the page.
[[nodiscard]] Problem storage_problem(const Error& failure);

[[nodiscard]] int status_of(const Problem& problem);
[[nodiscard]] std::string problem_json(const Problem& problem);

}  // namespace huiyin::kiosk
