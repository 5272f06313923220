#pragma once
/// The parts of HTTP that are only text: decoding a target, writing a response head. No socket.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "shared/net/http_server.hpp"

namespace huiyin::net {

struct HttpTarget {
  std::string path;
  std::map<std::string, std::string> query;
};
/// Nothing for what is not "/path?query", for broken percent signs, control characters, and for
/// "." and ".." segments: no handler ever meets a path that climbs.
[[nodiscard]] std::optional<HttpTarget> parse_target(std::string_view target);

/// "%41" to "A"; '+' to a blank when `plus_is_blank`. Nothing for a broken percent sign.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank);

/// Status line and fields up to the empty line. Line breaks in values become blanks.
[[nodiscard]] std::string response_head(const HttpResponse& response, bool keep_alive);

/// A response of the server's own: an RFC 9457 problem document.
[[nodiscard]] HttpResponse problem(int status, std::string_view detail);

}  // namespace huiyin::net
