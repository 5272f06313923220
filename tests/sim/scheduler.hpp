#pragma once
/// Virtual time: what is due first happens first, and what was asked for first among equals.

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace huiyin::sim {

class Scheduler {
 public:
  [[nodiscard]] std::int64_t now() const { return now_; }
  void after(std::int64_t delay_ms, std::function<void()> work) { at(now_ + delay_ms, std::move(work)); }
  void at(std::int64_t due_ms, std::function<void()> work) {
    queue_.push({due_ms < now_ ? now_ : due_ms, next_++, std::move(work)});
  }
  /// Does the next thing; false when there is nothing left.
  bool step() {
    if (queue_.empty()) return false;
    Event event = queue_.top();
    queue_.pop();
    now_ = event.due;
    event.work();
    return true;
  }

 private:
  struct Event {
    std::int64_t due = 0;
    std::uint64_t order = 0;
    std::function<void()> work;
    friend bool operator<(const Event& a, const Event& b) {
      return a.due != b.due ? a.due > b.due : a.order > b.order;
    }
  };
  std::int64_t now_ = 0;
  std::uint64_t next_ = 0;
  std::priority_queue<Event> queue_;
};

}  // namespace huiyin::sim
