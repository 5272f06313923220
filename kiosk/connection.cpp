#include "kiosk/connection.hpp"

#include <algorithm>
#include <utility>

#include "shared/crypto/secret.hpp"

namespace huiyin::kiosk {

Connection::Connection(net::Runtime& runtime, const Clock& clock, std::unique_ptr<Session> session,
                       Handlers handlers)
    : runtime_(runtime), clock_(clock), session_(std::move(session)), handlers_(std::move(handlers)) {}

std::shared_ptr<Connection> Connection::open(net::Runtime& runtime, const Clock& clock,
                                             net::FrameClientOptions target, std::unique_ptr<Session> session,
                                             Handlers handlers) {
  std::shared_ptr<Connection> self(new Connection(runtime, clock, std::move(session), std::move(handlers)));
  net::connect_frame_link(runtime, std::move(target), [self](Result<std::shared_ptr<net::FrameLink>> link) {
    self->on_link(std::move(link));
  });
  return self;
}

void Connection::on_link(Result<std::shared_ptr<net::FrameLink>> link) {
  if (!link.ok()) return finish(link.error());
  if (finished_) return (*link)->close(net::CloseCode::kNormal, "not needed any more");
  link_ = *link;
  // Weak, because the link holds its handlers and we hold the link.
  link_->set_handlers({[weak = weak_from_this()](ByteView frame) {
                         const auto self = weak.lock();
                         if (!self || self->finished_) return;
                         self->handlers_.on_heard();
                         self->feed(Session::FrameReceived{frame});
                       },
                       [weak = weak_from_this()](const std::string& reason) {
                         if (const auto self = weak.lock()) self->finish(error(Code::kNetwork, reason));
                       }});
  feed(Session::TransportUp{link_->exporter(), crypto::random_id<Nonce>()});
}

void Connection::feed(Session::Input input) {
  if (finished_) return;
  inputs_.push_back(std::move(input));
  // An answer given inside a callback waits until the outputs before it are carried out. A frame
  // never does: it arrives from the loop, and its view dies with the call.
  if (!pumping_) pump();
}

void Connection::pump() {
  const auto self = shared_from_this();
  pumping_ = true;
  while (!inputs_.empty() && !finished_) {
    const Session::Input input = std::move(inputs_.front());
    inputs_.pop_front();
    session_->handle(input, clock_.now());
    while (auto output = session_->poll()) carry_out(std::move(*output));
  }
  pumping_ = false;
  if (finished_) return;
  if (!close_reason_) return arm();
  link_->close(net::CloseCode::kNormal, *close_reason_);
  finish(error(Code::kNetwork, *close_reason_));
}

void Connection::carry_out(Session::Output output) {
  if (auto* frame = std::get_if<Session::SendFrame>(&output)) {
    if (link_) link_->send(std::move(frame->frame));
  } else if (auto* close = std::get_if<Session::Close>(&output)) {
    close_reason_ = std::move(close->reason);
  } else if (!finished_) {
    handlers_.on_output(std::move(output));
  }
}

void Connection::arm() {
  if (timer_ != 0) runtime_.cancel(std::exchange(timer_, 0));
  const auto due = session_->deadline();
  if (!due) return;
  const Duration wait = std::max(Duration{1}, between(clock_.now(), *due));
  timer_ = runtime_.after(wait, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->timer_ = 0;
    self->feed(Session::Timeout{});
  });
}

void Connection::finish(const Error& why) {
  if (std::exchange(finished_, true)) return;
  if (timer_ != 0) runtime_.cancel(std::exchange(timer_, 0));
  const auto self = shared_from_this();
  const Handlers handlers = std::exchange(handlers_, {});
  if (handlers.on_closed) handlers.on_closed(why);
}

void Connection::stop() {
  if (finished_) return;
  handlers_.on_closed = {};
  if (link_) {
    feed(Session::Stop{});
    return;
  }
  finish(error(Code::kNetwork, "stopped"));
}

}  // namespace huiyin::kiosk
