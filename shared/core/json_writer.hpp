#pragma once
/// Writes JSON from front to back into one string: for WebAssembly results, API answers and
/// exports. No floating point: a figure that needs one is written as text or as a scaled integer.
/// Misuse (a value without its key, an end without its begin) is our own bug and stops the program.

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace huiyin {

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  /// Bytes that are not UTF-8 become U+FFFD, so that what comes out can always be read.
  JsonWriter& value(std::string_view text);
  /// A reader in JavaScript is exact up to 2^53; larger numbers are given to value() as text.
  template <std::integral Integer>
  JsonWriter& value(Integer number) {
    if constexpr (std::same_as<Integer, bool>)
      return literal(number ? "true" : "false");
    else
      return literal(std::to_string(number));
  }
  JsonWriter& null() { return literal("null"); }
  /// `json` is a complete value, already written by another JsonWriter.
  JsonWriter& raw(std::string_view json) { return literal(json); }

  template <class Value>
  JsonWriter& field(std::string_view name, const Value& content) {
    return key(name).value(content);
  }

  /// The finished text, everything opened being closed; the writer starts again empty.
  [[nodiscard]] std::string take();
  /// Bytes written so far.
  [[nodiscard]] std::size_t size() const { return text_.size(); }

 private:
  enum class Inside : std::uint8_t { kObject, kArray };
  JsonWriter& literal(std::string_view text);
  void before_value();
  void begin(Inside what, char bracket);
  void end(Inside what, char bracket);
  void append_quoted(std::string_view text);

  std::string text_;
  std::vector<Inside> open_;
  bool needs_comma_ = false;
  bool after_key_ = false;
};

}  // namespace huiyin
