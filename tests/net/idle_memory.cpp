/// Prints what one idle TLS connection costs the office: anonymous memory of a process that
/// only serves, before and after N devices of another process have connected and exchanged a
/// frame of 64 KiB each way. Usage: net_idle_memory [connections, default 500]

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shared/net/frame_link.hpp"

namespace huiyin::net {
namespace {

constexpr std::size_t kFrameBytes = 64 * 1024;
constexpr std::size_t kConnectingAtOnce = 16;

long anonymous_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.rfind("RssAnon:", 0) == 0) return std::strtol(line.c_str() + 8, nullptr, 10);
  return 0;
}

/// The child: connects all, sends a frame on each, stays until the parent is gone.
int run_devices(std::uint16_t port, KeyPin pin, std::size_t count, pid_t parent) {
  Runtime runtime;
  std::vector<std::shared_ptr<FrameLink>> links;
  std::size_t started = 0;
  std::function<void()> connect_next = [&] {
    if (started == count) return;
    ++started;
    FrameClientOptions options;
    options.host = "127.0.0.1";
    options.port = port;
    options.pin = pin;
    options.connect_max = Duration{60'000};
    connect_frame_link(runtime, options, [&](Result<std::shared_ptr<FrameLink>> link) {
      if (!link.ok()) {
        std::fprintf(stderr, "device: %s\n", link.error().text().c_str());
        std::_Exit(1);
      }
      link.value()->set_handlers({});
      link.value()->send(Bytes(kFrameBytes, 1));
      links.push_back(std::move(link.value()));
      connect_next();
    });
  };
  for (std::size_t i = 0; i < kConnectingAtOnce; ++i) connect_next();
  std::function<void()> watch_parent = [&] {
    if (::getppid() != parent) return runtime.stop();
    runtime.after(Duration{100}, watch_parent);
  };
  watch_parent();
  runtime.run([](const std::string& what) { std::fprintf(stderr, "device: %s\n", what.c_str()); });
  return 0;
}

struct Office {
  Runtime runtime;
  std::unique_ptr<FrameServer> server;
  std::vector<std::shared_ptr<FrameLink>> links;
  std::size_t frames = 0;
};

void print_when_idle(Office& office, std::size_t count, long before) {
  office.runtime.after(Duration{50}, [&office, count, before] {
    if (office.frames < count) return print_when_idle(office, count, before);
    office.runtime.after(Duration{1000}, [&office, count, before] {
      const long after = anonymous_kib();
      std::printf(
          "idle connections %zu, RssAnon %ld KiB before, %ld KiB after, %.1f KiB each (goal: at most 32)\n",
          count, before, after, static_cast<double>(after - before) / static_cast<double>(count));
      office.runtime.stop();
    });
  });
}

int run(std::size_t count) {
  Office office;
  FrameServerOptions options;
  options.identity = make_tls_identity("idle memory").value();
  const KeyPin pin = tls_pin(options.identity).value();
  auto made = make_frame_server(office.runtime, options, [&office](std::shared_ptr<FrameLink> link) {
    FrameLink* raw = link.get();
    LinkHandlers handlers;
    handlers.on_frame = [&office, raw](ByteView frame) {
      ++office.frames;
      raw->send(to_bytes(frame));
    };
    link->set_handlers(std::move(handlers));
    office.links.push_back(std::move(link));
  });
  if (!made.ok()) {
    std::fprintf(stderr, "%s\n", made.error().text().c_str());
    return 1;
  }
  office.server = std::move(*made);

  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) std::_Exit(run_devices(office.server->port(), pin, count, parent));
  print_when_idle(office, count, anonymous_kib());
  office.runtime.run([](const std::string& what) { std::fprintf(stderr, "office: %s\n", what.c_str()); });
  ::kill(child, SIGTERM);
  ::waitpid(child, nullptr, 0);
  return 0;
}

}  // namespace
}  // namespace huiyin::net

int main(int argc, char** argv) {
  return huiyin::net::run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 500);
}
