#pragma once
/// A small HTTP/1.1 server for pages and JSON APIs, plain, for loopback. No Boost in this header.
/// Chunked request bodies are refused (411); header 8 KiB, body `body_bytes_max`, both checked
/// before memory is spent; every request has a total deadline. Errors of the server's own are
/// RFC 9457 problem documents.
///
/// A path with a broken percent sign, a control character or a "." or ".." segment is refused
/// (400) before the handler sees it. HEAD arrives as GET and is answered without the body.
/// Of a repeated query name the first stands; repeated headers are joined with ", ".

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "shared/core/bytes.hpp"
#include "shared/core/result.hpp"
#include "shared/net/runtime.hpp"

namespace huiyin::net {

struct HttpRequest {
  std::string method;
  std::string path;  ///< decoded, without the query, starts with '/'
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  std::string peer;
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto at = headers.find(name);
    return at == headers.end() ? std::string() : at->second;
  }
  [[nodiscard]] std::string cookie(const std::string& name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// Called on the runtime's thread. `respond` may be called once from any thread, now or later,
/// also after the server or the runtime is gone; a respond that is dropped unused answers 500
/// and closes the connection. No deadline runs while the handler holds it.
using HttpRespond = std::function<void(HttpResponse)>;
using HttpHandler = std::function<void(HttpRequest request, HttpRespond respond)>;

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::size_t body_bytes_max = 256 * 1024;
  std::size_t connections_max = 512;
  Duration request_max{15'000};  ///< total for reading one request
  Duration idle_max{60'000};     ///< between requests of one connection
};

/// Destroying it closes every connection. It goes before its Runtime.
class HttpServer {
 public:
  virtual ~HttpServer() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  virtual void stop_accepting() = 0;
};
[[nodiscard]] Result<std::unique_ptr<HttpServer>> make_http_server(Runtime& runtime,
                                                                   HttpServerOptions options,
                                                                   HttpHandler handler);

}  // namespace huiyin::net
