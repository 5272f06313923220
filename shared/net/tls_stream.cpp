#include "shared/net/tls_stream.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>

namespace huiyin::net {
namespace {

constexpr std::size_t kRecordBytesMax = 16 * 1024;  // one TLS record
constexpr std::chrono::milliseconds kGoodbyeMax{2000};

/// Reads the peer's last bytes away until it closes too: closing a socket with unread bytes
/// resets the connection, and the reset can overtake what we sent last.
class Goodbye : public std::enable_shared_from_this<Goodbye> {
 public:
  Goodbye(TcpSocket& socket, std::unique_ptr<IoCompletion> done)
      : socket_(socket), timer_(socket.get_executor()), done_(std::move(done)) {}

  void start() {
    timer_.expires_after(kGoodbyeMax);
    timer_.async_wait([self = shared_from_this()](error_code failure) {
      if (!failure) self->finish();
    });
    read();
  }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(waste_),
                            [self = shared_from_this()](error_code failure, std::size_t) {
                              if (failure) {
                                self->finish();
                              } else {
                                self->read();
                              }
                            });
  }

  void finish() {
    if (!done_) return;
    error_code ignored;  // nothing can be done about a failing close
    socket_.close(ignored);
    timer_.cancel();
    IoCompletion* done = done_.get();
    done->finish(std::move(done_), {}, 0);
  }

  TcpSocket& socket_;
  Timer timer_;
  std::unique_ptr<IoCompletion> done_;
  std::array<char, 1024> waste_{};
};

void finish_now(std::unique_ptr<IoCompletion> done, error_code failure, std::size_t bytes) {
  IoCompletion* completion = done.get();
  completion->finish(std::move(done), failure, bytes);
}

}  // namespace

/// What one try of an operation came to.
struct TlsStream::Step {
  enum class Outcome { kDone, kWaitRead, kWaitWrite } outcome = Outcome::kDone;
  error_code failure{};
  std::size_t bytes = 0;
};

TlsStream::TlsStream(TcpSocket socket, SslPtr ssl) : socket_(std::move(socket)), ssl_(std::move(ssl)) {
  error_code ignored;  // a socket that is already broken fails at the handshake
  socket_.non_blocking(true, ignored);
  SSL_set_fd(ssl_.get(), socket_.native_handle());
}

void TlsStream::async_handshake(std::function<void(error_code)> done) {
  advance(Operation{Kind::kHandshake, {}, {}, forget_type(std::move(done))}, false);
}

void TlsStream::start_read(asio::mutable_buffer into, std::unique_ptr<IoCompletion> done) {
  advance(Operation{Kind::kRead, into, {}, std::move(done)}, false);
}

void TlsStream::start_write(const Pieces& from, std::unique_ptr<IoCompletion> done) {
  advance(Operation{Kind::kWrite, {}, from, std::move(done)}, false);
}

void TlsStream::advance(Operation operation, bool inside_loop) {
  const Step result = step(operation);
  if (result.outcome == Step::Outcome::kDone) {
    if (inside_loop) return finish_now(std::move(operation.done), result.failure, result.bytes);
    asio::post(socket_.get_executor(), [done = std::move(operation.done), result]() mutable {
      finish_now(std::move(done), result.failure, result.bytes);
    });
    return;
  }
  const auto direction =
      result.outcome == Step::Outcome::kWaitRead ? TcpSocket::wait_read : TcpSocket::wait_write;
  socket_.async_wait(direction, [this, operation = std::move(operation)](error_code failure) mutable {
    if (failure) return finish_now(std::move(operation.done), failure, 0);
    advance(std::move(operation), true);
  });
}

TlsStream::Step TlsStream::step(const Operation& operation) {
  Step result;
  // A closed socket's descriptor number may already belong to another connection: never let
  // OpenSSL near it.
  if (!socket_.is_open()) {
    result.failure = asio::error::operation_aborted;
    return result;
  }
  ERR_clear_error();
  int outcome = 0;
  switch (operation.kind) {
    case Kind::kHandshake: outcome = SSL_do_handshake(ssl_.get()); break;
    case Kind::kRead:
      if (operation.into.size() == 0) return result;
      outcome = SSL_read_ex(ssl_.get(), operation.into.data(), operation.into.size(), &result.bytes);
      break;
    case Kind::kWrite:
      if (operation.from[0].size() == 0) return result;
      outcome = write_pieces(operation.from, result.bytes);
      break;
  }
  if (outcome == 1) {
    (operation.kind == Kind::kRead ? bytes_read_ : bytes_written_) += result.bytes;
    return result;
  }
  const int why = SSL_get_error(ssl_.get(), outcome);
  if (why == SSL_ERROR_WANT_READ) {
    result.outcome = Step::Outcome::kWaitRead;
  } else if (why == SSL_ERROR_WANT_WRITE) {
    result.outcome = Step::Outcome::kWaitWrite;
  } else {
    result.failure = explain(why);
  }
  return result;
}

int TlsStream::write_pieces(const Pieces& pieces, std::size_t& written) {
  if (pieces[1].size() == 0 || pieces[0].size() >= kRecordBytesMax)
    return SSL_write_ex(ssl_.get(), pieces[0].data(), std::min(pieces[0].size(), kRecordBytesMax), &written);
  // A retry gathers the same bytes again: the caller's buffers do not change until we finish.
  std::array<std::uint8_t, kRecordBytesMax> record;
  std::size_t size = 0;
  for (const auto& piece : pieces) {
    const std::size_t part = std::min(piece.size(), record.size() - size);
    if (part != 0) std::memcpy(record.data() + size, piece.data(), part);
    size += part;
  }
  return SSL_write_ex(ssl_.get(), record.data(), size, &written);
}

error_code TlsStream::explain(int ssl_error) {
  const int system_error = errno;
  if (ssl_error == SSL_ERROR_ZERO_RETURN) return asio::error::eof;
  if (ssl_error == SSL_ERROR_SYSCALL && ERR_peek_error() == 0)
    return system_error == 0 ? error_code(asio::error::eof)
                             : error_code(system_error, boost::system::system_category());
  const bool cut_off = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  failure_text_ = take_openssl_error();
  return cut_off ? asio::error::connection_reset : asio::error::connection_aborted;
}

void TlsStream::async_goodbye(std::unique_ptr<IoCompletion> done) {
  if (!socket_.is_open()) {
    asio::post(socket_.get_executor(),
               [done = std::move(done)]() mutable { finish_now(std::move(done), {}, 0); });
    return;
  }
  ERR_clear_error();
  SSL_shutdown(ssl_.get());  // best effort: a full send buffer is no reason to wait
  error_code ignored;        // the peer may already be gone
  socket_.shutdown(TcpSocket::shutdown_send, ignored);
  std::make_shared<Goodbye>(socket_, std::move(done))->start();
}

void TlsStream::close_now() {
  error_code ignored;  // nothing can be done about a failing close
  socket_.close(ignored);
}

void teardown(boost::beast::role_type, TlsStream& stream, error_code& failure) {
  stream.close_now();
  failure = {};
}

}  // namespace huiyin::net
