#pragma once
/// TLS as an asynchronous stream: OpenSSL on the socket's own descriptor, async_wait where it
/// wants to read or write. asio::ssl::stream keeps two BIO buffers for every connection
/// (69 KiB each, measured); this keeps none.
///
/// One thread; at most one read and one write at a time. The operations own their state, so
/// that a loop destroyed with operations under way frees it. The stream itself must outlive
/// them: the completion handlers keep their session alive, and the session the stream.

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "shared/net/runtime_impl.hpp"
#include "shared/net/tls_context.hpp"

namespace huiyin::net {

/// A completion handler whose type is forgotten, so that the state machine is compiled once.
class IoCompletion {
 public:
  virtual ~IoCompletion() = default;
  /// Frees itself before the handler runs: the handler may start the next operation.
  virtual void finish(std::unique_ptr<IoCompletion> self, error_code failure, std::size_t bytes) = 0;
};

template <class Handler>
class TypedCompletion final : public IoCompletion {
 public:
  explicit TypedCompletion(Handler handler) : handler_(std::move(handler)) {}
  void finish(std::unique_ptr<IoCompletion> self, error_code failure, std::size_t bytes) override {
    Handler handler = std::move(handler_);
    self.reset();
    if constexpr (std::is_invocable_v<Handler, error_code, std::size_t>) {
      std::move(handler)(failure, bytes);
    } else {
      std::move(handler)(failure);
    }
  }

 private:
  Handler handler_;
};

template <class Handler>
std::unique_ptr<IoCompletion> forget_type(Handler&& handler) {
  return std::make_unique<TypedCompletion<std::decay_t<Handler>>>(std::forward<Handler>(handler));
}

class TlsStream {
 public:
  using executor_type = IoExecutor;
  using next_layer_type = TcpSocket;

  TlsStream(TcpSocket socket, SslPtr ssl);
  TlsStream(TlsStream&&) = delete;

  [[nodiscard]] executor_type get_executor() noexcept { return socket_.get_executor(); }
  [[nodiscard]] TcpSocket& next_layer() noexcept { return socket_; }
  [[nodiscard]] const TcpSocket& next_layer() const noexcept { return socket_; }
  [[nodiscard]] SSL* ssl() { return ssl_.get(); }

  /// Bytes of plain text so far: whether a slow peer still moves.
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }
  /// What OpenSSL said about the last failure; empty when the socket itself failed.
  [[nodiscard]] const std::string& failure_text() const { return failure_text_; }

  void async_handshake(std::function<void(error_code)> done);
  /// Says good-bye, waits at most 2 s for the peer to do so, closes.
  void async_goodbye(std::unique_ptr<IoCompletion> done);
  /// At once, whatever is under way; every operation ends with operation_aborted.
  void close_now();

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto&& handler, const Buffers& into) {
          start_read(first_buffer(into), forget_type(std::forward<decltype(handler)>(handler)));
        },
        token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto&& handler, const Buffers& from) {
          start_write(gather_list(from), forget_type(std::forward<decltype(handler)>(handler)));
        },
        token, buffers);
  }

 private:
  enum class Kind { kHandshake, kRead, kWrite };
  /// A frame header and its payload go into one TLS record; more pieces than this may wait.
  using Pieces = std::array<asio::const_buffer, 4>;
  struct Operation {
    Kind kind;
    asio::mutable_buffer into;
    Pieces from;
    std::unique_ptr<IoCompletion> done;
  };
  struct Step;

  template <class Buffers>
  static asio::mutable_buffer first_buffer(const Buffers& buffers) {
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at) {
      const asio::mutable_buffer buffer(*at);
      if (buffer.size() != 0) return buffer;
    }
    return {};
  }
  template <class Buffers>
  static Pieces gather_list(const Buffers& buffers) {
    Pieces pieces;
    std::size_t count = 0;
    for (auto at = asio::buffer_sequence_begin(buffers);
         at != asio::buffer_sequence_end(buffers) && count < pieces.size(); ++at) {
      const asio::const_buffer buffer(*at);
      if (buffer.size() != 0) pieces[count++] = buffer;
    }
    return pieces;
  }

  void start_read(asio::mutable_buffer into, std::unique_ptr<IoCompletion> done);
  void start_write(const Pieces& from, std::unique_ptr<IoCompletion> done);
  /// Tries once; finishes, or waits for the socket. `inside_loop` is false while still in the
  /// initiating function, from which a handler must never be called.
  void advance(Operation operation, bool inside_loop);
  [[nodiscard]] Step step(const Operation& operation);
  [[nodiscard]] int write_pieces(const Pieces& pieces, std::size_t& written);
  [[nodiscard]] error_code explain(int ssl_error);

  TcpSocket socket_;
  SslPtr ssl_;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_written_ = 0;
  std::string failure_text_;
};

/// Beast calls these, found by argument-dependent look-up, when a WebSocket has said good-bye.
void teardown(boost::beast::role_type role, TlsStream& stream, error_code& failure);
template <class Handler>
void async_teardown(boost::beast::role_type, TlsStream& stream, Handler&& handler) {
  stream.async_goodbye(forget_type(std::forward<Handler>(handler)));
}

}  // namespace huiyin::net
