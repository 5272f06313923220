#include "shared/web/serve.hpp"

#include <gtest/gtest.h>

#include <string>

namespace huiyin::web {
namespace {

constexpr std::string_view kScript = "console.log('回音')";
constexpr std::string_view kSqueezed = "squeezed";
constexpr std::string_view kPage = "<meta name=\"huiyin-token\" content=\"{{token}}\">";

const Asset kTable[] = {
    {"/assets/a-HASH.js", "text/javascript; charset=utf-8", "\"tag-a\"", as_bytes(kScript),
     as_bytes(kSqueezed), true},
    {"/", "text/html; charset=utf-8", "", as_bytes(kPage), ByteView(), false},
    {"/plain", "text/html; charset=utf-8", "\"tag-p\"", as_bytes(kScript), ByteView(), false},
};

net::HttpRequest get(std::string path, std::map<std::string, std::string> headers = {}) {
  net::HttpRequest request;
  request.method = "GET";
  request.path = std::move(path);
  request.headers = std::move(headers);
  return request;
}

std::string header(const net::HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

TEST(ServeAsset, path_unknown_is_nothing) {
  EXPECT_FALSE(serve_asset(kTable, get("/assets/b.js")));
  EXPECT_FALSE(serve_asset(kTable, get("/../secret")));
  EXPECT_FALSE(serve_asset({}, get("/")));
}

TEST(ServeAsset, without_gzip_sends_raw_bytes) {
  const auto response = serve_asset(kTable, get("/assets/a-HASH.js"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, kScript);
  EXPECT_EQ(response->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(header(*response, "Content-Encoding"), "");
  EXPECT_EQ(header(*response, "Vary"), "Accept-Encoding");
}

TEST(ServeAsset, gzip_only_when_accepted) {
  const auto encoding = [](const std::string& accepted) {
    const auto response = serve_asset(kTable, get("/assets/a-HASH.js", {{"accept-encoding", accepted}}));
    return header(response.value(), "Content-Encoding");
  };
  EXPECT_EQ(encoding("gzip"), "gzip");
  EXPECT_EQ(encoding("br, gzip, deflate"), "gzip");
  EXPECT_EQ(encoding("br;q=1.0, gzip;q=0.8"), "gzip");
  EXPECT_EQ(encoding("*"), "gzip");
  EXPECT_EQ(encoding("gzip;q=0"), "");
  EXPECT_EQ(encoding("gzip; q=0.0"), "");
  EXPECT_EQ(encoding("br, xgzip"), "");
  EXPECT_EQ(encoding(","), "");
  const auto response = serve_asset(kTable, get("/assets/a-HASH.js", {{"accept-encoding", "gzip"}}));
  EXPECT_EQ(response->body, kSqueezed);
}

TEST(ServeAsset, hashed_file_is_immutable_and_page_is_asked_for_again) {
  EXPECT_EQ(header(*serve_asset(kTable, get("/assets/a-HASH.js")), "Cache-Control"),
            "public, max-age=31536000, immutable");
  EXPECT_EQ(header(*serve_asset(kTable, get("/plain")), "Cache-Control"), "no-cache");
  EXPECT_EQ(header(*serve_asset(kTable, get("/")), "Cache-Control"), "no-store");
}

TEST(ServeAsset, known_tag_is_304_without_body) {
  for (const char* sent : {"\"tag-p\"", "W/\"tag-p\"", "\"other\", \"tag-p\"", "*"}) {
    const auto response = serve_asset(kTable, get("/plain", {{"if-none-match", sent}}));
    ASSERT_TRUE(response) << sent;
    EXPECT_EQ(response->status, 304) << sent;
    EXPECT_TRUE(response->body.empty()) << sent;
    EXPECT_EQ(header(*response, "ETag"), "\"tag-p\"");
  }
  EXPECT_EQ(serve_asset(kTable, get("/plain", {{"if-none-match", "\"old\""}}))->status, 200);
  // A page with a token has no tag, so that a star cannot make it 304.
  EXPECT_EQ(serve_asset(kTable, get("/", {{"if-none-match", "*"}}))->status, 200);
}

TEST(ServeAsset, head_has_headers_and_no_body) {
  auto request = get("/plain");
  request.method = "HEAD";
  const auto response = serve_asset(kTable, request);
  EXPECT_EQ(response->status, 200);
  EXPECT_TRUE(response->body.empty());
  EXPECT_EQ(header(*response, "ETag"), "\"tag-p\"");
}

TEST(ServeAsset, other_method_is_405) {
  auto request = get("/plain");
  request.method = "POST";
  const auto response = serve_asset(kTable, request);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 405);
  EXPECT_EQ(header(*response, "Allow"), "GET, HEAD");
}

TEST(ServeAsset, every_answer_carries_the_safety_headers) {
  for (const char* path : {"/", "/plain", "/assets/a-HASH.js"}) {
    const auto response = serve_asset(kTable, get(path));
    const auto policy = header(*response, "Content-Security-Policy");
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos) << path;
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << path;
    EXPECT_EQ(policy.find("unsafe-inline"), std::string::npos) << path;
    EXPECT_EQ(header(*response, "X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(header(*response, "Referrer-Policy"), "no-referrer") << path;
    EXPECT_EQ(header(*response, "Cross-Origin-Opener-Policy"), "same-origin") << path;
    EXPECT_NE(header(*response, "Permissions-Policy"), "") << path;
  }
}

TEST(ServePage, token_is_filled_in_and_never_stored) {
  const auto response = serve_page(kTable, "/", "abc-123_XYZ");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "<meta name=\"huiyin-token\" content=\"abc-123_XYZ\">");
  EXPECT_EQ(header(*response, "Cache-Control"), "no-store");
  EXPECT_NE(header(*response, "Content-Security-Policy"), "");
}

TEST(ServePage, only_pages_are_pages) {
  EXPECT_FALSE(serve_page(kTable, "/assets/a-HASH.js", "t"));
  EXPECT_FALSE(serve_page(kTable, "/nowhere", "t"));
}

TEST(EmbeddedKiosk, pages_load_only_what_is_embedded) {
  for (const char* path : {"/", "/staff"}) {
    const auto page = serve_page(kiosk_assets(), path, "t0ken");
    ASSERT_TRUE(page) << path;
    EXPECT_NE(page->body.find("content=\"t0ken\""), std::string::npos) << path;
    EXPECT_EQ(page->body.find("{{"), std::string::npos) << path;
    std::size_t found = 0;
    for (auto at = page->body.find("\"/assets/"); at != std::string::npos;
         at = page->body.find("\"/assets/", at + 1)) {
      const auto end = page->body.find('"', at + 1);
      EXPECT_TRUE(serve_asset(kiosk_assets(), get(page->body.substr(at + 1, end - at - 1))));
      ++found;
    }
    EXPECT_GE(found, 2U) << path;
  }
}

TEST(EmbeddedKiosk, every_compressed_copy_is_a_smaller_gzip) {
  for (const Asset& asset : kiosk_assets()) {
    EXPECT_FALSE(asset.raw.empty()) << asset.path;
    if (asset.gzip.empty()) continue;
    EXPECT_LT(asset.gzip.size(), asset.raw.size()) << asset.path;
    EXPECT_EQ(asset.gzip[0], 0x1f) << asset.path;
    EXPECT_EQ(asset.gzip[1], 0x8b) << asset.path;
  }
}

}  // namespace
}  // namespace huiyin::web
