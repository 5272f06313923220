#pragma once
/// One event loop on one thread, without Boost in sight. Everything else in this folder is
/// created on a Runtime and calls back on its thread.

#include <cstdint>
#include <functional>
#include <memory>

#include "shared/core/result.hpp"
#include "shared/core/time.hpp"

namespace huiyin::net {

class Runtime {
 public:
  Runtime();
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Any thread. Runs `work` on the loop's thread, in the order of the posts.
  void post(std::function<void()> work);
  /// Loop thread. Runs `work` once after `delay`; the returned number cancels it. Never 0.
  std::uint64_t after(Duration delay, std::function<void()> work);
  void cancel(std::uint64_t timer);
  /// Loop thread. SIGTERM and SIGINT call `work` instead of ending the process.
  void on_stop_signal(std::function<void()> work);
  /// Runs until stop(). An exception that escapes a callback is logged by `on_error` and the
  /// loop goes on: one broken connection must not end the daemon.
  void run(const std::function<void(const std::string&)>& on_error);
  /// Any thread.
  void stop();

  struct Impl;
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace huiyin::net
