#pragma once
/// The pages, styles and scripts built by shared/web/build.mjs, embedded in the program. All of it
/// is constant for the life of the process; any thread may read.

#include <span>
#include <string_view>

#include "shared/core/bytes.hpp"

namespace huiyin::web {

struct Asset {
  std::string_view path;  ///< the URL path it is served under: "/", "/staff", "/assets/kiosk-HASH.js"
  std::string_view type;  ///< Content-Type
  std::string_view etag;  ///< quoted; empty for a page with a `{{token}}` place, which is never stored
  ByteView raw;
  ByteView gzip;   ///< empty when it would not be smaller, or the page has a `{{token}}` place
  bool immutable;  ///< the path carries the content's hash
};

/// "/" and "/staff" (each with one `{{token}}` place) and what they load.
[[nodiscard]] std::span<const Asset> kiosk_assets();
/// "/" and what it loads.
[[nodiscard]] std::span<const Asset> office_assets();

}  // namespace huiyin::web
