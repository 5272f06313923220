#pragma once
/// HTTP for the touch page: who may call, reading JSON, routes, problem documents (kiosk/API.md).
/// Thread: the loop's. Lifetime: the service outlives it.

#include <map>
#include <string>

#include "kiosk/service.hpp"
#include "shared/net/http_server.hpp"

namespace huiyin::kiosk {

constexpr std::size_t kBodyBytesMax = 256 * 1024;
constexpr int kJsonDepthMax = 8;

class LocalApi {
 public:
  /// Draws the cookie and the token of this start.
  explicit LocalApi(Service& service);

  /// Known only once the server listens; before it, everything is foreign.
  void set_port(std::uint16_t port) { port_ = port; }
  void handle(net::HttpRequest request, net::HttpRespond respond);

 private:
  struct Call {
    net::HttpRequest request;
    net::HttpRespond respond;
  };
  using Route = void (LocalApi::*)(Call call);

  [[nodiscard]] bool is_ours(const net::HttpRequest& request) const;
  [[nodiscard]] bool is_page_of_this_start(const net::HttpRequest& request) const;
  [[nodiscard]] std::string cookie_name() const { return "huiyin-" + std::to_string(port_); }
  [[nodiscard]] net::HttpResponse page(const net::HttpRequest& request) const;
  void call_api(Call call);

  void get_status(Call call);
  void get_categories(Call call);
  void post_enrol(Call call);
  void post_feedback(Call call);
  void post_answer(Call call);
  void post_rating(Call call);
  void post_session_end(Call call);
  void post_staff_sign_in(Call call);
  void post_staff_sign_out(Call call);
  void get_staff(Call call);

  static const std::map<std::string, std::pair<std::string, Route>>& routes();

  Service& service_;
  std::uint16_t port_ = 0;
  std::string cookie_;
  std::string token_;
};

}  // namespace huiyin::kiosk
