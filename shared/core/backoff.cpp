#include "shared/core/backoff.hpp"

#include "shared/core/check.hpp"

namespace huiyin {

Duration backoff_ceiling(const BackoffPolicy& policy, unsigned failures) {
  HUIYIN_CHECK(policy.first.ms > 0 && policy.cap.ms >= policy.first.ms);
  std::int64_t ceiling = policy.first.ms;
  for (unsigned doubled = 1; doubled < failures && ceiling < policy.cap.ms; ++doubled)
    ceiling = ceiling > policy.cap.ms / 2 ? policy.cap.ms : ceiling * 2;
  return {ceiling};
}

Duration backoff_delay(const BackoffPolicy& policy, unsigned failures, Prng& random) {
  return {random.between(0, backoff_ceiling(policy, failures).ms)};
}

}  // namespace huiyin
