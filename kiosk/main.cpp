// huiyin-kiosk: the kiosk daemon. kiosk/README.md says how to run it.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>

#include "kiosk/kiosk.hpp"
#include "kiosk/notify.hpp"

namespace {

int run(const huiyin::kiosk::Config& config) {
  using namespace huiyin;
  const auto clock = kiosk::SystemClock::make();
  if (!clock.ok()) {
    spdlog::error("{}", clock.error().text());
    return kiosk::exit_code::kStartFailed;
  }
  net::Runtime runtime;
  auto started = kiosk::Kiosk::start(runtime, *clock, config);
  if (!started.ok()) {
    spdlog::error("{}", started.error().text());
    return started.error().code == Code::kBusy ? kiosk::exit_code::kBusy : kiosk::exit_code::kStartFailed;
  }
  kiosk::Kiosk& kiosk = **started;
  runtime.on_stop_signal([&] { kiosk.stop([&] { runtime.stop(); }); });
  std::printf("ready http://%s:%u/\n", kiosk::kLoopback, unsigned{kiosk.port()});
  std::fflush(stdout);
  kiosk::notify_service_manager("READY=1");
  runtime.run([](const std::string& problem) { spdlog::error("{}", problem); });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto line = huiyin::kiosk::read_command_line({argv + 1, argv + argc});
  if (line.message) {
    std::fprintf(line.exit_code == 0 ? stdout : stderr, "%s%s", line.message->c_str(),
                 line.message->ends_with('\n') ? "" : "\n");
    return line.exit_code;
  }
  std::signal(SIGPIPE, SIG_IGN);
  spdlog::set_default_logger(spdlog::stderr_logger_mt("kiosk"));
  spdlog::set_level(spdlog::level::from_str(line.config.log_level));
  return run(line.config);
}
