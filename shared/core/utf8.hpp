#pragma once
/// Text as it comes from people and peers: strict UTF-8 (no overlong forms, no surrogates,
/// nothing above U+10FFFF), and what of it we take.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "shared/core/result.hpp"

namespace huiyin {

/// The code point at `at`, which is moved behind it; nothing, `at` unmoved, when the bytes there
/// are no valid character or the text is at its end.
[[nodiscard]] std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at);
void append_code_point(std::string& text, char32_t code_point);

[[nodiscard]] bool is_utf8(std::string_view text);
/// Code points; nothing when the text is not valid UTF-8.
[[nodiscard]] std::optional<std::size_t> count_code_points(std::string_view text);

/// Takes valid UTF-8 without control characters (line feed and tab are none) inside both limits.
/// kMalformed, kInvalid or kTooLarge otherwise. An empty text passes: whether one is needed is
/// the form's question.
[[nodiscard]] Status check_person_text(std::string_view text, std::size_t characters_max,
                                       std::size_t bytes_max);

/// The same text without what changes how other text looks (bidirectional overrides and isolates,
/// zero-width space, byte order mark), line ends as line feeds. Bytes that are not UTF-8 stay as
/// they are: check_person_text refuses them, before or after.
[[nodiscard]] std::string clean_person_text(std::string_view text);

/// The longest part of `text` from its start with at most `bytes_max` bytes that cuts no character.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace huiyin
