#include "kiosk/json_body.hpp"

#include <gtest/gtest.h>

namespace huiyin::kiosk {
namespace {

std::optional<JsonBody> parse(std::string text) { return JsonBody::parse(text, 8); }

TEST(JsonBody, Members_are_taken_by_kind_and_range) {
  auto body = parse(R"({"text":"水","n":7,"big":18446744073709551615,"real":1.5,"minus":-1,"list":[1]})");
  ASSERT_TRUE(body);
  EXPECT_EQ(body->take_text("text"), "水");
  EXPECT_EQ(body->number("n", 0, 7), 7);
  EXPECT_FALSE(body->number("n", 0, 6));
  EXPECT_FALSE(body->number("big", 0, INT64_MAX));
  EXPECT_FALSE(body->number("real", 0, 9));
  EXPECT_FALSE(body->number("minus", 0, 9));
  EXPECT_FALSE(body->number("text", 0, 9));
  EXPECT_FALSE(body->number("absent", 0, 9));
  EXPECT_FALSE(body->take_text("list"));
  EXPECT_FALSE(body->take_text("absent"));
}

TEST(JsonBody, What_was_read_is_wiped) {
  std::string text = R"({"code":"48271936550271843069"})";
  const char* const place = text.data();
  const std::size_t size = text.size();
  ASSERT_TRUE(JsonBody::parse(text, 8));
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::string(place, 1), std::string(1, '\0'));
  EXPECT_EQ(size, 31U);
}

TEST(JsonBody, Depth_is_counted_from_the_object_itself) {
  const auto nested = [](int depth) {
    return "{\"a\":" + std::string(static_cast<std::size_t>(depth - 1), '[') +
           std::string(static_cast<std::size_t>(depth - 1), ']') + "}";
  };
  EXPECT_TRUE(parse(nested(8)));
  EXPECT_FALSE(parse(nested(9)));
  EXPECT_FALSE(parse(nested(100'000)));
  EXPECT_FALSE(parse(std::string(250'000, '[')));
  std::string objects;
  for (int i = 0; i < 40'000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(parse(objects));
}

TEST(JsonBody, What_is_no_object_in_utf8_is_refused) {
  for (const char* text : {"", "null", "7", "[]", "\"x\"", "{", "{}x", "{\"a\":\"\xC0\x80\"}",
                           "{\"a\":\"\xED\xA0\x80\"}", "{'a':1}", "{\"a\":\"\x01\"}"})
    EXPECT_FALSE(parse(text)) << text;
  EXPECT_TRUE(parse("{}"));
}

}  // namespace
}  // namespace huiyin::kiosk
