#include "shared/core/utf8.hpp"

#include <gtest/gtest.h>

namespace huiyin {
namespace {

using namespace std::string_literals;

TEST(Utf8, Every_code_point_reads_back_as_itself) {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    std::string text;
    append_code_point(text, c);
    std::size_t at = 0;
    ASSERT_EQ(next_code_point(text, at), c);
    ASSERT_EQ(at, text.size());
  }
}

TEST(Utf8, Broken_forms_are_refused) {
  for (const std::string& text : {"\x80"s, "\xc0\x80"s, "\xc1\xbf"s, "\xe0\x9f\xbf"s, "\xed\xa0\x80"s,
                                  "\xf0\x8f\xbf\xbf"s, "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xff"s,
                                  "\xc3"s, "\xe4\xb8"s, "\xf0\x9f\x98"s, "\xc3("s, "ok\xe4\xb8"s}) {
    EXPECT_FALSE(is_utf8(text));
    EXPECT_EQ(check_person_text(text, 10, 10).error().code, Code::kMalformed);
  }
}

TEST(Utf8, Count_is_of_code_points) {
  EXPECT_EQ(count_code_points("路灯坏了"), 4U);
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("a\xf0\x9f\x98\x80"), 2U);
}

TEST(CheckPersonText, Line_feed_and_tab_pass_other_controls_do_not) {
  EXPECT_TRUE(check_person_text("路灯\n\t坏了", 100, 100).ok());
  EXPECT_TRUE(check_person_text("", 0, 0).ok());
  for (const std::string& text : {"a\0b"s, "\r"s, "\x1b[31m"s, "\x7f"s, "\xc2\x80"s, "\xc2\x9f"s})
    EXPECT_EQ(check_person_text(text, 100, 100).error().code, Code::kInvalid);
  EXPECT_TRUE(check_person_text("\xc2\xa0", 1, 2).ok()) << "the first character after the C1 controls";
}

TEST(CheckPersonText, Limits_are_what_still_passes) {
  EXPECT_TRUE(check_person_text("路灯", 2, 6).ok());
  EXPECT_EQ(check_person_text("路灯", 1, 6).error().code, Code::kTooLarge);
  EXPECT_EQ(check_person_text("路灯", 2, 5).error().code, Code::kTooLarge);
}

TEST(CleanPersonText, Bidirectional_and_zero_width_marks_go) {
  EXPECT_EQ(clean_person_text("a\u202eb\u2066c\u2069d\u200be\ufefff\u202ag"), "abcdefg");
  EXPECT_EQ(clean_person_text("\u200d\u2065\u206a\u2029"), "\u200d\u2065\u206a\u2029")
      << "the joiner of emoji and its neighbours stay";
}

TEST(CleanPersonText, Line_ends_become_line_feeds) {
  EXPECT_EQ(clean_person_text("a\r\nb\rc\nd\r"), "a\nb\nc\nd\n");
}

TEST(CleanPersonText, Broken_bytes_are_left_for_the_check) {
  EXPECT_EQ(clean_person_text("a\xff"
                              "b"),
            "a\xff"
            "b");
}

TEST(Utf8Prefix, No_character_is_cut) {
  EXPECT_EQ(utf8_prefix("路灯", 6), "路灯");
  EXPECT_EQ(utf8_prefix("路灯", 5), "路");
  EXPECT_EQ(utf8_prefix("路灯", 2), "");
  EXPECT_EQ(utf8_prefix("abc", 2), "ab");
}

}  // namespace
}  // namespace huiyin
