#pragma once
/// Answers a page's requests from the embedded assets, with the caching and safety headers that
/// every page of ours carries. Pure: no clock, no file, no state; any thread.

#include <optional>
#include <span>
#include <string_view>

#include "shared/net/http_server.hpp"
#include "shared/web/assets.hpp"

namespace huiyin::web {

/// The answer to GET or HEAD of an asset's path (405 for another method), or nothing when no asset
/// has that path. gzip by Accept-Encoding, 304 by If-None-Match; hashed files are immutable, pages
/// are asked for again. A page with a `{{token}}` place comes as it is, uncompressed and no-store:
/// use serve_page for it.
[[nodiscard]] std::optional<net::HttpResponse> serve_asset(std::span<const Asset> assets,
                                                           const net::HttpRequest& request);

/// The page at `path` ("/", "/staff") with its `{{token}}` place filled; no-store. `token` is
/// letters, digits, '-' and '_' only. Nothing when there is no such page.
[[nodiscard]] std::optional<net::HttpResponse> serve_page(std::span<const Asset> assets,
                                                          std::string_view path, std::string_view token);

/// The headers that no answer of ours goes without: CSP, nosniff, referrer, opener, permissions.
void add_safety_headers(net::HttpResponse& response);

}  // namespace huiyin::web
