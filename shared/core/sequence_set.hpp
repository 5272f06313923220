#pragma once
/// A set of 64-bit numbers kept as runs: what was received, acknowledged or is still missing.
/// Memory grows with the number of gaps, not of numbers; whoever feeds it from a peer bounds
/// run_count().

#include <cstdint>
#include <vector>

namespace huiyin {

class SequenceSet {
 public:
  /// first .. last, both included.
  struct Run {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    friend bool operator==(const Run&, const Run&) = default;
  };

  void insert(std::uint64_t number) { insert(Run{number, number}); }
  /// first <= last.
  void insert(Run run);
  void merge(const SequenceSet& other);
  void clear() { runs_.clear(); }

  [[nodiscard]] bool contains(std::uint64_t number) const;
  /// Every number of the run is in the set.
  [[nodiscard]] bool contains(Run run) const;
  [[nodiscard]] bool empty() const { return runs_.empty(); }
  /// How many numbers; the one set that holds all 2^64 says UINT64_MAX.
  [[nodiscard]] std::uint64_t count() const;
  /// The contiguous low-water mark: the greatest n with first .. n all in the set, or first - 1.
  /// Sequence numbers begin at 1, so the mark of nothing is 0. `first` is at least 1.
  [[nodiscard]] std::uint64_t low_water(std::uint64_t first = 1) const;
  /// What of `within` is not in the set, in order.
  [[nodiscard]] std::vector<Run> missing(Run within) const;
  /// In order, disjoint, never touching one another.
  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
  [[nodiscard]] std::size_t run_count() const { return runs_.size(); }

  friend bool operator==(const SequenceSet&, const SequenceSet&) = default;

 private:
  /// The first run whose last is at or after `number`.
  [[nodiscard]] std::vector<Run>::const_iterator reaching(std::uint64_t number) const;

  std::vector<Run> runs_;
};

}  // namespace huiyin
