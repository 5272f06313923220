#pragma once
/// One WebSocket over TLS after its TCP connection stands: handshakes, then a FrameLink. The
/// Beast half is in frame_session.cpp, the one expensive file; server and client share it.

#include <functional>
#include <memory>
#include <string>

#include "shared/net/runtime_impl.hpp"
#include "shared/net/tls_context.hpp"

namespace huiyin::net {

enum class LinkRole { kOffice, kDevice };

struct SessionOptions {
  LinkRole role = LinkRole::kOffice;
  std::string host;  ///< the device's: what it dialled, for the Host header
  std::size_t frame_bytes_max = 0;
  std::chrono::steady_clock::time_point open_by;  ///< TLS and upgrade are finished by then, or failed
  Duration idle_max;
  /// Let go of when the socket is closed: counts connections.
  std::shared_ptr<void> slot;
};

using SessionDone = std::function<void(Result<std::shared_ptr<FrameLink>>)>;

/// What a server needs to end a handshake early.
class OpeningSession {
 public:
  virtual ~OpeningSession() = default;
  /// The peer has not even sent a whole TLS hello yet.
  [[nodiscard]] virtual bool before_hello() const = 0;
  /// Ends it if it is still opening; `done` is called with kBusy.
  virtual void give_up(const std::string& why) = 0;
};

/// Calls `done` once, never before this returns.
[[nodiscard]] std::weak_ptr<OpeningSession> open_session(TcpSocket socket, SslPtr ssl, SessionOptions options,
                                                         SessionDone done);

}  // namespace huiyin::net
