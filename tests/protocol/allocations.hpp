#pragma once
/// How many bytes this program has asked for so far: operator new of the whole test program is
/// replaced in allocations.cpp. Promises about memory are checked with it, not believed.

#include <cstddef>

namespace huiyin::protocol::testing {
[[nodiscard]] std::size_t bytes_allocated();
}  // namespace huiyin::protocol::testing
