// The one file of the daemon that reads TOML, and the one that reads the command line.
#include "kiosk/config.hpp"

#include <CLI/CLI.hpp>
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>

namespace huiyin::kiosk {

namespace {

constexpr std::size_t kConfigBytesMax = 64 * 1024;
constexpr int kExitUsage = 2;

struct Range {
  std::int64_t least;
  std::int64_t greatest;
};

struct NumberOption {
  const char* key;
  Range range;
  std::function<void(Config&, std::int64_t)> set;
};

const std::vector<NumberOption>& number_options() {
  static const std::vector<NumberOption> options{
      {"port", {0, 65535}, [](Config& c, std::int64_t n) { c.port = static_cast<std::uint16_t>(n); }},
      {"idle_seconds",
       {10, 3600},
       [](Config& c, std::int64_t n) { c.idle_seconds = static_cast<unsigned>(n); }},
      {"warn_seconds",
       {5, 3600},
       [](Config& c, std::int64_t n) { c.warn_seconds = static_cast<unsigned>(n); }},
      {"receipts_ready",
       {1, 64},
       [](Config& c, std::int64_t n) { c.receipts_ready = static_cast<std::size_t>(n); }},
      {"retry_seconds_max", {1, 86400}, [](Config& c, std::int64_t n) { c.retry_max = {n * kMsPerSecond}; }},
      {"store_mib_max",
       {16, 65536},
       [](Config& c, std::int64_t n) { c.store_bytes_max = static_cast<std::size_t>(n) * 1024 * 1024; }},
  };
  return options;
}

bool is_log_level(std::string_view word) {
  return word == "debug" || word == "info" || word == "warn" || word == "error";
}

Error wrong(const std::string& file, const toml::source_region& at, std::string what) {
  return error(Code::kInvalid, std::move(what), file + ":" + std::to_string(at.begin.line),
               "kiosk/README.md lists every option");
}

Status check_together(const Config& config, const std::string& where) {
  if (config.data.empty()) return error(Code::kInvalid, "the data folder is empty text", where);
  if (config.warn_seconds >= config.idle_seconds)
    return error(Code::kInvalid, "warn_seconds must be less than idle_seconds", where);
  return {};
}

Status take_entry(std::string_view key, const toml::node& node, const std::string& file, Config& config) {
  const std::string name(key);
  if (key == "data" || key == "log_level") {
    const auto text = node.value_exact<std::string>();
    if (!text) return wrong(file, node.source(), name + " must be text in quotes");
    if (key == "log_level" && !is_log_level(*text))
      return wrong(file, node.source(), "log_level must be debug, info, warn or error");
    (key == "data" ? config.data : config.log_level) = *text;
    return {};
  }
  const auto& options = number_options();
  const auto option =
      std::find_if(options.begin(), options.end(), [&](const NumberOption& each) { return key == each.key; });
  if (option == options.end()) return wrong(file, node.source(), "there is no option \"" + name + "\"");
  const auto number = node.value_exact<std::int64_t>();
  if (!number || *number < option->range.least || *number > option->range.greatest)
    return wrong(file, node.source(),
                 name + " must be a whole number from " + std::to_string(option->range.least) + " to " +
                     std::to_string(option->range.greatest));
  option->set(config, *number);
  return {};
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return error(Code::kInvalid, "the configuration file cannot be read", path,
                 "check its name and its rights");
  std::string text(kConfigBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kConfigBytesMax)
    return error(Code::kInvalid, "the configuration file is above 64 KiB", path);
  return text;
}

}  // namespace

Status read_config(std::string_view text, const std::string& file, Config& config) {
  const toml::parse_result parsed = toml::parse(text, file);
  if (!parsed) return wrong(file, parsed.error().source(), std::string(parsed.error().description()));
  for (const auto& [key, node] : parsed.table()) HUIYIN_TRY(take_entry(key.str(), node, file, config));
  return check_together(config, file);
}

CommandLine read_command_line(std::vector<std::string> arguments) {
  CommandLine result;
  CLI::App app{
      "Huiyin kiosk daemon: serves the touch page on 127.0.0.1 and brings what it takes to the office.",
      "huiyin-kiosk"};
  std::string file;
  std::string data;
  std::string log_level;
  std::int64_t port = -1;
  std::int64_t idle_seconds = -1;
  app.add_option("--config", file, "TOML file; the options below go over it");
  app.add_option("--data", data, "data folder (default " + result.config.data + ")");
  app.add_option("--port", port, "port of the touch page, 0 for any free one (default 7081)")
      ->check(CLI::Range(0, 65535));
  app.add_option("--idle-seconds", idle_seconds, "without a touch, until a visit is wiped (default 60)")
      ->check(CLI::Range(10, 3600));
  app.add_option("--log-level", log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  app.set_version_flag("--version", std::string("huiyin-kiosk ") + kVersion);
  const auto fail = [&](std::string message) {
    result.message = std::move(message);
    result.exit_code = kExitUsage;
    return result;
  };
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& problem) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(problem, out, err);
    result.message = code == 0 ? out.str() : err.str();
    result.exit_code = code == 0 ? 0 : kExitUsage;
    return result;
  }
  if (!file.empty()) {
    const auto text = read_file(file);
    if (!text.ok()) return fail(text.error().text());
    if (const Status read = read_config(*text, file, result.config); !read.ok())
      return fail(read.error().text());
  }
  if (!data.empty()) result.config.data = data;
  if (!log_level.empty()) result.config.log_level = log_level;
  if (port >= 0) result.config.port = static_cast<std::uint16_t>(port);
  if (idle_seconds >= 0) result.config.idle_seconds = static_cast<unsigned>(idle_seconds);
  // A short idle time on the command line alone must not collide with the file's warning time.
  if (idle_seconds >= 0)
    result.config.warn_seconds = std::min(result.config.warn_seconds, result.config.idle_seconds / 2);
  if (const Status fits = check_together(result.config, "command line"); !fits.ok())
    return fail(fits.error().text());
  return result;
}

}  // namespace huiyin::kiosk
