#pragma once
/// One connection to the office: a TLS link and the pure session on it. Carries out what the
/// session asks of the transport and the clock; everything else it hands to its owner.
///
/// Thread: the loop's. Lifetime: kept alive by the connection attempt or the link; after stop() or
/// on_closed no callback comes any more. The ports given to the session outlive it.

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "kiosk/clock.hpp"
#include "protocol/edge_session.hpp"
#include "shared/net/frame_link.hpp"

namespace huiyin::kiosk {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Session = protocol::EdgeSession;
  struct Handlers {
    /// Everything but SendFrame and Close. feed() may be called from inside.
    std::function<void(Session::Output)> on_output;
    /// Once, last. kRefused: another TLS key answered; kNetwork: everything else.
    std::function<void(const Error& why)> on_closed;
    /// Something was heard from the office.
    std::function<void()> on_heard;
  };

  [[nodiscard]] static std::shared_ptr<Connection> open(net::Runtime& runtime, const Clock& clock,
                                                        net::FrameClientOptions target,
                                                        std::unique_ptr<Session> session, Handlers handlers);
  /// Answers and news for the session; before the link is up only kept in mind by the session itself.
  void feed(Session::Input input);
  /// Says good-bye if the session is live; no callback afterwards.
  void stop();

 private:
  Connection(net::Runtime& runtime, const Clock& clock, std::unique_ptr<Session> session, Handlers handlers);
  void on_link(Result<std::shared_ptr<net::FrameLink>> link);
  void pump();
  void carry_out(Session::Output output);
  void arm();
  void finish(const Error& why);

  net::Runtime& runtime_;
  const Clock& clock_;
  std::unique_ptr<Session> session_;
  Handlers handlers_;
  std::shared_ptr<net::FrameLink> link_;
  std::deque<Session::Input> inputs_;
  bool pumping_ = false;
  bool finished_ = false;
  std::optional<std::string> close_reason_;  ///< the session wants to end
  std::uint64_t timer_ = 0;
};

}  // namespace huiyin::kiosk
