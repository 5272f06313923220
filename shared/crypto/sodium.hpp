#pragma once
/// The one place that includes <sodium.h>, for this folder's .cpp files alone.

#include <sodium.h>

#include "shared/core/check.hpp"

namespace huiyin::crypto {

/// Called before anything of libsodium is used; any thread, any number of times.
inline void sodium_ready() {
  static const bool ready = sodium_init() >= 0;
  HUIYIN_CHECK(ready);
}

}  // namespace huiyin::crypto
