/// huiyin-server: the office. Exit codes: 0 stopped as asked, 1 could not start or go on,
/// 2 wrong arguments or configuration, 3 another process uses the data.

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "sync-server/office.hpp"
#include "sync-server/toml_files.hpp"

namespace {

int exit_code(const huiyin::Error& failure) {
  switch (failure.code) {
    case huiyin::Code::kBusy: return 3;
    case huiyin::Code::kInvalid:
    case huiyin::Code::kMalformed:
    case huiyin::Code::kNotFound: return 2;
    default: return 1;
  }
}

int refuse(const huiyin::Error& failure) {
  std::fprintf(stderr, "huiyin-server: %s\n", failure.text().c_str());
  return exit_code(failure);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"The office of Huiyin: receives, answers, publishes"};
  huiyin::office::OfficeOptions options;
  std::string config_file;
  app.add_option("--config", config_file, "TOML file with the same names as these options");
  app.add_option("--data", options.data_dir, "folder of the office (huiyin office init made it)");
  app.add_option("--rules", options.rules_dir, "folder with office, areas, units and categories .toml");
  app.add_option("--address", options.address, "where devices connect")->capture_default_str();
  app.add_option("--device-port", options.device_port, "0: any free one")->capture_default_str();
  app.add_option("--web-port", options.web_port, "pages, on loopback; 0: any free one")
      ->capture_default_str();
  app.add_option("--device-address", options.device_address, "host:port that enrolment lines name");
  app.add_option("--text-key-file", options.text_key_file, "plain key file to start unlocked with");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    const int code = app.exit(failure);
    return code == 0 ? 0 : 2;
  }
  if (!config_file.empty()) {
    const auto config = huiyin::office::load_config(config_file);
    if (!config.ok()) return refuse(config.error());
    const auto fill = [&](const char* flag, auto& into, const auto& from) {
      if (from && app.count(flag) == 0) into = *from;
    };
    fill("--data", options.data_dir, config->data);
    fill("--rules", options.rules_dir, config->rules);
    fill("--address", options.address, config->address);
    fill("--device-port", options.device_port, config->device_port);
    fill("--web-port", options.web_port, config->web_port);
    fill("--device-address", options.device_address, config->device_address);
    fill("--text-key-file", options.text_key_file, config->text_key_file);
  }
  if (options.data_dir.empty() || options.rules_dir.empty()) {
    std::fprintf(stderr, "huiyin-server: --data and --rules are needed; see --help\n");
    return 2;
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("office"));
  options.log = [](const std::string& line) { spdlog::info("{}", line); };
  auto office = huiyin::office::Office::start(std::move(options));
  if (!office.ok()) return refuse(office.error());
  const std::string address = "127.0.0.1";
  std::printf("ready devices=%s:%u web=http://127.0.0.1:%u\n", address.c_str(), (*office)->device_port(),
              (*office)->web_port());
  std::fflush(stdout);
  (*office)->run();
  return 0;
}
