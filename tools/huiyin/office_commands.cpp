#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "sync-server/keys/office_keys.hpp"
#include "sync-server/keys/private_file.hpp"
#include "sync-server/toml_files.hpp"
#include "tools/huiyin/commands.hpp"

namespace huiyin::tools {

namespace {

struct OfficeArguments {
  std::string data;
  std::string rules;
  std::string recovery;
  std::string text_key;
  std::string passphrase_file;
  bool json = false;
};

/// Asks without showing what is typed; one line of standard input where there is no terminal.
std::string ask_hidden(const char* question) {
  std::fprintf(stderr, "%s", question);
  termios before{};
  const bool is_terminal = ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (is_terminal) {
    termios hidden = before;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
  }
  std::string line;
  std::getline(std::cin, line);
  if (is_terminal) ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
  std::fprintf(stderr, "\n");
  return line;
}

Result<std::string> first_line(const std::string& file) {
  auto text = office::read_small_file(file);
  if (!text.ok()) return text.error();
  return text->substr(0, text->find('\n'));
}

int init(const OfficeArguments& arguments) {
  if (!arguments.rules.empty()) {
    const auto rules = office::load_rules(arguments.rules);
    if (!rules.ok()) return refuse(rules.error());
  }
  office::InitOptions options{arguments.data, arguments.recovery, arguments.text_key, std::nullopt};
  if (!arguments.passphrase_file.empty()) {
    auto passphrase = first_line(arguments.passphrase_file);
    if (!passphrase.ok()) return refuse(passphrase.error());
    if (passphrase->size() < 12)
      return refuse(error(Code::kInvalid, "a passphrase needs at least 12 bytes", arguments.passphrase_file));
    options.passphrase = std::move(*passphrase);
  }
  const auto report = office::init_office(options);
  if (!report.ok()) return refuse(report.error());
  std::printf(
      "The office %s is made, and recovering its keys was tried and works.\n\n"
      "  recovery file  %s\n"
      "  recovery code  %s\n\n"
      "Write the code on paper now: it is shown this once and kept nowhere. File and code together\n"
      "give every key back; keep them in two places, and not beside the server.\n"
      "  text key       %s  (%s)\n",
      report->office.text().c_str(), arguments.recovery.c_str(), report->recovery_code.c_str(),
      arguments.text_key.c_str(),
      options.passphrase ? "opened by its passphrase" : "plain: keep it on a device of its own");
  return kDone;
}

int unlock(const OfficeArguments& arguments) {
  std::optional<std::string> passphrase;
  if (!arguments.passphrase_file.empty()) {
    auto line = first_line(arguments.passphrase_file);
    if (!line.ok()) return refuse(line.error());
    passphrase = std::move(*line);
  }
  auto text_key = office::read_text_key(arguments.text_key, passphrase);
  if (!text_key.ok() && text_key.error().code == Code::kRefused && !passphrase)
    text_key = office::read_text_key(arguments.text_key, ask_hidden("Passphrase of the text key: "));
  if (!text_key.ok()) return refuse(text_key.error());
  const nlohmann::json request{{"command", "unlock"}, {"text_key", hex(text_key->view())}};
  const auto answer = call_daemon(arguments.data, request.dump(), Duration{30'000});
  if (!answer.ok()) return refuse(answer.error());
  std::printf("unlocked: clerks can open texts until the office stops or is locked\n");
  return kDone;
}

int simple_command(const OfficeArguments& arguments, const char* command, const char* done) {
  const auto answer =
      call_daemon(arguments.data, nlohmann::json{{"command", command}}.dump(), Duration{10'000});
  if (!answer.ok()) return refuse(answer.error());
  std::printf("%s\n", done);
  return kDone;
}

int status(const OfficeArguments& arguments) {
  const auto answer = call_daemon(arguments.data, R"({"command":"status"})", Duration{10'000});
  if (!answer.ok()) return refuse(answer.error());
  if (arguments.json) {
    std::printf("%s\n", answer->c_str());
    return kDone;
  }
  const auto json = nlohmann::json::parse(*answer);
  std::printf(
      "office      %s\nlocked      %s\nledger      %lu entries, root %s\nbacked up   %lu\ndevices     %lu "
      "connected\n",
      json["office"].get<std::string>().c_str(),
      json["locked"].get<bool>() ? "yes: nobody can open a text" : "no",
      json["ledger"]["size"].get<unsigned long>(),
      json["ledger"]["root"].get<std::string>().substr(0, 16).c_str(),
      json["ledger"]["backed_up"].get<unsigned long>(), json["devices_connected"].get<unsigned long>());
  return kDone;
}

}  // namespace

void add_office_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("office", "the office's keys and its server");
  group->require_subcommand(1);
  auto arguments = std::make_shared<OfficeArguments>();

  auto* make = group->add_subcommand("init", "make the office's keys and its folder");
  make->add_option("--data", arguments->data, "folder to be made")->required();
  make->add_option("--rules", arguments->rules, "rules folder, checked before anything is made");
  make->add_option("--recovery", arguments->recovery, "recovery file, outside the folder")->required();
  make->add_option("--text-key", arguments->text_key, "text key file, outside the folder")->required();
  make->add_option("--passphrase-file", arguments->passphrase_file,
                   "its first line protects the text key; without: a plain key file");
  make->callback([&action, arguments] { action = [arguments] { return init(*arguments); }; });

  auto* open = group->add_subcommand("unlock", "give the running server the text key");
  open->add_option("--data", arguments->data, "folder of the office")->required();
  open->add_option("--text-key", arguments->text_key, "text key file")->required();
  open->add_option("--passphrase-file", arguments->passphrase_file,
                   "its first line; without, it is asked for");
  open->callback([&action, arguments] { action = [arguments] { return unlock(*arguments); }; });

  auto* close = group->add_subcommand("lock", "make the running server forget the text key");
  close->add_option("--data", arguments->data, "folder of the office")->required();
  close->callback([&action, arguments] {
    action = [arguments] { return simple_command(*arguments, "lock", "locked"); };
  });

  auto* show = group->add_subcommand("status", "what the running server says of itself");
  show->add_option("--data", arguments->data, "folder of the office")->required();
  show->add_flag("--json", arguments->json, "one line of JSON");
  show->callback([&action, arguments] { action = [arguments] { return status(*arguments); }; });
}

}  // namespace huiyin::tools
