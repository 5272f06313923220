#pragma once
/// The `huiyin` command: what each part of it does. Exit codes: 0 done; 1 it failed; 2 wrong
/// arguments; 3 the daemon does not run or somebody holds the data; 4 checked and found wrong.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "shared/core/result.hpp"
#include "shared/core/time.hpp"

namespace huiyin::tools {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kNotRunning = 3;
constexpr int kFoundWrong = 4;

/// Set by the chosen subcommand; run after parsing.
using Action = std::function<int()>;

void add_office_commands(CLI::App& app, Action& action);
void add_kiosk_commands(CLI::App& app, Action& action);
void add_verify_commands(CLI::App& app, Action& action);
void add_dump_commands(CLI::App& app, Action& action);

/// Prints the error and gives its exit code.
[[nodiscard]] int refuse(const Error& failure);

/// Sends one command to a daemon's control socket and gives its answer's JSON text; an answer
/// that says "ok": false is an error.
[[nodiscard]] Result<std::string> call_daemon(const std::string& data_dir, const std::string& request,
                                              Duration timeout);

}  // namespace huiyin::tools
