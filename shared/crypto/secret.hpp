#pragma once
/// Random bytes, bytes that are wiped when their owner goes, and comparing without telling where
/// the difference is.

#include <memory>
#include <span>

#include "shared/core/bytes.hpp"

namespace huiyin::crypto {

/// From the kernel; never fails (a machine without it is stopped).
void random_fill(std::span<std::uint8_t> out);
[[nodiscard]] Bytes random_bytes(std::size_t count);

/// A fresh id: `random_id<EpochId>()`.
template <class Id>
[[nodiscard]] Id random_id() {
  Id id;
  random_fill(id.bytes);
  return id;
}

/// Takes the same time whatever differs; unequal lengths are told at once.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

/// Zeroes memory in a way the compiler cannot leave out.
void wipe(std::span<std::uint8_t> memory);

/// A fixed number of bytes, wiped at the end. Moved, not copied, so that it is in one place.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size);
  [[nodiscard]] static Secret copy_of(ByteView bytes);
  [[nodiscard]] static Secret random(std::size_t size);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::uint8_t* data() { return bytes_.get(); }
  [[nodiscard]] const std::uint8_t* data() const { return bytes_.get(); }
  [[nodiscard]] ByteView view() const { return {bytes_.get(), size_}; }
  [[nodiscard]] std::span<std::uint8_t> span() { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace huiyin::crypto
