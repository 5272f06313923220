#include "shared/net/http_server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <set>
#include <utility>

#include "shared/net/http_text.hpp"
#include "shared/net/runtime_impl.hpp"

namespace huiyin::net {
namespace {

namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;
using Parser = http::request_parser<http::string_body>;

constexpr std::size_t kHeaderBytesMax = 8 * 1024;
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kWriteBytes = 64 * 1024;  ///< a slow reader must take this much within idle_max
constexpr std::size_t kWasteBytesMax = 1024 * 1024;
constexpr std::chrono::milliseconds kGoodbyeMax{1000};
constexpr std::chrono::milliseconds kNoDescriptorsPause{100};

class HttpConnection;

/// What server and connections share. Connections are owned here, because one that waits for
/// its answer has no operation under way that could own it; all are closed with the server.
struct HttpShared {
  HttpServerOptions options;
  HttpHandler handler;
  std::shared_ptr<PostGate> gate;
  std::set<std::shared_ptr<HttpConnection>> connections;
};

/// One connection: read a request, have it answered, write, again. Beast parses; the reading
/// and writing are here, so that every deadline is ours and total.
class HttpConnection final : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(TcpSocket socket, std::shared_ptr<HttpShared> shared)
      : shared_(std::move(shared)),
        peer_(peer_text(socket)),
        socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        buffer_(kHeaderBytesMax + kReadBytes) {}

  void start() { next_request(); }
  /// On the loop, once for each request; nothing for a handler that dropped its request.
  void respond(std::optional<HttpResponse> response);
  void close();

 private:
  enum class Phase { kIdle, kHeader, kBody, kHandling, kWriting, kClosed };

  void next_request();
  void deadline(Clock::duration after);
  void on_deadline();
  void read_more();
  void consume();
  void feed();
  [[nodiscard]] bool header_is_fine();
  void refuse_parse(error_code failure);
  void refuse(int status, std::string_view detail);
  void hand_over();
  [[nodiscard]] HttpRequest take_request(HttpTarget target);
  void write_response(HttpResponse response);
  void write_next();
  void after_write();
  void say_goodbye();
  void drain();

  std::shared_ptr<HttpShared> shared_;
  std::string peer_;
  TcpSocket socket_;
  Timer timer_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  Phase phase_ = Phase::kIdle;
  bool keep_alive_ = false;
  bool head_only_ = false;
  bool expects_continue_ = false;
  std::string head_;
  std::string body_;
  std::size_t written_ = 0;
  std::size_t wasted_ = 0;
};

/// The one answer to one request. Copies of the function given to the handler share it; when
/// the last copy goes without an answer, the person gets a 500 instead of a page that hangs.
class ResponseSlot {
 public:
  ResponseSlot(std::shared_ptr<PostGate> gate, std::weak_ptr<HttpConnection> connection)
      : gate_(std::move(gate)), connection_(std::move(connection)) {}
  ~ResponseSlot() {
    if (!used_.load()) deliver(std::nullopt);
  }
  ResponseSlot(const ResponseSlot&) = delete;
  ResponseSlot& operator=(const ResponseSlot&) = delete;

  void respond(HttpResponse response) {
    const bool twice = used_.exchange(true);
    HUIYIN_CHECK(!twice);
    deliver(std::move(response));
  }

 private:
  void deliver(std::optional<HttpResponse> response) {
    gate_->post([connection = connection_, response = std::move(response)]() mutable {
      if (const auto there = connection.lock()) there->respond(std::move(response));
    });
  }

  std::shared_ptr<PostGate> gate_;
  std::weak_ptr<HttpConnection> connection_;
  std::atomic<bool> used_{false};
};

void HttpConnection::deadline(Clock::duration after) {
  timer_.expires_after(after);
  timer_.async_wait([weak = weak_from_this()](error_code failure) {
    const auto self = weak.lock();
    // An expiry that was already queued when the deadline was moved reports success.
    if (!failure && self && self->timer_.expiry() <= Clock::now()) self->on_deadline();
  });
}

void HttpConnection::on_deadline() {
  if (phase_ == Phase::kHeader || phase_ == Phase::kBody)
    return refuse(408, "the request did not arrive in time");
  if (phase_ != Phase::kHandling) close();
}

void HttpConnection::next_request() {
  parser_.emplace();
  parser_->header_limit(kHeaderBytesMax);
  parser_->body_limit(shared_->options.body_bytes_max);
  parser_->eager(false);
  head_only_ = expects_continue_ = false;
  if (buffer_.size() != 0) {
    phase_ = Phase::kHeader;
    deadline(chrono_of(shared_->options.request_max));
    return consume();
  }
  phase_ = Phase::kIdle;
  deadline(chrono_of(shared_->options.idle_max));
  read_more();
}

void HttpConnection::read_more() {
  const std::size_t room = std::min(kReadBytes, buffer_.max_size() - buffer_.size());
  if (room == 0) return refuse(431, "the request header is too large");
  socket_.async_read_some(buffer_.prepare(room),
                          [self = shared_from_this()](error_code failure, std::size_t bytes) {
                            if (self->phase_ == Phase::kClosed || self->phase_ == Phase::kWriting)
                              return;  // refused meanwhile
                            if (failure) return self->close();
                            self->buffer_.commit(bytes);
                            if (self->phase_ == Phase::kIdle) {
                              self->phase_ = Phase::kHeader;
                              self->deadline(chrono_of(self->shared_->options.request_max));
                            }
                            self->consume();
                          });
}

void HttpConnection::consume() {
  error_code failure;
  while (buffer_.size() != 0 && !parser_->is_done()) {
    const std::size_t used = parser_->put(buffer_.cdata(), failure);
    buffer_.consume(used);
    if (failure == http::error::need_more) break;
    if (failure) return refuse_parse(failure);
    if (phase_ == Phase::kHeader && parser_->is_header_done()) {
      if (!header_is_fine()) return;
      phase_ = Phase::kBody;
      parser_->eager(true);
    }
    if (used == 0) break;
  }
  if (parser_->is_done()) return hand_over();
  feed();
}

/// Asks for more bytes; a client that waits for permission to send its body gets it here.
void HttpConnection::feed() {
  if (!expects_continue_) return read_more();
  expects_continue_ = false;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(socket_, asio::buffer(kContinue),
                    [self = shared_from_this()](error_code failure, std::size_t) {
                      if (self->phase_ != Phase::kBody) return;
                      if (failure) return self->close();
                      self->read_more();
                    });
}

/// After the header, before a byte of the body is kept.
bool HttpConnection::header_is_fine() {
  const auto& message = parser_->get();
  if (parser_->chunked() || message.find(http::field::transfer_encoding) != message.end()) {
    refuse(411, "send a Content-Length; transfer encodings are not taken");
    return false;
  }
  expects_continue_ = boost::beast::iequals(message[http::field::expect], "100-continue");
  return true;
}

void HttpConnection::refuse_parse(error_code failure) {
  if (failure == http::error::body_limit) return refuse(413, "the request body is too large");
  if (failure == http::error::header_limit) return refuse(431, "the request header is too large");
  refuse(400, "the request is not HTTP/1.1 as it should be");
}

void HttpConnection::refuse(int status, std::string_view detail) {
  keep_alive_ = false;
  write_response(problem(status, detail));
}

void HttpConnection::hand_over() {
  const auto& message = parser_->get();
  keep_alive_ = message.keep_alive();
  head_only_ = message.method() == http::verb::head;
  auto target = parse_target({message.target().data(), message.target().size()});
  if (!target) return refuse(400, "the address of the request is not a path");

  phase_ = Phase::kHandling;
  timer_.cancel();
  const auto slot = std::make_shared<ResponseSlot>(shared_->gate, weak_from_this());
  const auto shared = shared_;  // the handler may close this connection by ending the server
  shared->handler(take_request(std::move(*target)),
                  [slot](HttpResponse response) { slot->respond(std::move(response)); });
}

HttpRequest HttpConnection::take_request(HttpTarget target) {
  auto& message = parser_->get();
  HttpRequest request;
  request.method =
      head_only_ ? "GET" : std::string(message.method_string().data(), message.method_string().size());
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  request.peer = peer_;
  for (const auto& field : message) {
    std::string name(field.name_string().data(), field.name_string().size());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    std::string value(field.value().data(), field.value().size());
    const auto [at, fresh] = request.headers.emplace(name, value);
    if (!fresh) at->second += (name == "cookie" ? "; " : ", ") + value;
  }
  request.body = std::move(message.body());
  return request;
}

void HttpConnection::respond(std::optional<HttpResponse> response) {
  if (phase_ != Phase::kHandling) return;
  if (!response) return refuse(500, "the request was not answered");
  write_response(std::move(*response));
}

void HttpConnection::write_response(HttpResponse response) {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kWriting;
  head_ = response_head(response, keep_alive_);
  const bool bodiless = head_only_ || response.status == 204 || response.status == 304;
  body_ = bodiless ? std::string() : std::move(response.body);
  written_ = 0;
  write_next();
}

void HttpConnection::write_next() {
  deadline(chrono_of(shared_->options.idle_max));
  const std::size_t part = std::min(kWriteBytes, body_.size() - written_);
  const std::array<asio::const_buffer, 2> pieces{asio::buffer(head_),
                                                 asio::buffer(body_.data() + written_, part)};
  asio::async_write(socket_, pieces, [self = shared_from_this(), part](error_code failure, std::size_t) {
    if (self->phase_ != Phase::kWriting) return;
    if (failure) return self->close();
    self->head_.clear();
    self->written_ += part;
    if (self->written_ < self->body_.size()) return self->write_next();
    self->after_write();
  });
}

void HttpConnection::after_write() {
  body_ = {};
  if (keep_alive_) return next_request();
  say_goodbye();
}

/// A socket closed with unread bytes resets the connection, and the reset can overtake the
/// answer; so what the peer still sends is read away, for a moment and up to a limit.
void HttpConnection::say_goodbye() {
  error_code ignored;  // the peer may already be gone
  socket_.shutdown(TcpSocket::shutdown_send, ignored);
  body_.resize(kReadBytes);  // not buffer_: a read from before a refusal may still be writing there
  deadline(kGoodbyeMax);
  drain();
}

void HttpConnection::drain() {
  socket_.async_read_some(asio::buffer(body_),
                          [self = shared_from_this()](error_code failure, std::size_t bytes) {
                            if (self->phase_ == Phase::kClosed) return;
                            self->wasted_ += bytes;
                            if (failure || self->wasted_ > kWasteBytesMax) return self->close();
                            self->drain();
                          });
}

void HttpConnection::close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  timer_.cancel();
  error_code ignored;  // nothing can be done about a failing close
  socket_.close(ignored);
  shared_->connections.erase(shared_from_this());
}

/// The accept loop. Shared, because the accept under way outlives the HttpServer.
class HttpListener final : public std::enable_shared_from_this<HttpListener> {
 public:
  HttpListener(TcpAcceptor acceptor, std::shared_ptr<HttpShared> shared)
      : shared_(std::move(shared)), acceptor_(std::move(acceptor)), pause_(acceptor_.get_executor()) {
    error_code ignored;  // a listening socket has an address
    port_ = acceptor_.local_endpoint(ignored).port();
  }

  void accept_next() {
    acceptor_.async_accept([self = shared_from_this()](error_code failure, TcpSocket socket) {
      self->on_accepted(failure, std::move(socket));
    });
  }
  void stop() {
    error_code ignored;  // nothing can be done about a failing close
    acceptor_.close(ignored);
    pause_.cancel();
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void on_accepted(error_code failure, TcpSocket socket) {
    if (!acceptor_.is_open()) return;
    if (!failure && shared_->connections.size() < shared_->options.connections_max) {
      error_code ignored;  // only a matter of speed
      socket.set_option(asio::ip::tcp::no_delay(true), ignored);
      const auto connection = std::make_shared<HttpConnection>(std::move(socket), shared_);
      shared_->connections.insert(connection);
      connection->start();
    }
    const bool exhausted = failure == asio::error::no_descriptors || failure == asio::error::no_memory ||
                           failure == asio::error::no_buffer_space ||
                           failure == error_code(ENFILE, boost::system::system_category());
    if (!exhausted) return accept_next();
    pause_.expires_after(kNoDescriptorsPause);  // asking again at once would only spin
    pause_.async_wait([self = shared_from_this()](error_code stopped) {
      if (!stopped) self->accept_next();
    });
  }

  std::shared_ptr<HttpShared> shared_;
  TcpAcceptor acceptor_;
  Timer pause_;
  std::uint16_t port_ = 0;
};

class HttpServerImpl final : public HttpServer {
 public:
  HttpServerImpl(std::shared_ptr<HttpListener> listener, std::shared_ptr<HttpShared> shared)
      : listener_(std::move(listener)), shared_(std::move(shared)) {
    listener_->accept_next();
  }
  ~HttpServerImpl() override {
    listener_->stop();
    const auto connections = shared_->connections;  // close() takes each out of the set
    for (const auto& connection : connections) connection->close();
  }
  HttpServerImpl(const HttpServerImpl&) = delete;
  HttpServerImpl& operator=(const HttpServerImpl&) = delete;

  [[nodiscard]] std::uint16_t port() const override { return listener_->port(); }
  void stop_accepting() override { listener_->stop(); }

 private:
  std::shared_ptr<HttpListener> listener_;
  std::shared_ptr<HttpShared> shared_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> make_http_server(Runtime& runtime, HttpServerOptions options,
                                                     HttpHandler handler) {
  HUIYIN_CHECK(handler && options.connections_max > 0);
  auto listening = listen_tcp(runtime, options.address, options.port);
  if (!listening.ok()) return listening.error();
  auto shared = std::make_shared<HttpShared>();
  shared->options = std::move(options);
  shared->handler = std::move(handler);
  shared->gate = runtime.impl().gate;
  return std::unique_ptr<HttpServer>(std::make_unique<HttpServerImpl>(
      std::make_shared<HttpListener>(std::move(*listening), shared), shared));
}

}  // namespace huiyin::net
