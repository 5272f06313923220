#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <list>

#include "shared/net/frame_link.hpp"
#include "shared/net/frame_session.hpp"

namespace huiyin::net {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kNoDescriptorsPause{100};
/// With every handshake place taken, the oldest one gives way to a newcomer: soon if it has
/// not even said hello, later if it is merely slow.
constexpr std::chrono::milliseconds kHelloGrace{100};
constexpr std::chrono::milliseconds kHandshakeGrace{1000};

using OnLink = std::function<void(std::shared_ptr<FrameLink>)>;

/// The accept loop. Shared, because operations under way outlive the FrameServer.
class Acceptor final : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(TcpAcceptor acceptor, SslContextPtr context, FrameServerOptions options, OnLink on_link)
      : options_(std::move(options)),
        context_(std::move(context)),
        on_link_(std::move(on_link)),
        acceptor_(std::move(acceptor)),
        pause_(acceptor_.get_executor()) {
    error_code ignored;  // a listening socket has an address
    port_ = acceptor_.local_endpoint(ignored).port();
  }

  void accept_next();
  void stop();
  void forget_owner() { on_link_ = nullptr; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t connections() const { return *connections_; }

 private:
  struct Opening {
    std::weak_ptr<OpeningSession> session;
    Clock::time_point since;
  };

  void on_accepted(error_code failure, TcpSocket socket);
  void wait_then_accept(Clock::duration delay);
  /// True when one more handshake may begin now.
  [[nodiscard]] bool make_room();
  void open(TcpSocket socket);

  FrameServerOptions options_;
  SslContextPtr context_;
  OnLink on_link_;
  TcpAcceptor acceptor_;
  Timer pause_;
  std::uint16_t port_ = 0;
  std::shared_ptr<std::size_t> connections_ = std::make_shared<std::size_t>(0);
  std::list<Opening> openings_;  ///< oldest first
  bool stopped_ = false;
};

void Acceptor::accept_next() {
  if (stopped_) return;
  if (!make_room()) return wait_then_accept(kHelloGrace / 2);
  acceptor_.async_accept([self = shared_from_this()](error_code failure, TcpSocket socket) {
    self->on_accepted(failure, std::move(socket));
  });
}

void Acceptor::wait_then_accept(Clock::duration delay) {
  pause_.expires_after(delay);
  pause_.async_wait([self = shared_from_this()](error_code failure) {
    if (!failure) self->accept_next();
  });
}

void Acceptor::on_accepted(error_code failure, TcpSocket socket) {
  if (stopped_ || failure == asio::error::operation_aborted) return;
  // Out of descriptors or memory: the connection stays in the backlog, and asking again at
  // once would only spin.
  if (failure == asio::error::no_descriptors || failure == asio::error::no_memory ||
      failure == asio::error::no_buffer_space ||
      failure == error_code(ENFILE, boost::system::system_category()))
    return wait_then_accept(kNoDescriptorsPause);
  if (!failure && *connections_ < options_.connections_max) open(std::move(socket));
  accept_next();  // a socket above the cap was closed here, before any TLS work
}

bool Acceptor::make_room() {
  if (openings_.size() < options_.handshakes_max) return true;
  const auto now = Clock::now();
  for (const Opening& opening : openings_) {
    const auto session = opening.session.lock();
    if (!session) continue;
    if (now - opening.since < (session->before_hello() ? kHelloGrace : kHandshakeGrace)) continue;
    session->give_up("gave its place to a newer connection");  // takes itself out of openings_
    return openings_.size() < options_.handshakes_max;
  }
  return false;
}

void Acceptor::open(TcpSocket socket) {
  auto ssl = make_server_ssl(context_.get());
  if (!ssl.ok()) return;  // no memory: this connection closes, the next may find some
  error_code ignored;     // only a matter of speed
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);

  SessionOptions session;
  session.role = LinkRole::kOffice;
  session.frame_bytes_max = options_.frame_bytes_max;
  session.open_by = Clock::now() + chrono_of(options_.handshake_max);
  session.idle_max = options_.idle_max;
  ++*connections_;
  session.slot = std::shared_ptr<void>(nullptr, [count = connections_](void*) { --*count; });

  const auto place = openings_.insert(openings_.end(), Opening{{}, Clock::now()});
  place->session = open_session(std::move(socket), std::move(*ssl), std::move(session),
                                [self = shared_from_this(), place](Result<std::shared_ptr<FrameLink>> link) {
                                  self->openings_.erase(place);
                                  // A handshake that failed is the peer's business alone.
                                  if (link.ok() && self->on_link_) self->on_link_(std::move(*link));
                                });
}

void Acceptor::stop() {
  stopped_ = true;
  error_code ignored;  // nothing can be done about a failing close
  acceptor_.close(ignored);
  pause_.cancel();
}

class FrameServerImpl final : public FrameServer {
 public:
  explicit FrameServerImpl(std::shared_ptr<Acceptor> acceptor) : acceptor_(std::move(acceptor)) {
    acceptor_->accept_next();
  }
  ~FrameServerImpl() override {
    acceptor_->stop();
    acceptor_->forget_owner();
  }
  FrameServerImpl(const FrameServerImpl&) = delete;
  FrameServerImpl& operator=(const FrameServerImpl&) = delete;

  [[nodiscard]] std::uint16_t port() const override { return acceptor_->port(); }
  [[nodiscard]] std::size_t connections() const override { return acceptor_->connections(); }
  void stop_accepting() override { acceptor_->stop(); }

 private:
  std::shared_ptr<Acceptor> acceptor_;
};

}  // namespace

Result<std::unique_ptr<FrameServer>> make_frame_server(Runtime& runtime, FrameServerOptions options,
                                                       OnLink on_link) {
  HUIYIN_CHECK(options.handshakes_max > 0 && options.connections_max > 0);
  auto context = make_server_context(options.identity);
  if (!context.ok()) return context.error();
  auto listening = listen_tcp(runtime, options.address, options.port);
  if (!listening.ok()) return listening.error();
  return std::unique_ptr<FrameServer>(std::make_unique<FrameServerImpl>(std::make_shared<Acceptor>(
      std::move(*listening), std::move(*context), std::move(options), std::move(on_link))));
}

}  // namespace huiyin::net
