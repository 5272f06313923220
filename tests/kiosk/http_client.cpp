#include "tests/kiosk/http_client.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace huiyin::kiosk {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string exchange(std::uint16_t port, const std::string& request) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{20, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    std::size_t sent = 0;
    while (sent < request.size()) {
      const ssize_t n = ::send(socket, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;  // the server may answer and close before it has read all
      sent += static_cast<std::size_t>(n);
    }
    char buffer[16384];
    for (ssize_t n = 0; (n = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(socket);
  return answer;
}

}  // namespace

HttpAnswer http_call(std::uint16_t port, const std::string& method, const std::string& path,
                     const std::map<std::string, std::string>& headers, const std::string& body) {
  std::string request = method + " " + path + " HTTP/1.1\r\nConnection: close\r\n";
  if (headers.find("Host") == headers.end()) request += "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
  for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
  if (method == "POST") request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  const std::string text = exchange(port, request + "\r\n" + body);

  HttpAnswer answer;
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos || text.size() < 12) return answer;
  answer.status = std::stoi(text.substr(9, 3));
  std::size_t at = text.find("\r\n") + 2;
  while (at < end) {
    const std::size_t stop = text.find("\r\n", at);
    const std::size_t colon = text.find(':', at);
    std::string value = text.substr(colon + 1, stop - colon - 1);
    value.erase(0, value.find_first_not_of(' '));
    answer.headers[lower(text.substr(at, colon - at))] = value;
    at = stop + 2;
  }
  answer.body = text.substr(end + 4);
  return answer;
}

}  // namespace huiyin::kiosk
