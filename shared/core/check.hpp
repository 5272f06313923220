#pragma once
/// Checks for our own bugs. They stay on in release: a wrong belief about our own state is
/// stopped before it is written to a disk. What a peer, a disk or a person can cause is never
/// checked with this; it is a Result.

namespace huiyin {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace huiyin

#define HUIYIN_CHECK(condition)                                               \
  do {                                                                        \
    if (!(condition)) ::huiyin::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
