#pragma once
/// What stands behind Runtime. Private to shared/net: the only headers with Boost in them are
/// this one, tls_stream.hpp and frame_session.hpp.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "shared/net/runtime.hpp"

namespace huiyin::net {

namespace asio = boost::asio;
using boost::system::error_code;

/// The concrete executor instead of any_io_executor: smaller sockets, faster builds.
using IoExecutor = asio::io_context::executor_type;
using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, IoExecutor>;
using TcpAcceptor = asio::basic_socket_acceptor<asio::ip::tcp, IoExecutor>;
using TcpResolver = asio::ip::basic_resolver<asio::ip::tcp, IoExecutor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, IoExecutor>;

[[nodiscard]] inline std::chrono::milliseconds chrono_of(Duration duration) {
  return std::chrono::milliseconds(duration.ms);
}

/// A way into the loop that may outlive it. Answers come from other threads at any time, also
/// after the Runtime is gone; then they are dropped here instead of touching freed memory.
class PostGate {
 public:
  explicit PostGate(asio::io_context& io) : io_(&io) {}
  void post(std::function<void()> work);
  void shut();

 private:
  std::mutex mutex_;
  asio::io_context* io_;
};

struct Runtime::Impl {
  /// Shut before the loop's own members go, because handlers destroyed with the loop may post.
  struct GateKeeper {
    std::shared_ptr<PostGate> gate;
    ~GateKeeper() { gate->shut(); }
  };

  bool ending = false;  ///< set by ~Runtime: handlers that die with the loop may still cancel timers
  asio::io_context io{1};
  asio::executor_work_guard<IoExecutor> work{io.get_executor()};
  asio::signal_set signals{io};
  std::map<std::uint64_t, std::unique_ptr<Timer>> timers;
  std::uint64_t next_timer = 1;
  std::shared_ptr<PostGate> gate = std::make_shared<PostGate>(io);
  GateKeeper keeper{gate};

  void wait_for_signal(std::shared_ptr<std::function<void()>> tell);
};

/// "127.0.0.1:7443", "[::1]:7443", or "unknown" for a socket whose peer is gone.
[[nodiscard]] std::string peer_text(const TcpSocket& socket);

/// Opens, binds and listens; the error names the address and says what to do.
[[nodiscard]] Result<TcpAcceptor> listen_tcp(Runtime& runtime, const std::string& address,
                                             std::uint16_t port);

}  // namespace huiyin::net
