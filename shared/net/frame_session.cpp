#include "shared/net/frame_session.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <utility>

#include "shared/net/tls_stream.hpp"

namespace huiyin::net {
namespace {

namespace websocket = boost::beast::websocket;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kCloseMax{2000};
/// A read buffer larger than this is given back after its message: idle links stay small.
constexpr std::size_t kIdleBufferBytes = 4096;

/// Plain completion handlers that hold the session: no coroutine frames to be miscompiled by
/// GCC 12, and less memory for each link. Beast's own timers stay off (in 345 they do not bound
/// the closing handshake and do not count a peer's pings); one timer of ours serves, one after
/// another, the opening deadline, the idle watch and the closing deadline.
class FrameSession final : public OpeningSession, public std::enable_shared_from_this<FrameSession> {
 public:
  FrameSession(TcpSocket socket, SslPtr ssl, SessionOptions options, SessionDone done)
      : options_(std::move(options)),
        done_(std::move(done)),
        peer_(peer_text(socket)),
        timer_(socket.get_executor()),
        ws_(std::move(socket), std::move(ssl)),
        buffer_(options_.frame_bytes_max) {}

  // --- opening
  void start();
  [[nodiscard]] bool before_hello() const override {
    return phase_ == Phase::kOpening && !hello_seen_ && tls_in_start();
  }
  void give_up(const std::string& why) override;

  // --- the link, called through Link
  void set_handlers(LinkHandlers handlers);
  void send(Bytes frame);
  void begin_close(CloseCode code, const std::string& reason);
  void pause_reading(bool paused);
  void abandon();
  [[nodiscard]] const Exporter& exporter() const { return exporter_; }
  [[nodiscard]] const std::string& peer() const { return peer_; }

 private:
  enum class Phase { kOpening, kOpen, kClosing, kClosed };

  [[nodiscard]] TlsStream& tls() { return ws_.next_layer(); }
  [[nodiscard]] bool tls_in_start() const {
    return SSL_get_state(const_cast<FrameSession*>(this)->tls().ssl()) == TLS_ST_BEFORE;
  }

  void on_tls(error_code failure);
  void upgrade();
  void on_upgrade(error_code failure);
  void fail_opening(Error why);
  [[nodiscard]] Error tls_error(error_code failure);

  void read_next();
  void on_read(error_code failure);
  void deliver();
  void write_next();
  void on_written(error_code failure);
  void close_when_drained();
  void drop_waiting_frames();

  void watch();
  void watch_in(Clock::duration delay);
  void watch_tick();
  void note_progress();
  void ping();
  void finish(const std::string& reason);
  void notify_closed();

  SessionOptions options_;
  SessionDone done_;
  std::string peer_;
  Timer timer_;
  websocket::stream<TlsStream, false> ws_;
  boost::beast::flat_buffer buffer_;
  Exporter exporter_;

  Phase phase_ = Phase::kOpening;
  bool hello_seen_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool pinging_ = false;
  bool paused_ = false;
  bool held_ = false;  ///< a message arrived while paused and waits in buffer_
  bool close_sent_ = false;
  bool closed_told_ = false;

  std::shared_ptr<LinkHandlers> handlers_;
  std::deque<Bytes> outbox_;  ///< the front is being written while writing_
  std::size_t outbox_bytes_ = 0;
  CloseCode close_code_ = CloseCode::kNormal;
  std::string close_reason_;

  Clock::time_point last_heard_;
  Clock::time_point last_written_;
  Clock::time_point last_ping_;
  std::uint64_t bytes_read_seen_ = 0;
  std::uint64_t bytes_written_seen_ = 0;
};

/// What the owner holds. Separate from the session, which operations under way also hold.
class Link final : public FrameLink {
 public:
  explicit Link(std::shared_ptr<FrameSession> session) : session_(std::move(session)) {}
  ~Link() override { session_->abandon(); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void set_handlers(LinkHandlers handlers) override { session_->set_handlers(std::move(handlers)); }
  void send(Bytes frame) override { session_->send(std::move(frame)); }
  void close(CloseCode code, const std::string& reason) override { session_->begin_close(code, reason); }
  [[nodiscard]] const Exporter& exporter() const override { return session_->exporter(); }
  [[nodiscard]] std::string peer() const override { return session_->peer(); }
  void pause_reading(bool paused) override { session_->pause_reading(paused); }

 private:
  std::shared_ptr<FrameSession> session_;
};

// --- opening

void FrameSession::start() {
  timer_.expires_at(options_.open_by);
  timer_.async_wait([self = shared_from_this()](error_code failure) {
    if (!failure && self->phase_ == Phase::kOpening)
      self->fail_opening(error(Code::kNetwork, "the connection was not set up in time", self->peer_));
  });
  tls().async_handshake([self = shared_from_this()](error_code failure) { self->on_tls(failure); });
}

void FrameSession::give_up(const std::string& why) {
  if (phase_ == Phase::kOpening) fail_opening(error(Code::kBusy, why, peer_));
}

Error FrameSession::tls_error(error_code failure) {
  if (options_.role == LinkRole::kDevice && refused_by_pin(tls().ssl()))
    return error(Code::kRefused, "the office shows another key than the one this device was enrolled with",
                 peer_,
                 "check the address; if the office's key was really replaced, enrol this device again");
  const std::string& words = tls().failure_text();
  return error(Code::kNetwork, "no TLS connection: " + (words.empty() ? failure.message() : words), peer_);
}

void FrameSession::on_tls(error_code failure) {
  hello_seen_ = true;
  if (phase_ != Phase::kOpening) return;
  if (failure) return fail_opening(tls_error(failure));
  const auto exporter = tls_exporter(tls().ssl());
  if (!exporter.ok()) return fail_opening(exporter.error());
  exporter_ = *exporter;
  upgrade();
}

void FrameSession::upgrade() {
  ws_.binary(true);
  ws_.auto_fragment(false);
  ws_.read_message_max(options_.frame_bytes_max);
  ws_.set_option(
      websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(), false});
  auto opened = [self = shared_from_this()](error_code failure) { self->on_upgrade(failure); };
  if (options_.role == LinkRole::kDevice) {
    ws_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
      request.set(boost::beast::http::field::user_agent, "huiyin");
    }));
    ws_.async_handshake(options_.host, "/", std::move(opened));
  } else {
    ws_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
      response.set(boost::beast::http::field::server, "huiyin");
    }));
    ws_.async_accept(std::move(opened));
  }
}

void FrameSession::on_upgrade(error_code failure) {
  if (phase_ != Phase::kOpening) return;
  if (failure) return fail_opening(error(Code::kNetwork, "no WebSocket: " + failure.message(), peer_));
  phase_ = Phase::kOpen;
  // The session outlives every call of Beast into this callback: it owns the stream.
  ws_.control_callback(
      [this](websocket::frame_type, boost::beast::string_view) { last_heard_ = Clock::now(); });
  watch();
  std::exchange(done_, nullptr)(std::shared_ptr<FrameLink>(std::make_shared<Link>(shared_from_this())));
}

void FrameSession::fail_opening(Error why) {
  phase_ = Phase::kClosed;
  closed_told_ = true;
  timer_.cancel();
  tls().close_now();
  options_.slot.reset();
  std::exchange(done_, nullptr)(std::move(why));
}

// --- reading

void FrameSession::set_handlers(LinkHandlers handlers) {
  handlers_ = std::make_shared<LinkHandlers>(std::move(handlers));
  if (phase_ == Phase::kClosed) {
    // Closed before anybody listened; told from the loop, as always.
    asio::post(timer_.get_executor(), [self = shared_from_this()] { self->notify_closed(); });
    return;
  }
  read_next();
}

void FrameSession::pause_reading(bool paused) {
  if (paused_ == paused) return;
  paused_ = paused;
  if (paused_) return;
  last_heard_ = Clock::now();
  if (!held_) return read_next();
  asio::post(timer_.get_executor(), [self = shared_from_this()] {
    if (self->held_ && !self->paused_ && self->phase_ == Phase::kOpen) self->deliver();
  });
}

void FrameSession::read_next() {
  if (reading_ || paused_ || held_ || phase_ != Phase::kOpen || !handlers_) return;
  reading_ = true;
  ws_.async_read(buffer_,
                 [self = shared_from_this()](error_code failure, std::size_t) { self->on_read(failure); });
}

void FrameSession::on_read(error_code failure) {
  reading_ = false;
  if (phase_ == Phase::kClosed) return;
  if (failure == websocket::error::closed) {
    if (phase_ == Phase::kClosing) return finish(close_reason_);
    const auto& said = ws_.reason();
    return finish("closed by the peer (" + std::to_string(said.code) + ")" +
                  (said.reason.empty() ? "" : ": " + std::string(said.reason.data(), said.reason.size())));
  }
  if (failure == websocket::error::message_too_big)
    return finish("the peer sent a frame above " + std::to_string(options_.frame_bytes_max) + " bytes");
  if (failure)
    return finish(phase_ == Phase::kClosing ? close_reason_ : "connection lost: " + failure.message());

  last_heard_ = Clock::now();
  if (phase_ == Phase::kClosing) return;  // what arrives now nobody wants
  if (!ws_.got_binary())
    return begin_close(CloseCode::kProtocol, "the peer sent text where frames are binary");
  held_ = true;
  if (!paused_) deliver();
}

void FrameSession::deliver() {
  held_ = false;
  const auto handlers = handlers_;  // the callback may replace them or drop the link
  const auto data = buffer_.cdata();
  try {
    if (handlers && handlers->on_frame)
      handlers->on_frame({static_cast<const std::uint8_t*>(data.data()), data.size()});
  } catch (...) {
    finish("our own frame handler failed");
    throw;
  }
  if (buffer_.capacity() > kIdleBufferBytes) {
    buffer_ = boost::beast::flat_buffer(options_.frame_bytes_max);
  } else {
    buffer_.clear();
  }
  read_next();
}

// --- writing and closing

void FrameSession::send(Bytes frame) {
  if (phase_ != Phase::kOpen) return;
  HUIYIN_CHECK(frame.size() <= options_.frame_bytes_max);
  if (outbox_.size() >= limits::kOutboxFramesMax || outbox_bytes_ + frame.size() > limits::kOutboxBytesMax) {
    drop_waiting_frames();
    return begin_close(CloseCode::kTryLater, "the peer does not take its frames");
  }
  if (outbox_.empty()) last_written_ = Clock::now();
  outbox_bytes_ += frame.size();
  outbox_.push_back(std::move(frame));
  write_next();
}

void FrameSession::write_next() {
  if (writing_ || phase_ == Phase::kClosed) return;
  if (outbox_.empty()) return close_when_drained();
  writing_ = true;
  ws_.async_write(
      asio::buffer(outbox_.front()),
      [self = shared_from_this()](error_code failure, std::size_t) { self->on_written(failure); });
}

void FrameSession::on_written(error_code failure) {
  writing_ = false;
  if (phase_ == Phase::kClosed) return;
  if (failure) {
    // A read under way knows better why: the peer's close frame, or a frame too large.
    if (reading_ && failure == asio::error::operation_aborted) return;
    return finish(phase_ == Phase::kClosing ? close_reason_ : "connection lost: " + failure.message());
  }
  last_written_ = Clock::now();
  outbox_bytes_ -= outbox_.front().size();
  outbox_.pop_front();
  write_next();
}

void FrameSession::drop_waiting_frames() {
  while (outbox_.size() > (writing_ ? 1U : 0U)) {
    outbox_bytes_ -= outbox_.back().size();
    outbox_.pop_back();
  }
}

void FrameSession::begin_close(CloseCode code, const std::string& reason) {
  if (phase_ != Phase::kOpen) return;
  phase_ = Phase::kClosing;
  close_code_ = code;
  close_reason_ = reason;
  timer_.expires_after(kCloseMax);
  timer_.async_wait([self = shared_from_this()](error_code failure) {
    if (!failure) self->finish(self->close_reason_);
  });
  write_next();
}

void FrameSession::close_when_drained() {
  if (phase_ != Phase::kClosing || close_sent_) return;
  close_sent_ = true;
  websocket::close_reason said(static_cast<websocket::close_code>(close_code_));
  const std::size_t size = std::min(close_reason_.size(), said.reason.max_size());
  said.reason.assign(close_reason_.data(), size);
  ws_.async_close(said, [self = shared_from_this()](error_code) { self->finish(self->close_reason_); });
}

void FrameSession::abandon() {
  handlers_.reset();
  closed_told_ = true;
  if (phase_ == Phase::kOpen) finish("dropped by its owner");
}

void FrameSession::finish(const std::string& reason) {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  close_reason_ = reason;
  timer_.cancel();
  tls().close_now();
  options_.slot.reset();
  notify_closed();
}

void FrameSession::notify_closed() {
  if (closed_told_ || !handlers_) return;
  closed_told_ = true;
  const auto handlers = std::exchange(handlers_, nullptr);
  if (handlers->on_closed) handlers->on_closed(close_reason_);
}

// --- the idle watch

void FrameSession::watch() {
  last_heard_ = last_written_ = last_ping_ = Clock::now();
  watch_in(chrono_of(options_.idle_max) * 5 / 12);  // 25 s of 60 s
}

void FrameSession::watch_in(Clock::duration delay) {
  timer_.expires_after(delay);
  timer_.async_wait([self = shared_from_this()](error_code failure) {
    if (!failure && self->phase_ == Phase::kOpen) self->watch_tick();
  });
}

void FrameSession::note_progress() {
  const auto now = Clock::now();
  if (paused_) last_heard_ = now;  // we are not listening, so silence says nothing
  if (options_.role == LinkRole::kDevice && tls().bytes_read() != bytes_read_seen_) last_heard_ = now;
  if (outbox_.empty() || tls().bytes_written() != bytes_written_seen_) last_written_ = now;
  bytes_read_seen_ = tls().bytes_read();
  bytes_written_seen_ = tls().bytes_written();
}

void FrameSession::watch_tick() {
  note_progress();
  const auto now = Clock::now();
  const Clock::duration idle_max = chrono_of(options_.idle_max);
  const Clock::duration ping_every = idle_max * 5 / 12;
  const auto silent = now - last_heard_;
  if (silent >= idle_max)
    return finish("the peer was silent for " + std::to_string(options_.idle_max.ms / 1000) + " s");
  if (now - last_written_ >= idle_max)
    return finish("the peer took no byte for " + std::to_string(options_.idle_max.ms / 1000) + " s");
  if (silent >= ping_every && now - last_ping_ >= ping_every) ping();
  const auto until_ping = silent < ping_every ? ping_every - silent : ping_every;
  watch_in(std::min(until_ping, idle_max - silent));
}

void FrameSession::ping() {
  if (pinging_) return;
  pinging_ = true;
  last_ping_ = Clock::now();
  ws_.async_ping({}, [self = shared_from_this()](error_code) {
    self->pinging_ = false;
  });  // a failure shows in the read
}

}  // namespace

std::weak_ptr<OpeningSession> open_session(TcpSocket socket, SslPtr ssl, SessionOptions options,
                                           SessionDone done) {
  const auto session =
      std::make_shared<FrameSession>(std::move(socket), std::move(ssl), std::move(options), std::move(done));
  session->start();
  return std::weak_ptr<OpeningSession>(session);
}

}  // namespace huiyin::net
