/// Peers that do not follow the rules, without our own client: raw sockets and raw OpenSSL.

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>

#include "tests/net/links.hpp"
#include "tests/net/raw_peer.hpp"

namespace huiyin::net {
namespace {

using namespace std::chrono_literals;

/// A blocking TLS client with no rules but a highest version.
class RawTls {
 public:
  RawTls(std::uint16_t port, int version_max, int receive_buffer = 0)
      : peer_(port, receive_buffer), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), peer_.descriptor());
  }
  [[nodiscard]] bool handshake() { return SSL_connect(ssl_.get()) == 1; }
  bool write(std::string_view text) {
    return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) == static_cast<int>(text.size());
  }
  std::string read() {
    std::array<char, 4096> part{};
    const int got = SSL_read(ssl_.get(), part.data(), static_cast<int>(part.size()));
    return got > 0 ? std::string(part.data(), static_cast<std::size_t>(got)) : std::string();
  }
  [[nodiscard]] bool upgrade() {
    write(
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos) {
      const std::string part = read();
      if (part.empty()) return false;
      answer += part;
    }
    return answer.find(" 101 ") != std::string::npos;
  }
  [[nodiscard]] RawPeer& socket() { return peer_; }
  [[nodiscard]] SSL* ssl() { return ssl_.get(); }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  RawPeer peer_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

TEST(HostilePeer_tls_1_2, is_refused_in_the_handshake) {
  Loop loop;
  Links links(loop);
  links.serve();
  const std::uint16_t port = links.server->port();

  const bool old_accepted = loop.beside([port] { return RawTls(port, TLS1_2_VERSION).handshake(); });
  const bool new_accepted = loop.beside([port] { return RawTls(port, TLS1_3_VERSION).handshake(); });

  EXPECT_FALSE(old_accepted);
  EXPECT_TRUE(new_accepted);
  EXPECT_TRUE(links.accepted.empty());
}

TEST(HostilePeer_plain_text_on_the_tls_port, is_closed_at_once) {
  Loop loop;
  Links links(loop);
  links.serve();
  const std::uint16_t port = links.server->port();

  const bool closed = loop.beside([port] {
    RawPeer peer(port);
    peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    return peer.closed_within(3s);
  });

  EXPECT_TRUE(closed);
  EXPECT_EQ(links.server->connections(), 0U);
  EXPECT_TRUE(links.accepted.empty());
}

TEST(HostilePeer_silent_before_tls, is_closed_at_the_deadline) {
  Loop loop;
  Links links(loop);
  links.options.handshake_max = Duration{200};
  links.serve();
  const std::uint16_t port = links.server->port();
  const auto start = std::chrono::steady_clock::now();

  const bool closed = loop.beside([port] { return RawPeer(port).closed_within(3s); });
  const auto took = std::chrono::steady_clock::now() - start;

  EXPECT_TRUE(closed);
  EXPECT_GE(took, 190ms);
  EXPECT_LT(took, 2s);
}

TEST(HostilePeer_dripping_bytes, does_not_move_the_deadline) {
  Loop loop;
  Links links(loop);
  links.options.handshake_max = Duration{300};
  links.serve();
  const std::uint16_t port = links.server->port();
  const auto start = std::chrono::steady_clock::now();

  const bool closed = loop.beside([port] {
    RawPeer peer(port);
    const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
    bool open = true;
    for (const char byte : hello + std::string(100, 'x')) {
      open = open && peer.send(std::string(1, byte));
      if (peer.closed_within(30ms)) return true;
    }
    return false;
  });
  const auto took = std::chrono::steady_clock::now() - start;

  EXPECT_TRUE(closed);
  EXPECT_LT(took, 2s);
}

TEST(HostilePeer_tls_but_no_upgrade, is_closed_at_the_same_deadline) {
  Loop loop;
  Links links(loop);
  links.options.handshake_max = Duration{300};
  links.serve();
  const std::uint16_t port = links.server->port();

  const bool closed = loop.beside([port] {
    RawTls peer(port, TLS1_3_VERSION);
    return peer.handshake() && peer.write("GET / HT") && peer.socket().closed_within(3s);
  });

  EXPECT_TRUE(closed);
  EXPECT_TRUE(links.accepted.empty());
  EXPECT_EQ(links.server->connections(), 0U);
}

TEST(HostilePeer_handshake_places_all_taken, give_way_to_an_honest_device) {
  Loop loop;
  Links links(loop);
  links.options.handshakes_max = 2;
  links.serve();
  std::vector<std::unique_ptr<RawPeer>> silent;
  for (int i = 0; i < 10; ++i) silent.push_back(std::make_unique<RawPeer>(links.server->port()));
  const auto start = std::chrono::steady_clock::now();

  const auto device = links.connect();

  EXPECT_TRUE(device->link);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
}

TEST(HostilePeer_five_hundred_half_hellos, delay_an_honest_device_by_less_than_two_seconds) {
  Loop loop;
  Links links(loop);
  links.serve();
  std::vector<std::unique_ptr<RawPeer>> slow;
  for (int i = 0; i < 500; ++i) {
    slow.push_back(std::make_unique<RawPeer>(links.server->port()));
    slow.back()->send("\x16\x03\x01");
  }
  const auto start = std::chrono::steady_clock::now();

  const auto device = links.connect();

  EXPECT_TRUE(device->link);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST(HostilePeer_text_message, is_closed_with_1002) {
  Loop loop;
  Links links(loop);
  links.serve();
  const std::uint16_t port = links.server->port();

  const std::string answer = loop.beside([port] {
    RawTls peer(port, TLS1_3_VERSION);
    if (!peer.handshake() || !peer.upgrade()) return std::string("no upgrade");
    peer.write(std::string("\x81\x82\x00\x00\x00\x00hi", 8));
    return peer.read();
  });
  ASSERT_TRUE(loop.until([&] { return !links.accepted.empty() && !links.accepted[0]->closed.empty(); }));

  ASSERT_GE(answer.size(), 4U);
  EXPECT_EQ(answer[0], '\x88');
  EXPECT_EQ(answer.substr(2, 2), std::string("\x03\xea", 2));
  EXPECT_TRUE(links.accepted[0]->frames.empty());
}

TEST(HostilePeer_claims_a_huge_frame, is_closed_before_memory_is_spent) {
  Loop loop;
  Links links(loop);
  links.serve();
  const std::uint16_t port = links.server->port();

  const std::string answer = loop.beside([port] {
    RawTls peer(port, TLS1_3_VERSION);
    if (!peer.handshake() || !peer.upgrade()) return std::string("no upgrade");
    peer.write(std::string("\x82\xff\x00\x00\x00\x40\x00\x00\x00\x00\x01\x02\x03\x04zz", 16));
    return peer.read();
  });
  ASSERT_TRUE(loop.until([&] { return !links.accepted.empty() && !links.accepted[0]->closed.empty(); }));

  ASSERT_GE(answer.size(), 4U);
  EXPECT_EQ(answer.substr(2, 2), std::string("\x03\xf1", 2)) << "1009";
}

TEST(HostilePeer_vanishes_mid_frame, is_noticed_once) {
  Loop loop;
  Links links(loop);
  links.serve();
  const std::uint16_t port = links.server->port();

  const bool upgraded = loop.beside([port] {
    RawTls peer(port, TLS1_3_VERSION);
    return peer.handshake() && peer.upgrade() &&
           peer.write(std::string("\x82\xfe\x10\x00\x01\x02\x03\x04zz", 10));
  });
  ASSERT_TRUE(upgraded);
  ASSERT_TRUE(loop.until([&] { return !links.accepted.empty() && !links.accepted[0]->closed.empty(); }));

  EXPECT_EQ(links.accepted[0]->closed.size(), 1U);
  EXPECT_TRUE(links.accepted[0]->frames.empty());
}

TEST(HostilePeer_drips_one_frame, is_closed_at_idle_max) {
  Loop loop;
  Links links(loop);
  links.options.idle_max = Duration{300};
  links.serve();
  const std::uint16_t port = links.server->port();

  const bool closed = loop.beside([port] {
    RawTls peer(port, TLS1_3_VERSION);
    if (!peer.handshake() || !peer.upgrade()) return false;
    peer.write(std::string("\x82\xfe\x10\x00\x01\x02\x03\x04", 8));
    for (int i = 0; i < 100; ++i) {
      peer.write("z");
      if (peer.socket().closed_within(20ms)) return true;
    }
    return false;
  });

  EXPECT_TRUE(closed);
  ASSERT_EQ(links.accepted.size(), 1U);
  EXPECT_TRUE(links.accepted[0]->frames.empty());
}

TEST(HostilePeer_never_reads_after_close, is_cut_off_after_two_seconds) {
  Loop loop;
  Links links(loop);
  links.serve();
  const std::uint16_t port = links.server->port();
  std::atomic<bool> done{false};
  std::thread peer_thread([port, &done] {
    RawTls peer(port, TLS1_3_VERSION, 4096);
    if (peer.handshake() && peer.upgrade())
      while (!done) std::this_thread::sleep_for(5ms);
  });
  EXPECT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  End& office = *links.accepted.at(0);
  for (int i = 0; i < 16; ++i) office.link->send(pattern(250'000));
  const auto start = std::chrono::steady_clock::now();

  office.link->close(CloseCode::kGoingAway, "stopping");
  EXPECT_TRUE(loop.until([&] { return !office.closed.empty(); }));
  const auto took = std::chrono::steady_clock::now() - start;
  done = true;
  peer_thread.join();

  EXPECT_GE(took, 1900ms);
  EXPECT_LT(took, 3s);
  EXPECT_EQ(office.closed, std::vector<std::string>{"stopping"});
}

TEST(HostileOffice_that_is_not_tls, is_a_network_error_at_the_device) {
  Loop loop;
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(listening, 1), 0);
  socklen_t size = sizeof(address);
  ::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
  FrameClientOptions client;
  client.host = "127.0.0.1";
  client.port = ntohs(address.sin_port);
  client.connect_max = Duration{300};
  std::vector<Error> failures;
  const auto note = [&](Result<std::shared_ptr<FrameLink>> outcome) {
    ASSERT_FALSE(outcome.ok());
    failures.push_back(outcome.error());
  };

  // First a peer that says nothing, then one that speaks something else.
  connect_frame_link(loop.runtime, client, note);
  ASSERT_TRUE(loop.until([&] { return failures.size() == 1; }, 3s));
  connect_frame_link(loop.runtime, client, note);
  const int first = ::accept(listening, nullptr, nullptr);
  const int second = ::accept(listening, nullptr, nullptr);
  ASSERT_EQ(::send(second, "220 mail ready\r\n", 16, MSG_NOSIGNAL), 16);
  ASSERT_TRUE(loop.until([&] { return failures.size() == 2; }, 3s));
  ::close(first);
  ::close(second);
  ::close(listening);

  EXPECT_EQ(failures[0].code, Code::kNetwork);
  EXPECT_EQ(failures[1].code, Code::kNetwork);
  EXPECT_NE(failures[1].text().find("no TLS"), std::string::npos) << failures[1].text();
}

}  // namespace
}  // namespace huiyin::net
