#pragma once
/// How long to wait before trying again: full jitter, drawn after the cap, so that a fleet that
/// lost its office at one moment does not come back at one moment.

#include "shared/core/prng.hpp"
#include "shared/core/time.hpp"

namespace huiyin {

struct BackoffPolicy {
  Duration first{1000};            ///< ceiling of the first wait
  Duration cap{5 * kMsPerMinute};  ///< no ceiling is above this
};

/// The longest wait after `failures` failures in a row (at least 1): first, 2 first, 4 first ... cap.
[[nodiscard]] Duration backoff_ceiling(const BackoffPolicy& policy, unsigned failures);

/// A wait between 0 and the ceiling, both included, each millisecond equally likely.
[[nodiscard]] Duration backoff_delay(const BackoffPolicy& policy, unsigned failures, Prng& random);

}  // namespace huiyin
