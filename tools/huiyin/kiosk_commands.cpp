#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "tools/huiyin/commands.hpp"

namespace huiyin::tools {

namespace {

struct KioskArguments {
  std::string data;
  std::string line;
  bool json = false;
};

int enroll(const KioskArguments& arguments) {
  const nlohmann::json request{{"command", "enrol"}, {"line", arguments.line}};
  const auto answer = call_daemon(arguments.data, request.dump(), Duration{60'000});
  if (!answer.ok()) return refuse(answer.error());
  std::printf("enrolled\n");
  return kDone;
}

int status(const KioskArguments& arguments) {
  const auto answer = call_daemon(arguments.data, R"({"command":"status"})", Duration{10'000});
  if (!answer.ok()) return refuse(answer.error());
  if (arguments.json) {
    std::printf("%s\n", answer->c_str());
    return kDone;
  }
  const auto json = nlohmann::json::parse(*answer);
  for (const char* field : {"state", "link", "last_contact", "unsent", "problem", "epoch"})
    if (json.contains(field))
      std::printf(
          "%-13s %s\n", field,
          json[field].is_string() ? json[field].get<std::string>().c_str() : json[field].dump().c_str());
  return kDone;
}

}  // namespace

void add_kiosk_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("kiosk", "a kiosk daemon on this machine");
  group->require_subcommand(1);
  auto arguments = std::make_shared<KioskArguments>();

  auto* join = group->add_subcommand("enroll", "enrol the kiosk with a line from the office's devices page");
  join->add_option("--data", arguments->data, "folder of the kiosk")->required();
  join->add_option("line", arguments->line, "host:port/code/pin")->required();
  join->callback([&action, arguments] { action = [arguments] { return enroll(*arguments); }; });

  auto* show = group->add_subcommand("status", "what the kiosk daemon says of itself");
  show->add_option("--data", arguments->data, "folder of the kiosk")->required();
  show->add_flag("--json", arguments->json, "one line of JSON");
  show->callback([&action, arguments] { action = [arguments] { return status(*arguments); }; });
}

}  // namespace huiyin::tools
