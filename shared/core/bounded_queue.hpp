#pragma once
/// First in, first out, bounded by count and by bytes. Not locked: it belongs to one thread or
/// to whoever holds the owner's lock.

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "shared/core/check.hpp"

namespace huiyin {

template <class T>
class BoundedQueue {
 public:
  BoundedQueue(std::size_t count_max, std::size_t bytes_max) : count_max_(count_max), bytes_max_(bytes_max) {}

  /// False, with nothing taken, when a bound would be passed: what then happens (close the peer,
  /// answer "busy") is the caller's decision, so it cannot be overlooked.
  [[nodiscard]] bool push(T&& item, std::size_t bytes) {
    if (!has_room(bytes)) return false;
    items_.emplace_back(std::move(item), bytes);
    bytes_ += bytes;
    return true;
  }
  [[nodiscard]] bool push(const T& item, std::size_t bytes) {
    return has_room(bytes) && push(T(item), bytes);
  }
  [[nodiscard]] bool has_room(std::size_t bytes) const {
    return items_.size() < count_max_ && bytes <= bytes_max_ - bytes_;
  }
  [[nodiscard]] std::optional<T> pop() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front().first));
    bytes_ -= items_.front().second;
    items_.pop_front();
    return item;
  }
  /// The queue is not empty.
  [[nodiscard]] const T& front() const {
    HUIYIN_CHECK(!items_.empty());
    return items_.front().first;
  }
  void clear() {
    items_.clear();
    bytes_ = 0;
  }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::size_t count_max_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::deque<std::pair<T, std::size_t>> items_;
};

}  // namespace huiyin
