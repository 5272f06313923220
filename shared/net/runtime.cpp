#include "shared/net/runtime.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <exception>
#include <string>

#include "shared/net/runtime_impl.hpp"

namespace huiyin::net {

void PostGate::post(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (io_ != nullptr) asio::post(io_->get_executor(), std::move(work));
}

void PostGate::shut() {
  const std::lock_guard lock(mutex_);
  io_ = nullptr;
}

Runtime::Runtime() : impl_(std::make_unique<Impl>()) {
  // OpenSSL writes with write(2), which has no MSG_NOSIGNAL: a peer that went away must be an
  // error of that connection, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
}

Runtime::~Runtime() { impl_->ending = true; }

void Runtime::post(std::function<void()> work) { impl_->gate->post(std::move(work)); }

std::uint64_t Runtime::after(Duration delay, std::function<void()> work) {
  const std::uint64_t number = impl_->next_timer++;
  if (impl_->ending) return number;
  auto timer = std::make_unique<Timer>(impl_->io);
  timer->expires_after(chrono_of(delay));
  timer->async_wait([impl = impl_.get(), number, work = std::move(work)](error_code) {
    // The map decides, not the error code: a timer that had already expired when it was
    // cancelled reports success.
    if (impl->timers.erase(number) != 0) work();
  });
  impl_->timers.emplace(number, std::move(timer));
  return number;
}

void Runtime::cancel(std::uint64_t timer) {
  if (!impl_->ending) impl_->timers.erase(timer);
}

void Runtime::Impl::wait_for_signal(std::shared_ptr<std::function<void()>> tell) {
  signals.async_wait([this, tell](error_code failure, int) {
    if (failure) return;
    wait_for_signal(tell);
    (*tell)();
  });
}

void Runtime::on_stop_signal(std::function<void()> work) {
  impl_->signals.cancel();
  error_code ignored;  // adding a signal twice is no error; these two numbers are always valid
  impl_->signals.add(SIGINT, ignored);
  impl_->signals.add(SIGTERM, ignored);
  impl_->wait_for_signal(std::make_shared<std::function<void()>>(std::move(work)));
}

void Runtime::run(const std::function<void(const std::string&)>& on_error) {
  for (;;) {
    try {
      impl_->io.run();
      break;
    } catch (const std::exception& failure) {
      if (on_error) on_error(failure.what());
    } catch (...) {
      if (on_error) on_error("an exception of unknown type left a callback");
    }
  }
  impl_->io.restart();  // a later run() goes on; a stop() before the first run() still counts
}

void Runtime::stop() { impl_->io.stop(); }

std::string peer_text(const TcpSocket& socket) {
  error_code failure;
  const auto endpoint = socket.remote_endpoint(failure);
  if (failure) return "unknown";
  const std::string address = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

Result<TcpAcceptor> listen_tcp(Runtime& runtime, const std::string& address, std::uint16_t port) {
  const std::string where = address + ":" + std::to_string(port);
  error_code failure;
  const auto ip = asio::ip::make_address(address, failure);
  if (failure)
    return error(Code::kInvalid, "not an IP address to listen on", address, "give one such as 127.0.0.1");

  const asio::ip::tcp::endpoint endpoint(ip, port);
  TcpAcceptor acceptor(runtime.impl().io);
  acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(asio::socket_base::reuse_address(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (!failure) return acceptor;

  if (failure == asio::error::address_in_use)
    return error(Code::kBusy, "another program listens on this port", where,
                 "choose another port or end that program");
  return error(Code::kNetwork, "cannot listen: " + failure.message(), where);
}

}  // namespace huiyin::net
