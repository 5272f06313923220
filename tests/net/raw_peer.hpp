#pragma once
/// Peers that do not behave: plain blocking sockets, without the library under test.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace huiyin::net {

class RawPeer {
 public:
  explicit RawPeer(std::uint16_t port, int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer != 0)
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~RawPeer() { ::close(socket_); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int descriptor() const { return socket_; }

  bool send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void finish_sending() const { ::shutdown(socket_, SHUT_WR); }

  /// Reads until `enough` is in the text, the peer closes or the time is up.
  std::string read_until(std::string_view enough, std::chrono::milliseconds max = std::chrono::seconds(10)) {
    const auto end = std::chrono::steady_clock::now() + max;
    while (enough.empty() || pending_.find(enough) == std::string::npos) {
      if (!read_some(end)) break;
    }
    std::string all;
    all.swap(pending_);
    return all;
  }

  /// True when the peer closes or resets within `max`; what arrives before is dropped.
  bool closed_within(std::chrono::milliseconds max) {
    const auto end = std::chrono::steady_clock::now() + max;
    while (read_some(end)) pending_.clear();
    return closed_;
  }

 private:
  bool read_some(std::chrono::steady_clock::time_point end) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd waiting{socket_, POLLIN, 0};
    if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) != 1) return false;
    std::array<char, 16384> part{};
    const ssize_t got = ::recv(socket_, part.data(), part.size(), 0);
    if (got <= 0) {
      closed_ = true;
      return false;
    }
    pending_.append(part.data(), static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  bool connected_ = false;
  bool closed_ = false;
  std::string pending_;
};

}  // namespace huiyin::net
