#pragma once
/// A daemon of ours as a process of its own: started, watched through /proc, stopped.

#include <sys/types.h>

#include <string>
#include <vector>

namespace huiyin::bench {

class Daemon {
 public:
  /// Starts it and waits for its ready line; ends the program when none comes. What it says on
  /// standard error goes to the file `log`.
  Daemon(const std::string& program, const std::vector<std::string>& arguments, const std::string& log);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// SIGTERM and wait. Whether it ended with 0.
  bool stop();

  [[nodiscard]] const std::string& ready_line() const { return ready_line_; }
  /// From just before the fork to the ready line.
  [[nodiscard]] double start_ms() const { return start_ms_; }
  /// Anonymous memory now; mapped LMDB pages are cache and not counted.
  [[nodiscard]] double rss_anon_kib() const;
  /// What it came to when it no longer changed: three readings half a second apart that agree to
  /// 64 KiB, or the last of 20 s.
  [[nodiscard]] double settled_rss_anon_kib() const;
  struct Cpu {
    double total_s = 0;
    std::vector<double> threads_s;  ///< in the order in which the threads were made
  };
  /// Used so far, in steps of the kernel's tick (10 ms).
  [[nodiscard]] Cpu cpu() const;

 private:
  pid_t pid_ = -1;
  std::string ready_line_;
  double start_ms_ = 0;
};

/// The number behind `name` in a line like "ready devices=127.0.0.1:4711 web=…".
[[nodiscard]] std::uint16_t port_in(const std::string& line, const std::string& name);
/// User and system time of this process so far.
[[nodiscard]] double own_cpu_s();

/// A folder on the disk that is measured, gone with its owner.
class WorkFolder {
 public:
  explicit WorkFolder(const std::string& under);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace huiyin::bench
