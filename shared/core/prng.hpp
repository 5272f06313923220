#pragma once
/// Numbers that look random and are the same on every machine for the same seed: for jitter,
/// tests and the simulator. Never for secrets; those come from shared/crypto.

#include <cstdint>

#include "shared/core/bytes.hpp"

namespace huiyin {

/// splitmix64. A value: a copy continues from the same place.
class Prng {
 public:
  explicit Prng(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] std::uint64_t next();
  /// 0 .. bound - 1, each equally likely; `bound` is at least 1.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
  /// low .. high, both included.
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high);
  /// True `parts` times out of `whole`.
  [[nodiscard]] bool chance(std::uint64_t parts, std::uint64_t whole);
  [[nodiscard]] Bytes bytes(std::size_t count);
  /// A generator of its own, for a part whose draws must not disturb the others.
  [[nodiscard]] Prng split() { return Prng(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace huiyin
