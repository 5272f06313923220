#include "shared/core/json_writer.hpp"

#include <gtest/gtest.h>

namespace huiyin {
namespace {

using namespace std::string_literals;

TEST(JsonWriter, Nested_values_get_their_commas) {
  JsonWriter json;
  json.begin_object().field("a", 1).key("b").begin_array();
  json.value("x").value(true).null().begin_object().end_object().begin_array().end_array();
  json.end_array().field("c", "d"s).end_object();
  EXPECT_EQ(json.take(), R"({"a":1,"b":["x",true,null,{},[]],"c":"d"})");
}

TEST(JsonWriter, Text_literal_is_text_and_not_a_boolean) {
  JsonWriter json;
  json.begin_array().value("false").value(false).end_array();
  EXPECT_EQ(json.take(), R"(["false",false])");
}

TEST(JsonWriter, Integers_of_every_width_are_exact) {
  JsonWriter json;
  json.begin_array().value(INT64_MIN).value(UINT64_MAX).value(std::uint8_t{200}).value(std::int8_t{-3});
  json.end_array();
  EXPECT_EQ(json.take(), "[-9223372036854775808,18446744073709551615,200,-3]");
}

TEST(JsonWriter, Special_characters_are_escaped) {
  JsonWriter json;
  json.value("\"\\\n\r\t\x01\x1f/路\u2028\u2029\0"s);
  EXPECT_EQ(json.take(), R"("\"\\\n\r\t\u0001\u001f/路\u2028\u2029\u0000")");
}

TEST(JsonWriter, Broken_bytes_become_the_replacement_character) {
  JsonWriter json;
  json.value("a\xff\xe4\xb8z");
  EXPECT_EQ(json.take(), "\"a\ufffd\ufffd\ufffdz\"");
}

TEST(JsonWriter, Raw_is_put_in_as_it_is) {
  JsonWriter json;
  json.begin_object().key("a").raw("[1,2]").key("b").raw("{}").end_object();
  EXPECT_EQ(json.take(), R"({"a":[1,2],"b":{}})");
}

TEST(JsonWriter, Writer_can_be_used_again_after_take) {
  JsonWriter json;
  json.value(1);
  EXPECT_EQ(json.take(), "1");
  json.begin_array().end_array();
  EXPECT_EQ(json.take(), "[]");
}

TEST(JsonWriterDeathTest, Misuse_stops_the_program) {
  EXPECT_DEATH(JsonWriter().begin_object().value(1), "broken promise");
  EXPECT_DEATH(JsonWriter().begin_array().key("a"), "broken promise");
  EXPECT_DEATH(JsonWriter().begin_array().end_object(), "broken promise");
  EXPECT_DEATH(JsonWriter().value(1).value(2), "broken promise");
  EXPECT_DEATH((void)JsonWriter().begin_array().take(), "broken promise");
  EXPECT_DEATH((void)JsonWriter().take(), "broken promise");
}

}  // namespace
}  // namespace huiyin
