#include "shared/core/check.hpp"

#ifndef __wasm__
#include <cstdio>
#endif
#include <cstdlib>

namespace huiyin {

void check_failed([[maybe_unused]] const char* condition, [[maybe_unused]] const char* file,
                  [[maybe_unused]] int line) {
#ifndef __wasm__
  std::fprintf(stderr, "%s:%d: broken promise of the program itself: %s\n", file, line, condition);
  std::abort();
#else
  __builtin_trap();
#endif
}

}  // namespace huiyin
