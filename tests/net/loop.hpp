#pragma once
/// A Runtime driven by the test's own thread: run until something is true, or fail the test
/// by saying so. Everything a test looks at is then on one thread.

#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "shared/net/runtime.hpp"

namespace huiyin::net {

class Loop {
 public:
  Runtime runtime;
  std::vector<std::string> errors;

  /// True as soon as `condition` is; false after `max`.
  [[nodiscard]] bool until(const std::function<bool()>& condition,
                           std::chrono::milliseconds max = std::chrono::seconds(20)) {
    const auto end = std::chrono::steady_clock::now() + max;
    bool met = false;
    std::function<void()> look = [&] {
      met = condition();
      if (met || std::chrono::steady_clock::now() >= end) return runtime.stop();
      runtime.after(Duration{1}, look);
    };
    runtime.post(look);
    runtime.run([this](const std::string& what) { errors.push_back(what); });
    return met;
  }

  /// Lets the loop run for a while: to see that something does not happen.
  void run_for(std::chrono::milliseconds time) {
    static_cast<void>(until([] { return false; }, time));
  }

  /// Runs blocking `work` beside the loop and returns what it returned.
  template <class Work>
  auto beside(Work work) {
    auto outcome = std::async(std::launch::async, std::move(work));
    static_cast<void>(
        until([&] { return outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
    return outcome.get();
  }
};

}  // namespace huiyin::net
