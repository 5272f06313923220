#pragma once
/// The store port in memory: for tests, the simulator and the browser. Everything that can go
/// wrong on a disk can be made to go wrong here.

#include <array>
#include <cstdint>
#include <map>
#include <memory>

#ifndef __wasm__
#include <atomic>
#include <mutex>
#include <thread>
#endif

#include "shared/core/store.hpp"

namespace huiyin {

/// Threads may share it; reads and writes wait for one another. `work` must not call the store
/// it is working on.
class MemoryStore final : public Store {
 public:
  /// Each entry is counted as its key, its value and this.
  static constexpr std::size_t kEntryOverheadBytes = 16;

  MemoryStore() = default;

  [[nodiscard]] Status read(const ReadWork& work) override;
  [[nodiscard]] Status write(const WriteWork& work) override;

  /// The n-th operation from now (1 is the next) fails once with `code`: get, scan, last, put,
  /// erase, clear and the commit of a write count; 0 takes the order back. n beyond what happens
  /// never fires, so a test can try 1, 2, 3 ... until a run passes.
  void fail_nth(std::uint64_t n, Code code = Code::kStorage);
  [[nodiscard]] bool failure_is_pending() const { return fail_at_ != 0; }
  /// A put that would lift used_bytes() above this is kStorageFull.
  void set_capacity(std::size_t bytes_max) { capacity_ = bytes_max; }

  [[nodiscard]] std::size_t used_bytes() const { return used_; }
  /// Operations so far, those that failed included.
  [[nodiscard]] std::uint64_t operations() const { return operations_; }

  /// A disk is a value: what is committed now, and the capacity; not the ordered failure.
  [[nodiscard]] std::unique_ptr<MemoryStore> copy() const;
  [[nodiscard]] bool same_contents(const MemoryStore& other) const;

 private:
  struct Less {
    using is_transparent = void;
    bool operator()(ByteView a, ByteView b) const { return compare(a, b) < 0; }
  };
  using Entries = std::map<Bytes, Bytes, Less>;
  class Writer;
  class Turn;

  /// Counts one operation; the ordered failure, if this is the one.
  Status step(const char* operation);

  std::array<Entries, kStoreTables> tables_;
  std::size_t used_ = 0;
  std::size_t capacity_ = SIZE_MAX;
  std::uint64_t operations_ = 0;
  std::uint64_t fail_at_ = 0;
  Code fail_code_ = Code::kStorage;
#ifndef __wasm__
  mutable std::mutex turn_;
  mutable std::atomic<std::thread::id> owner_{};
#endif
};

}  // namespace huiyin
