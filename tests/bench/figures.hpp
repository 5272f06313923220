#pragma once
/// What every measurement needs: a clock, medians and percentiles, and a way to stop when
/// something that must work does not.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "shared/core/result.hpp"

namespace huiyin::bench {

/// Keys in the order in which they were set.
using Json = nlohmann::ordered_json;

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  [[nodiscard]] double milliseconds() const { return seconds() * 1e3; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The smallest value that `part` (0..1) of all values do not exceed; 0 of nothing.
[[nodiscard]] double percentile(std::vector<double> values, double part);
[[nodiscard]] inline double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }
/// Three digits after the point: more would pretend.
[[nodiscard]] double rounded(double value);

/// A figure of a run that went wrong is worse than none: throws what
/// main() says before it ends with 1, so that daemons are stopped and folders go on the way.
[[noreturn]] void give_up(const std::string& what);
template <class T>
T must(Result<T> result, const char* doing) {
  if (!result.ok()) give_up(std::string(doing) + ": " + result.error().text());
  return std::move(result).value();
}
inline void must(const Status& status, const char* doing) {
  if (!status.ok()) give_up(std::string(doing) + ": " + status.error().text());
}

}  // namespace huiyin::bench
