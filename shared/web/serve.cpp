#include "shared/web/serve.hpp"

#include <algorithm>
#include <string>

#include "shared/core/check.hpp"

namespace huiyin::web {
namespace {

constexpr std::string_view kTokenPlace = "{{token}}";
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";
constexpr const char* kPermissionsPolicy =
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(self), midi=(), payment=(), usb=()";

const Asset* find(std::span<const Asset> assets, std::string_view path) {
  const auto at =
      std::find_if(assets.begin(), assets.end(), [&](const Asset& asset) { return asset.path == path; });
  return at == assets.end() ? nullptr : &*at;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Calls `visit` with each trimmed member of a comma-separated header until it returns true.
template <class Visit>
bool any_member(std::string_view header, Visit visit) {
  while (!header.empty()) {
    const auto comma = header.find(',');
    if (visit(trimmed(header.substr(0, comma)))) return true;
    if (comma == std::string_view::npos) break;
    header.remove_prefix(comma + 1);
  }
  return false;
}

/// "gzip" or "*" without a zero quality: `gzip;q=0` is a refusal.
bool takes_gzip(std::string_view accept_encoding) {
  return any_member(accept_encoding, [](std::string_view member) {
    const auto semicolon = member.find(';');
    const auto coding = trimmed(member.substr(0, semicolon));
    if (coding != "gzip" && coding != "*") return false;
    if (semicolon == std::string_view::npos) return true;
    const auto parameter = trimmed(member.substr(semicolon + 1));
    return parameter.find_first_of("123456789", parameter.find('=')) != std::string_view::npos;
  });
}

/// Weak comparison, as RFC 9110 asks for If-None-Match.
bool has_tag(std::string_view if_none_match, std::string_view etag) {
  return any_member(if_none_match, [&](std::string_view member) {
    if (member.starts_with("W/")) member.remove_prefix(2);
    return member == "*" || member == etag;
  });
}

net::HttpResponse method_refused() {
  net::HttpResponse response;
  response.status = 405;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Allow", "GET, HEAD");
  response.body = "GET or HEAD only\n";
  add_safety_headers(response);
  return response;
}

const char* cache_rule(const Asset& asset) {
  if (asset.immutable) return "public, max-age=31536000, immutable";
  return asset.etag.empty() ? "no-store" : "no-cache";
}

}  // namespace

void add_safety_headers(net::HttpResponse& response) {
  auto& headers = response.headers;
  headers.emplace_back("Content-Security-Policy", kContentSecurityPolicy);
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.emplace_back("Referrer-Policy", "no-referrer");
  headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  headers.emplace_back("Permissions-Policy", kPermissionsPolicy);
}

std::optional<net::HttpResponse> serve_asset(std::span<const Asset> assets, const net::HttpRequest& request) {
  const Asset* asset = find(assets, request.path);
  if (!asset) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") return method_refused();

  net::HttpResponse response;
  response.content_type = std::string(asset->type);
  response.headers.emplace_back("Cache-Control", cache_rule(*asset));
  if (!asset->etag.empty()) response.headers.emplace_back("ETag", std::string(asset->etag));
  if (!asset->gzip.empty()) response.headers.emplace_back("Vary", "Accept-Encoding");
  add_safety_headers(response);

  if (!asset->etag.empty() && has_tag(request.header("if-none-match"), asset->etag)) {
    response.status = 304;
    return response;
  }
  const bool compressed = !asset->gzip.empty() && takes_gzip(request.header("accept-encoding"));
  if (compressed) response.headers.emplace_back("Content-Encoding", "gzip");
  if (request.method == "GET") response.body = to_string(compressed ? asset->gzip : asset->raw);
  return response;
}

std::optional<net::HttpResponse> serve_page(std::span<const Asset> assets, std::string_view path,
                                            std::string_view token) {
  // Anything else could end the attribute it stands in.
  HUIYIN_CHECK(token.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == std::string_view::npos);
  const Asset* asset = find(assets, path);
  if (!asset || asset->immutable) return std::nullopt;
  net::HttpResponse response;
  response.content_type = std::string(asset->type);
  response.headers.emplace_back("Cache-Control", "no-store");
  add_safety_headers(response);
  response.body = to_string(asset->raw);
  if (const auto place = response.body.find(kTokenPlace); place != std::string::npos)
    response.body.replace(place, kTokenPlace.size(), token);
  return response;
}

}  // namespace huiyin::web
