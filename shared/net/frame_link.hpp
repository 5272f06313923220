#pragma once
/// Whole frames over WebSocket over TLS 1.3, device to office. No Boost in this header.
///
/// Threads: everything here is called, and calls back, on the thread of the Runtime it was
/// made with. Lifetime: a FrameLink lives while its owner holds the pointer; dropping it closes
/// the socket at once, or, after close(), lets the closing go on without callbacks. After
/// on_closed no callback comes any more. Everything here goes before its Runtime.
///
/// A link whose peer has said nothing for `idle_max` is closed; pings keep a quiet one alive.
/// The office counts only whole messages, pongs and pings as saying something (a peer that
/// drips bytes is not alive); a device counts bytes (its line may be slow).

#include <functional>
#include <memory>
#include <string>

#include "shared/core/bytes.hpp"
#include "shared/core/ids.hpp"
#include "shared/core/limits.hpp"
#include "shared/core/result.hpp"
#include "shared/net/runtime.hpp"

namespace huiyin::net {

/// WebSocket close codes that we send.
enum class CloseCode : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocol = 1002,
  kPolicy = 1008,
  kTooBig = 1009,
  kTryLater = 1013
};

struct LinkHandlers {
  std::function<void(ByteView frame)> on_frame;  ///< one binary message; the view lives during the call
  std::function<void(const std::string& reason)> on_closed;  ///< once, last; why, in words for a log
};

class FrameLink {
 public:
  virtual ~FrameLink() = default;
  /// Reading begins with the first call: no frame is lost before it.
  virtual void set_handlers(LinkHandlers handlers) = 0;
  /// Queues one frame. A peer that does not drain limits::kOutboxFramesMax frames or
  /// kOutboxBytesMax bytes is closed with 1013. Nothing happens on a closing or closed link.
  virtual void send(Bytes frame) = 0;
  /// Sends what is queued, then the close frame, then closes the socket within 2 s.
  virtual void close(CloseCode code, const std::string& reason) = 0;
  /// RFC 9266 tls-exporter of this connection.
  [[nodiscard]] virtual const Exporter& exporter() const = 0;
  [[nodiscard]] virtual std::string peer() const = 0;  ///< address:port, for logs
  /// Stops and starts reading: back-pressure towards a peer when our own queues are full.
  /// No frame is delivered while paused, and silence is not counted.
  virtual void pause_reading(bool paused) = 0;
};

/// PEM text of a self-signed certificate and its private key, made by make_tls_identity().
struct TlsIdentity {
  std::string certificate_pem;
  std::string key_pem;
};
[[nodiscard]] Result<TlsIdentity> make_tls_identity(const std::string& common_name);
[[nodiscard]] Result<KeyPin> tls_pin(const TlsIdentity& identity);

struct FrameServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one
  TlsIdentity identity;
  std::size_t connections_max = limits::kConnectionsMax;
  std::size_t handshakes_max = limits::kHandshakesMax;  ///< at once, counted before TLS work
  std::size_t frame_bytes_max = limits::kFrameBytesMax;
  Duration handshake_max{limits::kHandshakeMsMax};  ///< total for TLS and upgrade, not per byte
  Duration idle_max{limits::kIdleMsMax};
};

class FrameServer {
 public:
  virtual ~FrameServer() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual std::size_t connections() const = 0;
  virtual void stop_accepting() = 0;
};
/// `on_link` gets each connection after TLS and upgrade; it must set handlers before it returns.
[[nodiscard]] Result<std::unique_ptr<FrameServer>> make_frame_server(
    Runtime& runtime, FrameServerOptions options, std::function<void(std::shared_ptr<FrameLink>)> on_link);

struct FrameClientOptions {
  std::string host;
  std::uint16_t port = 0;
  KeyPin pin;  ///< certificate dates and names are ignored, the key is not
  std::size_t frame_bytes_max = limits::kFrameBytesMax;
  Duration connect_max{limits::kHandshakeMsMax};  ///< total: name, TCP, TLS and upgrade
  Duration idle_max{limits::kIdleMsMax};
};
/// Calls `done` once: with a link whose TLS key has the pin, or with kRefused (another key),
/// kNetwork (no connection) and words for a person.
void connect_frame_link(Runtime& runtime, FrameClientOptions options,
                        std::function<void(Result<std::shared_ptr<FrameLink>>)> done);

}  // namespace huiyin::net
