#include "shared/core/json_writer.hpp"

#include "shared/core/check.hpp"
#include "shared/core/utf8.hpp"

namespace huiyin {

void JsonWriter::before_value() {
  const bool in_object = !open_.empty() && open_.back() == Inside::kObject;
  HUIYIN_CHECK(in_object == after_key_);
  HUIYIN_CHECK(!open_.empty() || text_.empty());
  if (needs_comma_ && !after_key_) text_.push_back(',');
  after_key_ = false;
  needs_comma_ = true;
}

void JsonWriter::begin(Inside what, char bracket) {
  before_value();
  open_.push_back(what);
  text_.push_back(bracket);
  needs_comma_ = false;
}

void JsonWriter::end(Inside what, char bracket) {
  HUIYIN_CHECK(!open_.empty() && open_.back() == what && !after_key_);
  open_.pop_back();
  text_.push_back(bracket);
  needs_comma_ = true;
}

JsonWriter& JsonWriter::begin_object() {
  begin(Inside::kObject, '{');
  return *this;
}
JsonWriter& JsonWriter::end_object() {
  end(Inside::kObject, '}');
  return *this;
}
JsonWriter& JsonWriter::begin_array() {
  begin(Inside::kArray, '[');
  return *this;
}
JsonWriter& JsonWriter::end_array() {
  end(Inside::kArray, ']');
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  HUIYIN_CHECK(!open_.empty() && open_.back() == Inside::kObject && !after_key_);
  if (needs_comma_) text_.push_back(',');
  append_quoted(name);
  text_.push_back(':');
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  before_value();
  append_quoted(text);
  return *this;
}

JsonWriter& JsonWriter::literal(std::string_view text) {
  before_value();
  text_.append(text);
  return *this;
}

void JsonWriter::append_quoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  text_.push_back('"');
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const auto code_point = next_code_point(text, at);
    if (!code_point) {
      text_.append("\xef\xbf\xbd");
      ++at;
      continue;
    }
    switch (*code_point) {
      case U'"': text_.append("\\\""); break;
      case U'\\': text_.append("\\\\"); break;
      case U'\n': text_.append("\\n"); break;
      case U'\r': text_.append("\\r"); break;
      case U'\t': text_.append("\\t"); break;
      case 0x2028: text_.append("\\u2028"); break;  // line ends to JavaScript before 2019
      case 0x2029: text_.append("\\u2029"); break;
      default:
        if (*code_point < 0x20) {
          text_.append("\\u00");
          text_.push_back(kHex[*code_point >> 4U]);
          text_.push_back(kHex[*code_point & 15U]);
        } else {
          text_.append(text.substr(begin, at - begin));
        }
    }
  }
  text_.push_back('"');
}

std::string JsonWriter::take() {
  HUIYIN_CHECK(open_.empty() && !after_key_ && !text_.empty());
  std::string done;
  done.swap(text_);
  needs_comma_ = false;
  return done;
}

}  // namespace huiyin
