#include "shared/core/prng.hpp"

#include "shared/core/check.hpp"

namespace huiyin {

std::uint64_t Prng::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

std::uint64_t Prng::below(std::uint64_t bound) {
  HUIYIN_CHECK(bound > 0);
  // The lowest 2^64 mod bound draws are thrown away: without them low results were likelier.
  const std::uint64_t surplus = (0 - bound) % bound;
  for (;;) {
    const std::uint64_t draw = next();
    if (draw >= surplus) return draw % bound;
  }
}

std::int64_t Prng::between(std::int64_t low, std::int64_t high) {
  HUIYIN_CHECK(low <= high);
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const std::uint64_t step = span == UINT64_MAX ? next() : below(span + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + step);
}

bool Prng::chance(std::uint64_t parts, std::uint64_t whole) { return below(whole) < parts; }

Bytes Prng::bytes(std::size_t count) {
  Bytes out;
  out.reserve(count);
  while (out.size() < count) {
    std::uint64_t draw = next();
    for (int i = 0; i < 8 && out.size() < count; ++i, draw >>= 8U)
      out.push_back(static_cast<std::uint8_t>(draw));
  }
  return out;
}

}  // namespace huiyin
