#pragma once
/// What the daemon is told at its start: a file, then the command line over it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/core/result.hpp"
#include "shared/core/time.hpp"

namespace huiyin::kiosk {

/// The page is served on 127.0.0.1 and nowhere else: there is no option for the address.
constexpr const char* kLoopback = "127.0.0.1";
constexpr const char* kVersion = "0.1.0";

struct Config {
  std::string data = "/var/lib/huiyin-kiosk";  ///< the data folder; made 0700 when it is not there
  std::uint16_t port = 7081;                   ///< of the touch page; 0: any free one
  unsigned idle_seconds = 60;                  ///< without a touch, until the visit is wiped
  unsigned warn_seconds = 20;                  ///< of those, how long the page asks first
  std::size_t receipts_ready = 4;              ///< prepared ahead, in memory only
  Duration retry_max{kMsPerMinute};            ///< the longest wait between two tries to reach the office
  std::size_t store_bytes_max = std::size_t{512} * 1024 * 1024;
  std::string log_level = "info";  ///< debug, info, warn or error
};

/// Puts what the file says over `config`. kInvalid names file, line and reason.
[[nodiscard]] Status read_config(std::string_view toml, const std::string& file, Config& config);

struct CommandLine {
  Config config;
  /// Set: print it and end with `exit_code`.
  std::optional<std::string> message;
  int exit_code = 0;
};
/// The arguments without the program's name. Reads the file that --config names. Never fails:
/// what is wrong becomes a message and exit code 2.
[[nodiscard]] CommandLine read_command_line(std::vector<std::string> arguments);

}  // namespace huiyin::kiosk
