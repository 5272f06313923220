#include "shared/core/utf8.hpp"

namespace huiyin {

namespace {

struct Lead {
  std::size_t length;  ///< bytes of the whole character; 0 when the byte begins none
  char32_t bits;       ///< the payload of the first byte
  char32_t smallest;   ///< a smaller result was written too long
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80U) return {1, byte, 0};
  if (byte >= 0xc2U && byte <= 0xdfU) return {2, byte & 0x1fU, 0x80};
  if (byte >= 0xe0U && byte <= 0xefU) return {3, byte & 0x0fU, 0x800};
  if (byte >= 0xf0U && byte <= 0xf4U) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

bool is_control(char32_t c) {
  if (c == U'\n' || c == U'\t') return false;
  return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

bool is_invisible_trick(char32_t c) {
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200b || c == 0xfeff;
}

}  // namespace

std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at) {
  if (at >= text.size()) return std::nullopt;
  const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
  if (lead.length == 0 || lead.length > text.size() - at) return std::nullopt;
  char32_t code_point = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if ((byte & 0xc0U) != 0x80U) return std::nullopt;
    code_point = (code_point << 6U) | (byte & 0x3fU);
  }
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < lead.smallest || code_point > 0x10ffff || surrogate) return std::nullopt;
  at += lead.length;
  return code_point;
}

void append_code_point(std::string& text, char32_t c) {
  const auto push = [&](char32_t byte) {
    text.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
  };
  if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xc0U | (c >> 6U));
    push(0x80U | (c & 0x3fU));
  } else if (c < 0x10000) {
    push(0xe0U | (c >> 12U));
    push(0x80U | ((c >> 6U) & 0x3fU));
    push(0x80U | (c & 0x3fU));
  } else {
    push(0xf0U | (c >> 18U));
    push(0x80U | ((c >> 12U) & 0x3fU));
    push(0x80U | ((c >> 6U) & 0x3fU));
    push(0x80U | (c & 0x3fU));
  }
}

std::optional<std::size_t> count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count)
    if (!next_code_point(text, at)) return std::nullopt;
  return count;
}

bool is_utf8(std::string_view text) { return count_code_points(text).has_value(); }

Status check_person_text(std::string_view text, std::size_t characters_max, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return error(Code::kTooLarge, "the text has more than " + std::to_string(bytes_max) + " bytes", {},
                 "shorten it");
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++characters) {
    const auto code_point = next_code_point(text, at);
    if (!code_point)
      return error(Code::kMalformed, "the text is not valid UTF-8", "byte " + std::to_string(at));
    if (is_control(*code_point))
      return error(Code::kInvalid, "the text holds a control character",
                   "character " + std::to_string(characters + 1), "remove it");
  }
  if (characters > characters_max)
    return error(Code::kTooLarge, "the text has more than " + std::to_string(characters_max) + " characters",
                 {}, "shorten it");
  return {};
}

std::string clean_person_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const auto code_point = next_code_point(text, at);
    if (!code_point) {
      clean.push_back(text[at++]);
    } else if (*code_point == U'\r') {
      clean.push_back('\n');
      if (at < text.size() && text[at] == '\n') ++at;
    } else if (!is_invisible_trick(*code_point)) {
      clean.append(text.substr(begin, at - begin));
    }
  }
  return clean;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace huiyin
