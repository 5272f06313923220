#include "kiosk/local_api.hpp"

#include <utility>

#include "kiosk/json_body.hpp"
#include "shared/crypto/secret.hpp"
#ifdef HUIYIN_WITH_WEB
#include "shared/web/assets.hpp"
#include "shared/web/serve.hpp"
#endif

namespace huiyin::kiosk {

namespace {

net::HttpResponse json_response(int status, std::string body) {
  net::HttpResponse response;
  response.status = status;
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

net::HttpResponse problem_response(const Problem& problem) {
  net::HttpResponse response = json_response(status_of(problem), problem_json(problem));
  response.content_type = "application/problem+json";
  if (problem.retry_after_s > 0)
    response.headers.emplace_back("Retry-After", std::to_string(problem.retry_after_s));
  return response;
}

net::HttpResponse to_response(Answer answer) {
  if (auto* ok = std::get_if<Said200>(&answer)) return json_response(200, std::move(ok->json));
  if (auto* made = std::get_if<Said201>(&answer)) return json_response(201, std::move(made->json));
  if (std::holds_alternative<Said204>(answer)) return json_response(204, {});
  return problem_response(std::get<Problem>(answer));
}

/// The service's answer, once it comes, as HTTP.
Respond answer_to(net::HttpRespond respond) {
  return [respond = std::move(respond)](Answer answer) { respond(to_response(std::move(answer))); };
}

Problem malformed(const char* what) { return problem("malformed", what); }

bool same(std::string_view a, std::string_view b) {
  return crypto::equal_in_constant_time(as_bytes(a), as_bytes(b));
}

std::optional<protocol::Solved> solved_of(std::string_view word) {
  if (word == "yes") return protocol::Solved::kYes;
  if (word == "partly") return protocol::Solved::kPartly;
  if (word == "no") return protocol::Solved::kNo;
  return std::nullopt;
}

#ifndef HUIYIN_WITH_WEB
net::HttpResponse plain_page(std::string_view token) {
  net::HttpResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body =
      "<!doctype html><meta charset=\"utf-8\"><meta name=\"huiyin-token\" content=\"" + std::string(token) +
      "\"><title>Huiyin</title><p>This daemon was built without its pages (HUIYIN_WEB=OFF).</p>\n";
  return response;
}
#endif

}  // namespace

LocalApi::LocalApi(Service& service)
    : service_(service), cookie_(hex(crypto::random_bytes(16))), token_(hex(crypto::random_bytes(16))) {}

// --- who may call

bool LocalApi::is_ours(const net::HttpRequest& request) const {
  if (port_ == 0) return false;
  const std::string port = ":" + std::to_string(port_);
  const std::string host = request.header("host");
  if (host != "127.0.0.1" + port && host != "localhost" + port) return false;
  const std::string origin = request.header("origin");
  return origin.empty() || origin == "http://" + host;
}

bool LocalApi::is_page_of_this_start(const net::HttpRequest& request) const {
  return same(request.cookie(cookie_name()), cookie_) && same(request.header("x-huiyin-token"), token_);
}

void LocalApi::handle(net::HttpRequest request, net::HttpRespond respond) {
  if (!is_ours(request))
    return respond(problem_response(problem("foreign", "only the page of this machine may ask")));
  if (request.path != "/api" && request.path.rfind("/api/", 0) != 0) return respond(page(request));
  if (!is_page_of_this_start(request))
    return respond(problem_response(problem("reload", "the daemon has started anew; load the page again")));
  call_api({std::move(request), std::move(respond)});
}

net::HttpResponse LocalApi::page(const net::HttpRequest& request) const {
  const bool is_page = request.path == "/" || request.path == "/staff";
  const bool is_read = request.method == "GET" || request.method == "HEAD";
#ifdef HUIYIN_WITH_WEB
  std::optional<net::HttpResponse> found = is_page && is_read
                                               ? web::serve_page(web::kiosk_assets(), request.path, token_)
                                               : web::serve_asset(web::kiosk_assets(), request);
#else
  std::optional<net::HttpResponse> found =
      is_page && is_read ? std::optional(plain_page(token_)) : std::nullopt;
#endif
  if (!found) return problem_response(problem("not-found", "there is nothing at this address"));
  if (is_page && is_read)
    found->headers.emplace_back("Set-Cookie",
                                cookie_name() + "=" + cookie_ + "; SameSite=Strict; HttpOnly; Path=/");
  return std::move(*found);
}

// --- routes

const std::map<std::string, std::pair<std::string, LocalApi::Route>>& LocalApi::routes() {
  static const std::map<std::string, std::pair<std::string, Route>> table{
      {"/api/status", {"GET", &LocalApi::get_status}},
      {"/api/categories", {"GET", &LocalApi::get_categories}},
      {"/api/enrol", {"POST", &LocalApi::post_enrol}},
      {"/api/feedback", {"POST", &LocalApi::post_feedback}},
      {"/api/answer", {"POST", &LocalApi::post_answer}},
      {"/api/rating", {"POST", &LocalApi::post_rating}},
      {"/api/session/end", {"POST", &LocalApi::post_session_end}},
      {"/api/staff", {"GET", &LocalApi::get_staff}},
      {"/api/staff/sign-in", {"POST", &LocalApi::post_staff_sign_in}},
      {"/api/staff/sign-out", {"POST", &LocalApi::post_staff_sign_out}},
  };
  return table;
}

void LocalApi::call_api(Call call) {
  const auto at = routes().find(call.request.path);
  if (at == routes().end())
    return call.respond(problem_response(problem("not-found", "there is no such call")));
  const auto& [method, route] = at->second;
  if (call.request.method != method) {
    net::HttpResponse response = problem_response(problem("method", "this call is made with " + method));
    response.headers.emplace_back("Allow", method);
    return call.respond(std::move(response));
  }
  (this->*route)(std::move(call));
}

void LocalApi::get_status(Call call) { call.respond(to_response(service_.status())); }

void LocalApi::get_categories(Call call) { call.respond(to_response(service_.categories())); }

void LocalApi::post_enrol(Call call) {
  const Respond respond = answer_to(std::move(call.respond));
  auto body = JsonBody::parse(call.request.body, kJsonDepthMax);
  const auto line = body ? body->take_text("line") : std::nullopt;
  if (!line) return respond(malformed("a JSON object with the text \"line\" is needed"));
  service_.enrol(*line, respond);
}

void LocalApi::post_feedback(Call call) {
  const Respond respond = answer_to(std::move(call.respond));
  auto body = JsonBody::parse(call.request.body, kJsonDepthMax);
  if (!body) return respond(malformed("the body is no JSON object"));
  const auto category = body->number("category", 0, UINT16_MAX);
  const auto feeling = body->number("feeling", 0, 5);
  auto text = body->take_text("text");
  auto language = body->take_text("language");
  if (!category || !feeling || !text || !language)
    return respond(malformed("category, feeling (0 to 5), text and language are needed"));
  Said said;
  said.category = {static_cast<std::uint16_t>(*category)};
  said.feeling = *feeling;
  said.text = std::move(*text);
  said.language = std::move(*language);
  service_.feedback(std::move(said), respond);
}

void LocalApi::post_answer(Call call) {
  const Respond respond = answer_to(std::move(call.respond));
  auto body = JsonBody::parse(call.request.body, kJsonDepthMax);
  auto code = body ? body->take_text("code") : std::nullopt;
  if (!code) return respond(malformed("a JSON object with the text \"code\" is needed"));
  service_.answer(std::move(*code), respond);
}

void LocalApi::post_rating(Call call) {
  const Respond respond = answer_to(std::move(call.respond));
  auto body = JsonBody::parse(call.request.body, kJsonDepthMax);
  if (!body) return respond(malformed("the body is no JSON object"));
  auto code = body->take_text("code");
  const auto word = body->take_text("solved");
  const auto solved = word ? solved_of(*word) : std::nullopt;
  const auto stars = body->number("stars", 1, 5);
  if (!code || !solved || !stars)
    return respond(malformed("code, solved (yes, partly or no) and stars (1 to 5) are needed"));
  service_.rate(std::move(*code), *solved, static_cast<std::uint8_t>(*stars), respond);
}

void LocalApi::post_session_end(Call call) { call.respond(to_response(service_.end_session())); }

void LocalApi::post_staff_sign_in(Call call) {
  const Respond respond = answer_to(std::move(call.respond));
  auto body = JsonBody::parse(call.request.body, kJsonDepthMax);
  auto pin = body ? body->take_text("pin") : std::nullopt;
  if (!pin) return respond(malformed("a JSON object with the text \"pin\" is needed"));
  service_.staff_sign_in(std::move(*pin), respond);
}

void LocalApi::post_staff_sign_out(Call call) {
  call.respond(to_response(service_.staff_sign_out(call.request.header("x-huiyin-staff"))));
}

void LocalApi::get_staff(Call call) {
  const std::string token = call.request.header("x-huiyin-staff");
  service_.staff_state(token, answer_to(std::move(call.respond)));
}

}  // namespace huiyin::kiosk
