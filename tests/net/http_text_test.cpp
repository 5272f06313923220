#include "shared/net/http_text.hpp"

#include <gtest/gtest.h>

namespace huiyin::net {
namespace {

TEST(HttpTarget_path_and_query, are_decoded) {
  const auto target = parse_target("/api/%E5%9B%9E/x?q=a+b%26c&empty=&flag&q=second#part");

  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/api/\xE5\x9B\x9E/x");
  EXPECT_EQ(target->query.at("q"), "a b&c");
  EXPECT_EQ(target->query.at("empty"), "");
  EXPECT_EQ(target->query.at("flag"), "");
  EXPECT_EQ(target->query.size(), 3U);
}

TEST(HttpTarget_plus_in_the_path, stays_a_plus) { EXPECT_EQ(parse_target("/a+b")->path, "/a+b"); }

TEST(HttpTarget_that_is_no_clean_path, is_refused) {
  for (const char* target : {"", "*", "http://x/", "a/b", "/%", "/%4", "/%zz", "/%00", "/a%0ab", "/../etc",
                             "/a/..", "/a/%2e%2e/b", "/./a", "/x?y=%1"})
    EXPECT_FALSE(parse_target(target).has_value()) << target;
}

TEST(HttpTarget_dots_inside_a_name, are_fine) {
  EXPECT_EQ(parse_target("/app..js/...")->path, "/app..js/...");
}

TEST(HttpRequest_cookie, is_found_by_its_whole_name) {
  HttpRequest request;
  request.headers["cookie"] = "xsid=1; sid=two;last=3=4";

  EXPECT_EQ(request.cookie("sid"), "two");
  EXPECT_EQ(request.cookie("xsid"), "1");
  EXPECT_EQ(request.cookie("last"), "3=4");
  EXPECT_EQ(request.cookie("none"), "");
}

TEST(HttpResponseHead_values_with_line_breaks, cannot_add_fields) {
  HttpResponse response;
  response.headers.emplace_back("Content-Disposition", "a\r\nSet-Cookie: stolen=1");

  const std::string head = response_head(response, true);

  EXPECT_EQ(head.find("\r\nSet-Cookie"), std::string::npos);
  EXPECT_NE(head.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
}

TEST(HttpResponseHead_no_content, has_no_length) {
  HttpResponse response;
  response.status = 204;

  EXPECT_EQ(response_head(response, true).find("Content-Length"), std::string::npos);
}

}  // namespace
}  // namespace huiyin::net
