#pragma once
/// The smallest client that can be rude: one request, one connection, any header.

#include <cstdint>
#include <map>
#include <string>

namespace huiyin::kiosk {

struct HttpAnswer {
  int status = 0;                              ///< 0: no answer at all
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// Waits at most 20 s. `headers` replace the default Host and are sent as they are.
[[nodiscard]] HttpAnswer http_call(std::uint16_t port, const std::string& method, const std::string& path,
                                   const std::map<std::string, std::string>& headers = {},
                                   const std::string& body = {});

}  // namespace huiyin::kiosk
