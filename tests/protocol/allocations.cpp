#include "tests/protocol/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {
std::size_t allocated = 0;

void* counted(std::size_t bytes) {
  allocated += bytes;
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  std::abort();
}
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace huiyin::protocol::testing {
std::size_t bytes_allocated() { return allocated; }
}  // namespace huiyin::protocol::testing
