#include <boost/asio/post.hpp>
#include <utility>

#include "shared/net/frame_link.hpp"
#include "shared/net/frame_session.hpp"

namespace huiyin::net {
namespace {

using Clock = std::chrono::steady_clock;

/// Name, TCP, TLS and upgrade under one deadline; `done_` exactly once. The deadline does not
/// wait for the name service: getaddrinfo cannot be interrupted, only ignored.
class Attempt final : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(Runtime& runtime, FrameClientOptions options, SessionDone done)
      : options_(std::move(options)),
        done_(std::move(done)),
        open_by_(Clock::now() + chrono_of(options_.connect_max)),
        timer_(runtime.impl().io),
        resolver_(runtime.impl().io),
        socket_(runtime.impl().io) {}

  void start();

 private:
  using Endpoints = std::vector<asio::ip::tcp::endpoint>;

  void resolve();
  void connect(Endpoints endpoints, std::size_t at);
  void open();
  void finish(Result<std::shared_ptr<FrameLink>> outcome);
  [[nodiscard]] Error network_error(const std::string& what) const {
    return error(Code::kNetwork, what, options_.host + ":" + std::to_string(options_.port));
  }

  FrameClientOptions options_;
  SessionDone done_;
  Clock::time_point open_by_;
  Timer timer_;
  TcpResolver resolver_;
  TcpSocket socket_;
};

void Attempt::start() {
  timer_.expires_at(open_by_);
  timer_.async_wait([self = shared_from_this()](error_code failure) {
    if (!failure) self->finish(self->network_error("the office did not answer in time"));
  });
  error_code not_a_number;
  const auto address = asio::ip::make_address(options_.host, not_a_number);
  if (not_a_number) return resolve();
  connect({asio::ip::tcp::endpoint(address, options_.port)}, 0);
}

void Attempt::resolve() {
  resolver_.async_resolve(
      options_.host, std::to_string(options_.port),
      [self = shared_from_this()](error_code failure, const TcpResolver::results_type& found) {
        if (!self->done_) return;
        if (failure)
          return self->finish(self->network_error("the office's name is not known: " + failure.message()));
        Endpoints endpoints;
        for (const auto& entry : found) endpoints.push_back(entry.endpoint());
        self->connect(std::move(endpoints), 0);
      });
}

void Attempt::connect(Endpoints endpoints, std::size_t at) {
  const auto endpoint = endpoints[at];
  error_code ignored;  // a socket from the address tried before; async_connect opens a new one
  socket_.close(ignored);
  socket_.async_connect(endpoint, [self = shared_from_this(), endpoints = std::move(endpoints),
                                   at](error_code failure) mutable {
    if (!self->done_) return;
    if (!failure) return self->open();
    if (at + 1 < endpoints.size()) return self->connect(std::move(endpoints), at + 1);
    self->finish(self->network_error("cannot reach the office: " + failure.message()));
  });
}

void Attempt::open() {
  // The session borrows the pin; its `done` holds this attempt, which owns it, until the
  // handshake is over, and afterwards nothing verifies any more.
  auto ssl = make_client_ssl(&options_.pin);
  if (!ssl.ok()) return finish(ssl.error());
  error_code ignored;  // only a matter of speed
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  timer_.cancel();  // the session keeps the deadline from here

  SessionOptions session;
  session.role = LinkRole::kDevice;
  session.host = options_.host + ":" + std::to_string(options_.port);
  session.frame_bytes_max = options_.frame_bytes_max;
  session.open_by = open_by_;
  session.idle_max = options_.idle_max;
  static_cast<void>(open_session(std::move(socket_), std::move(*ssl), std::move(session),
                                 [self = shared_from_this()](Result<std::shared_ptr<FrameLink>> link) {
                                   self->finish(std::move(link));
                                 }));
}

void Attempt::finish(Result<std::shared_ptr<FrameLink>> outcome) {
  if (!done_) return;
  timer_.cancel();
  resolver_.cancel();
  error_code ignored;  // moved away already when the attempt came that far
  socket_.close(ignored);
  std::exchange(done_, nullptr)(std::move(outcome));
}

}  // namespace

void connect_frame_link(Runtime& runtime, FrameClientOptions options,
                        std::function<void(Result<std::shared_ptr<FrameLink>>)> done) {
  std::make_shared<Attempt>(runtime, std::move(options), std::move(done))->start();
}

}  // namespace huiyin::net
