#include <cstdio>

#include "tools/huiyin/commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{"Huiyin's command line: keys, daemons, checks"};
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 daemon not running or data in use, 4 checked and "
      "found wrong.");
  huiyin::tools::Action action;
  huiyin::tools::add_office_commands(app, action);
  huiyin::tools::add_kiosk_commands(app, action);
  huiyin::tools::add_verify_commands(app, action);
  huiyin::tools::add_dump_commands(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    const int code = app.exit(failure);
    return code == 0 ? huiyin::tools::kDone : huiyin::tools::kUsage;
  }
  return action();
}
