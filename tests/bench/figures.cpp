#include "tests/bench/figures.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace huiyin::bench {

double percentile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(part * static_cast<double>(values.size()));
  const auto index = static_cast<std::size_t>(std::max(1.0, rank)) - 1;
  return values[std::min(index, values.size() - 1)];
}

double rounded(double value) { return std::round(value * 1e3) / 1e3; }

void give_up(const std::string& what) { throw std::runtime_error(what); }

}  // namespace huiyin::bench
