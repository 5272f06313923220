#include "shared/core/bytes.hpp"

#include <algorithm>
#include <cstring>

namespace huiyin {

bool equal(ByteView a, ByteView b) { return a.size() == b.size() && compare(a, b) == 0; }

int compare(ByteView a, ByteView b) {
  const std::size_t common = std::min(a.size(), b.size());
  const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  if (order != 0) return order;
  return a.size() < b.size() ? -1 : (a.size() > b.size() ? 1 : 0);
}

bool starts_with(ByteView bytes, ByteView prefix) {
  return bytes.size() >= prefix.size() && equal(bytes.first(prefix.size()), prefix);
}

std::string hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 15U]);
  }
  return text;
}

namespace {
int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view kBase32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

int base32_value(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'I' || c == 'L') c = '1';
  if (c == 'O') c = '0';
  const auto at = kBase32.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}
}  // namespace

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return bytes;
}

std::string base32(ByteView bytes) {
  std::string text;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = (pending << 8U) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text.push_back(kBase32[(pending >> bits) & 31U]);
    }
  }
  if (bits > 0) text.push_back(kBase32[(pending << (5 - bits)) & 31U]);
  return text;
}

std::optional<Bytes> from_base32(std::string_view text, std::size_t byte_count) {
  Bytes bytes;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  std::size_t characters = 0;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    const int value = base32_value(c);
    if (value < 0) return std::nullopt;
    ++characters;
    pending = (pending << 5U) | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::uint8_t>((pending >> bits) & 255U));
    }
  }
  const bool padding_is_zero = (pending & ((1U << bits) - 1U)) == 0;
  if (characters != (byte_count * 8 + 4) / 5 || bytes.size() != byte_count || !padding_is_zero)
    return std::nullopt;
  return bytes;
}

}  // namespace huiyin
