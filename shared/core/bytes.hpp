#pragma once
/// Bytes and how they are looked at. Everything that travels or is stored is a Bytes;
/// everything that is only read is a ByteView, whose owner must outlive it.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace huiyin {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
[[nodiscard]] inline std::string to_string(ByteView view) { return std::string(as_text(view)); }
inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

[[nodiscard]] bool equal(ByteView a, ByteView b);
/// memcmp order, the order of every store: negative, zero or positive.
[[nodiscard]] int compare(ByteView a, ByteView b);
[[nodiscard]] bool starts_with(ByteView bytes, ByteView prefix);

/// Lower-case hexadecimal.
[[nodiscard]] std::string hex(ByteView bytes);
/// Accepts upper and lower case; nothing on an odd length or another character.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// Crockford base32 (no I, L, O, U), most significant bit first, padded with zero bits.
[[nodiscard]] std::string base32(ByteView bytes);
/// Reads what a person typed: case ignored, I and L are 1, O is 0, blanks and hyphens skipped.
[[nodiscard]] std::optional<Bytes> from_base32(std::string_view text, std::size_t byte_count);

/// Big-endian, so that byte order is number order: used in keys and in hashed headers.
template <class Unsigned>
void put_big_endian(Bytes& out, Unsigned value) {
  for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(value >> shift));
}
/// The caller has checked that `bytes` holds at least sizeof(Unsigned).
template <class Unsigned>
[[nodiscard]] Unsigned get_big_endian(ByteView bytes) {
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i)
    value = static_cast<Unsigned>((static_cast<std::uint64_t>(value) << 8U) | bytes[i]);
  return value;
}

}  // namespace huiyin
