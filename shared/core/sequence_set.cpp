#include "shared/core/sequence_set.hpp"

#include <algorithm>

#include "shared/core/check.hpp"

namespace huiyin {

std::vector<SequenceSet::Run>::const_iterator SequenceSet::reaching(std::uint64_t number) const {
  return std::lower_bound(runs_.begin(), runs_.end(), number,
                          [](const Run& run, std::uint64_t at) { return run.last < at; });
}

void SequenceSet::insert(Run run) {
  HUIYIN_CHECK(run.first <= run.last);
  // A run that ends just before the new one is joined with it, hence the - 1.
  const auto begin = runs_.begin() + (reaching(run.first == 0 ? 0 : run.first - 1) - runs_.cbegin());
  auto end = begin;
  while (end != runs_.end() && (run.last == UINT64_MAX || end->first <= run.last + 1)) {
    run.first = std::min(run.first, end->first);
    run.last = std::max(run.last, end->last);
    ++end;
  }
  if (begin == end) {
    runs_.insert(begin, run);
    return;
  }
  *begin = run;
  runs_.erase(begin + 1, end);
}

void SequenceSet::merge(const SequenceSet& other) {
  if (this == &other) return;
  for (const Run& run : other.runs_) insert(run);
}

bool SequenceSet::contains(std::uint64_t number) const { return contains(Run{number, number}); }

bool SequenceSet::contains(Run run) const {
  HUIYIN_CHECK(run.first <= run.last);
  const auto found = reaching(run.first);
  return found != runs_.end() && found->first <= run.first && run.last <= found->last;
}

std::uint64_t SequenceSet::count() const {
  std::uint64_t total = 0;
  for (const Run& run : runs_) {
    const std::uint64_t steps = run.last - run.first;
    if (steps == UINT64_MAX) return UINT64_MAX;
    total += steps + 1;
  }
  return total;
}

std::uint64_t SequenceSet::low_water(std::uint64_t first) const {
  HUIYIN_CHECK(first >= 1);
  const auto found = reaching(first);
  return found != runs_.end() && found->first <= first ? found->last : first - 1;
}

std::vector<SequenceSet::Run> SequenceSet::missing(Run within) const {
  HUIYIN_CHECK(within.first <= within.last);
  std::vector<Run> gaps;
  std::uint64_t next = within.first;
  for (auto run = reaching(within.first); run != runs_.end() && run->first <= within.last; ++run) {
    if (run->first > next) gaps.push_back({next, run->first - 1});
    if (run->last >= within.last) return gaps;
    next = run->last + 1;
  }
  gaps.push_back({next, within.last});
  return gaps;
}

}  // namespace huiyin
