#pragma once
/// The office API: who may call, and which function answers. API.md says what each call takes
/// and gives. Handlers run on the API's worker threads; nothing here runs on the I/O thread but
/// the queueing.

#include <nlohmann/json.hpp>

#include "shared/net/http_server.hpp"
#include "sync-server/api/web_sessions.hpp"
#include "sync-server/api/workers.hpp"
#include "sync-server/sync/device_port.hpp"

namespace huiyin::office {

using Json = nlohmann::json;

/// What every handler may use. All of it may be used from any thread.
struct ApiContext {
  Store& store;
  const HashPort& hashes;
  OfficeKeys& keys;
  const civic::Rules& rules;
  Writer& writer;
  Clocks clocks;
  WebSessions& sessions;
  DevicePort& devices;
  std::string device_address;  ///< what enrolment lines name: host:port
};

/// One call by somebody who is signed in (or not, for the two calls that need no sign-in).
struct ApiCall {
  const net::HttpRequest& request;
  std::vector<std::string> path;  ///< behind /api/v1, split at '/'
  std::optional<SignedIn> person;
  Json body;  ///< an object; empty for GET and DELETE
};

/// RFC 9457. `type` without the "huiyin:" in front.
[[nodiscard]] net::HttpResponse problem(int status, const std::string& type, const std::string& title,
                                        const std::string& detail = {});
/// The problem that fits an Error: conflicts 409, locked 423, full 507, and so on.
[[nodiscard]] net::HttpResponse problem_of(const Error& failure);
[[nodiscard]] net::HttpResponse json_response(int status, const Json& body);
[[nodiscard]] net::HttpResponse no_content();

/// The string in body[name]; nothing when it is absent, of another kind, or above the limit.
[[nodiscard]] std::optional<std::string> text_of(const Json& body, const char* name, std::size_t bytes_max);
/// The same for what a person wrote: cleaned, then within the limits, without control characters,
/// and not blank.
[[nodiscard]] std::optional<std::string> written_of(const Json& body, const char* name,
                                                    std::size_t characters_max, std::size_t bytes_max);
[[nodiscard]] std::optional<std::int64_t> number_of(const Json& body, const char* name, std::int64_t least,
                                                    std::int64_t most);
[[nodiscard]] Json names_json(const civic::Names& names);
/// ISO 8601 with the office's offset.
[[nodiscard]] std::string iso_time(OfficeTime at, std::int32_t utc_offset_minutes);

/// What enrolment lines name. "host:port", an IPv6 host in brackets; kInvalid otherwise.
struct DeviceAddress {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
};
[[nodiscard]] Result<DeviceAddress> parse_device_address(const std::string& text);

// Each capability's routes: nothing when the call is not theirs.
[[nodiscard]] std::optional<net::HttpResponse> session_routes(ApiContext& context, const ApiCall& call);
[[nodiscard]] std::optional<net::HttpResponse> overview_routes(ApiContext& context, const ApiCall& call);
[[nodiscard]] std::optional<net::HttpResponse> case_routes(ApiContext& context, const ApiCall& call);
[[nodiscard]] std::optional<net::HttpResponse> device_routes(ApiContext& context, const ApiCall& call);
[[nodiscard]] std::optional<net::HttpResponse> people_routes(ApiContext& context, const ApiCall& call);

class Api {
 public:
  Api(ApiContext context, Workers& workers) : context_(std::move(context)), workers_(workers) {}
  /// I/O thread. Answers everything under /api/; the pages are served elsewhere.
  void handle(net::HttpRequest request, net::HttpRespond respond);

 private:
  [[nodiscard]] net::HttpResponse answer(const net::HttpRequest& request);

  ApiContext context_;
  Workers& workers_;
};

}  // namespace huiyin::office
