#include "sync-server/api/api.hpp"

#include <cstdio>
#include <ctime>

#include "protocol/enrolment.hpp"
#include "shared/core/utf8.hpp"

namespace huiyin::office {

namespace {
constexpr int kJsonDepthMax = 8;
constexpr std::string_view kPrefix = "/api/v1/";

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

/// A JSON object of bounded depth, or nothing. The body's size was checked by the server.
std::optional<Json> parse_object(const std::string& text) {
  if (text.empty()) return Json::object();
  bool too_deep = false;
  Json parsed = Json::parse(
      text,
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kJsonDepthMax;
        return !too_deep;
      },
      false);
  if (too_deep || !parsed.is_object()) return std::nullopt;
  return parsed;
}

/// Another page must not act in the name of whoever is signed in.
bool is_foreign(const net::HttpRequest& request) {
  const std::string origin = request.header("origin");
  if (!origin.empty() && origin != "http://" + request.header("host") &&
      origin != "https://" + request.header("host"))
    return true;
  return request.method != "GET" && request.method != "HEAD" && request.header("x-huiyin") != "1";
}
}  // namespace

net::HttpResponse json_response(int status, const Json& body) {
  net::HttpResponse response;
  response.status = status;
  response.headers.emplace_back("Cache-Control", "no-store");
  // Bytes that are not UTF-8 cannot come here: everything was checked when it was taken.
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

net::HttpResponse no_content() {
  net::HttpResponse response;
  response.status = 204;
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

net::HttpResponse problem(int status, const std::string& type, const std::string& title,
                          const std::string& detail) {
  auto response = json_response(
      status, {{"type", "huiyin:" + type}, {"title", title}, {"status", status}, {"detail", detail}});
  response.content_type = "application/problem+json";
  return response;
}

net::HttpResponse problem_of(const Error& failure) {
  switch (failure.code) {
    case Code::kConflict: return problem(409, "conflict", "Somebody else was first", failure.text());
    case Code::kLocked: return problem(423, "locked", "The office is locked", failure.text());
    case Code::kNotFound: return problem(404, "not-found", "There is no such thing", failure.text());
    case Code::kStorageFull: return problem(507, "storage-full", "The disk is full", failure.text());
    case Code::kBusy: return problem(503, "busy", "The office is busy", failure.text());
    case Code::kInvalid:
    case Code::kTooLarge: return problem(422, "invalid", "That cannot be taken", failure.text());
    case Code::kRefused: return problem(403, "refused", "That is not allowed", failure.text());
    default: return problem(500, "failed", "The office could not do it", failure.text());
  }
}

std::optional<std::string> text_of(const Json& body, const char* name, std::size_t bytes_max) {
  const auto at = body.find(name);
  if (at == body.end() || !at->is_string()) return std::nullopt;
  auto text = at->get<std::string>();
  if (text.size() > bytes_max) return std::nullopt;
  return text;
}

std::optional<std::string> written_of(const Json& body, const char* name, std::size_t characters_max,
                                      std::size_t bytes_max) {
  // Twice the bytes before cleaning: what is taken out must not make a text too long.
  const auto raw = text_of(body, name, 2 * bytes_max);
  if (!raw) return std::nullopt;
  std::string text = clean_person_text(*raw);
  const bool is_blank = text.find_first_not_of(" \n\t") == std::string::npos;
  if (is_blank || !check_person_text(text, characters_max, bytes_max).ok()) return std::nullopt;
  return text;
}

Result<DeviceAddress> parse_device_address(const std::string& text) {
  const auto refuse = [&] {
    return error(Code::kInvalid, "\"" + text + "\" is no address that devices could use", "device_address",
                 "write host:port, an IPv6 host in brackets");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return refuse();
  const std::string digits = text.substr(colon + 1);
  if (digits.empty() || digits.size() > 5 || digits.find_first_not_of("0123456789") != std::string::npos)
    return refuse();
  const unsigned long port = std::stoul(digits);
  DeviceAddress address{text.substr(0, colon), static_cast<std::uint16_t>(port)};
  const bool in_brackets =
      address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']';
  if (in_brackets) address.host = address.host.substr(1, address.host.size() - 2);
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  if (port == 0 || port > UINT16_MAX || in_brackets != is_ipv6) return refuse();
  // The proof that the line a clerk copies will be read by the kiosk.
  const auto line =
      protocol::parse_enrolment_line(protocol::make_enrolment_line({address.host, address.port, {}, {}}));
  if (!line.ok()) return refuse();
  return address;
}

std::optional<std::int64_t> number_of(const Json& body, const char* name, std::int64_t least,
                                      std::int64_t most) {
  const auto at = body.find(name);
  if (at == body.end() || !at->is_number_integer()) return std::nullopt;
  if (at->is_number_unsigned() && at->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    return std::nullopt;
  const auto number = at->get<std::int64_t>();
  if (number < least || number > most) return std::nullopt;
  return number;
}

Json names_json(const civic::Names& names) {
  Json json = Json::object();
  for (const civic::Name& name : names.items) json[name.language.value] = name.text.value;
  return json;
}

std::string iso_time(OfficeTime at, std::int32_t utc_offset_minutes) {
  const auto local = static_cast<std::time_t>(at.ms / 1000 + utc_offset_minutes * 60);
  std::tm parts{};
  ::gmtime_r(&local, &parts);
  const int minutes = std::abs(utc_offset_minutes);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                utc_offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return text;
}

void Api::handle(net::HttpRequest request, net::HttpRespond respond) {
  auto shared = std::make_shared<net::HttpRequest>(std::move(request));
  const bool taken = workers_.post([this, shared, respond] { respond(answer(*shared)); });
  if (!taken) respond(problem(503, "busy", "The office is busy", "try again in a moment"));
}

net::HttpResponse Api::answer(const net::HttpRequest& request) {
  if (request.path == "/api/v1/health" && request.method == "GET")
    return json_response(200, {{"status", "ok"}});
  if (request.path.rfind(kPrefix, 0) != 0) return problem(404, "not-found", "There is no such call");
  if (is_foreign(request)) return problem(403, "foreign", "The call came from another page");
  ApiCall call{request, split_path(std::string_view(request.path).substr(kPrefix.size())), std::nullopt,
               Json::object()};
  if (request.method != "GET" && request.method != "DELETE" && request.method != "HEAD") {
    auto body = parse_object(request.body);
    if (!body) return problem(400, "malformed", "The body is not a JSON object", "depth at most 8, UTF-8");
    call.body = std::move(*body);
  }
  const bool is_sign_in = request.method == "POST" && call.path == std::vector<std::string>{"session"};
  call.person = context_.sessions.find(request.cookie("huiyin_office"), context_.clocks.boot());
  if (!call.person && !is_sign_in) return problem(401, "sign-in", "Nobody is signed in");
  const bool is_session_call = !call.path.empty() && call.path[0] == "session";
  if (call.person && call.person->must_change_password && !is_session_call)
    return problem(403, "change-password", "The first password must be changed");

  for (const auto routes : {session_routes, overview_routes, case_routes, device_routes, people_routes})
    if (auto response = routes(context_, call)) return std::move(*response);
  return problem(404, "not-found", "There is no such call");
}

}  // namespace huiyin::office
