#pragma once
/// How the `huiyin` command talks to a running daemon: one line of JSON in, one line of JSON
/// out, over a Unix socket with mode 0600 beside the data folder. Lines up to 64 KiB.

#include <functional>
#include <memory>
#include <string>

#include "shared/core/result.hpp"
#include "shared/net/runtime.hpp"

namespace huiyin::net {

class ControlServer {
 public:
  virtual ~ControlServer() = default;
};
/// Destroying it removes the socket file. It goes before its Runtime.
/// `handle` runs on the runtime's thread; it may call `respond` later and from any thread,
/// once; dropping it unused closes the connection. Paths have at most 107 bytes (kInvalid).
/// A stale socket file that nobody listens on is replaced; one that somebody answers is kBusy.
[[nodiscard]] Result<std::unique_ptr<ControlServer>> make_control_server(
    Runtime& runtime, const std::string& path,
    std::function<void(std::string line, std::function<void(std::string)> respond)> handle);

/// Blocking; for the command line. kNotFound when no daemon listens there,
/// kNetwork when it does not answer within `timeout`.
[[nodiscard]] Result<std::string> control_call(const std::string& path, const std::string& line,
                                               Duration timeout);

}  // namespace huiyin::net
