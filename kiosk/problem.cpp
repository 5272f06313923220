#include "kiosk/problem.hpp"

#include <algorithm>
#include <array>

#include "shared/core/check.hpp"
#include "shared/core/json_writer.hpp"

namespace huiyin::kiosk {

namespace {

struct Kind {
  std::string_view type;
  int status;
  std::string_view title;
};

constexpr std::array kKinds{
    Kind{"foreign", 403, "Only this machine's own page may ask"},
    Kind{"reload", 401, "The page must be loaded again"},
    Kind{"malformed", 400, "The request cannot be read"},
    Kind{"not-found", 404, "There is no such call"},
    Kind{"method", 405, "The call is made in another way"},
    Kind{"line-mistyped", 422, "The enrolment line is mistyped"},
    Kind{"code-refused", 403, "The office does not know the code, or it was used"},
    Kind{"code-expired", 403, "The code has expired"},
    Kind{"wrong-pin", 403, "Another office answered"},
    Kind{"unreachable", 502, "The office was not reached"},
    Kind{"enrolled", 409, "This kiosk is enrolled already"},
    Kind{"not-enrolled", 409, "This kiosk is not enrolled yet"},
    Kind{"text-too-long", 422, "The text is too long"},
    Kind{"text-refused", 422, "The text holds what is no text"},
    Kind{"nothing-said", 422, "Nothing was said"},
    Kind{"no-such-category", 422, "There is no such category"},
    Kind{"storage-full", 507, "There is no room left"},
    Kind{"storage-damaged", 500, "The store is damaged"},
    Kind{"try-again", 503, "Not just now"},
    Kind{"code-mistyped", 422, "The digits do not fit together"},
    Kind{"slow-down", 429, "Too many wrong tries"},
    Kind{"no-answer", 409, "There is no answer to rate"},
    Kind{"pin-wrong", 403, "The PIN is wrong"},
    Kind{"staff-sign-in", 401, "Sign in as staff first"},
    Kind{"revoked", 403, "The office has revoked this kiosk"},
};

const Kind& kind_of(std::string_view type) {
  const auto* const at =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& kind) { return kind.type == type; });
  HUIYIN_CHECK(at != kKinds.end());
  return *at;
}

}  // namespace

Problem problem(std::string_view type, std::string detail) {
  return {kind_of(type).type, std::move(detail), 0};
}

Problem problem_later(std::string_view type, std::string detail, Duration wait) {
  const std::int64_t seconds = (wait.ms + kMsPerSecond - 1) / kMsPerSecond;
  return {kind_of(type).type, std::move(detail), std::max<std::int64_t>(1, seconds)};
}

Problem storage_problem(const Error& failure) {
  switch (failure.code) {
    case Code::kStorageFull: return problem("storage-full", failure.text());
    case Code::kBusy: return problem_later("try-again", failure.text(), Duration{2 * kMsPerSecond});
    default: return problem("storage-damaged", failure.text());
  }
}

int status_of(const Problem& problem) { return kind_of(problem.type).status; }

std::string problem_json(const Problem& problem) {
  const Kind& kind = kind_of(problem.type);
  JsonWriter json;
  json.begin_object();
  json.field("type", "huiyin:" + std::string(kind.type))
      .field("title", kind.title)
      .field("status", kind.status);
  json.field("detail", problem.detail);
  if (problem.retry_after_s > 0) json.field("retry_after_seconds", problem.retry_after_s);
  json.end_object();
  return json.take();
}

}  // namespace huiyin::kiosk
