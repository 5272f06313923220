#pragma once
/// A frame server and clients on one loop, with everything they saw written down.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/net/frame_link.hpp"
#include "tests/net/loop.hpp"

namespace huiyin::net {

/// One end of a link and what happened on it.
struct End {
  std::shared_ptr<FrameLink> link;
  std::vector<Bytes> frames;
  std::vector<std::string> closed;
  std::size_t frames_after_close = 0;

  void listen() {
    LinkHandlers handlers;
    handlers.on_frame = [this](ByteView frame) {
      if (!closed.empty()) ++frames_after_close;
      frames.push_back(to_bytes(frame));
    };
    handlers.on_closed = [this](const std::string& reason) { closed.push_back(reason); };
    link->set_handlers(std::move(handlers));
  }
};

inline const TlsIdentity& test_identity() {
  static const TlsIdentity identity = make_tls_identity("huiyin test office").value();
  return identity;
}

class Links {
 public:
  explicit Links(Loop& loop) : loop_(loop) { options.identity = test_identity(); }

  FrameServerOptions options;
  std::vector<std::unique_ptr<End>> accepted;  ///< the office's ends
  std::unique_ptr<FrameServer> server;

  void serve() {
    auto made = make_frame_server(loop_.runtime, options, [this](std::shared_ptr<FrameLink> link) {
      auto end = std::make_unique<End>();
      end->link = std::move(link);
      end->listen();
      accepted.push_back(std::move(end));
    });
    ASSERT_TRUE(made.ok()) << made.error().text();
    server = std::move(*made);
  }

  [[nodiscard]] FrameClientOptions client_options() const {
    FrameClientOptions client;
    client.host = "127.0.0.1";
    client.port = server->port();
    client.pin = tls_pin(options.identity).value();
    return client;
  }

  /// The outcome of one attempt, with handlers set when it is a link.
  [[nodiscard]] std::unique_ptr<End> connect(const FrameClientOptions& client) {
    auto end = std::make_unique<End>();
    const auto outcome = attempt(client);
    if (!outcome) {
      ADD_FAILURE() << "the client's done was not called";
      return end;
    }
    if (!outcome->ok()) {
      ADD_FAILURE() << outcome->error().text();
      return end;
    }
    end->link = outcome->value();
    end->listen();
    return end;
  }
  [[nodiscard]] std::unique_ptr<End> connect() { return connect(client_options()); }

  [[nodiscard]] std::optional<Result<std::shared_ptr<FrameLink>>> attempt(const FrameClientOptions& client) {
    std::optional<Result<std::shared_ptr<FrameLink>>> outcome;
    connect_frame_link(loop_.runtime, client, [&](Result<std::shared_ptr<FrameLink>> result) {
      outcome.emplace(std::move(result));
    });
    static_cast<void>(loop_.until([&] { return outcome.has_value(); }));
    return outcome;
  }

 private:
  Loop& loop_;
};

[[nodiscard]] inline Bytes pattern(std::size_t size, std::uint8_t start = 1) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(start + i * 7 + (i >> 8U));
  return bytes;
}

}  // namespace huiyin::net
