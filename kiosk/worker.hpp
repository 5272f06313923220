#pragma once
/// One thread that runs jobs in order: the storage thread. Jobs are bounded in number; what to do
/// when there is no room is the caller's decision.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace huiyin::kiosk {

class Worker {
 public:
  explicit Worker(std::size_t jobs_max);
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Any thread. False, with nothing taken, when the queue is full or the worker is stopping.
  [[nodiscard]] bool post(std::function<void()> job);
  /// Runs what is queued, then ends the thread. Not from a job.
  void stop();

 private:
  void run();

  const std::size_t jobs_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace huiyin::kiosk
