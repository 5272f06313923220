#include "tests/bench/daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/bench/figures.hpp"

namespace huiyin::bench {

namespace {
constexpr int kReadyMsMax = 60'000;

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& arguments, int out,
                         const std::string& log) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // whatever ends the measurement ends its daemons
  ::dup2(out, STDOUT_FILENO);
  const int errors = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (errors >= 0) ::dup2(errors, STDERR_FILENO);
  std::vector<char*> words;
  words.push_back(const_cast<char*>(program.c_str()));
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  ::execv(program.c_str(), words.data());
  ::_exit(127);
}

/// Up to the end of the line; empty when the writer closed or the time is over.
std::string read_line(int from) {
  std::string line;
  const Stopwatch watch;
  for (;;) {
    const int left = kReadyMsMax - static_cast<int>(watch.milliseconds());
    pollfd wait{from, POLLIN, 0};
    char c = 0;
    if (left <= 0 || ::poll(&wait, 1, left) <= 0 || ::read(from, &c, 1) != 1) return {};
    if (c == '\n') return line;
    line.push_back(c);
  }
}

double ticks_of(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text);
  // The name in parentheses may hold anything; utime and stime are the 12th and 13th word after it.
  const auto end = text.rfind(')');
  if (end == std::string::npos) return 0;
  std::istringstream words(text.substr(end + 1));
  std::string word;
  double ticks = 0;
  for (int i = 1; i <= 13 && words >> word; ++i)
    if (i >= 12) ticks += std::strtod(word.c_str(), nullptr);
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}
}  // namespace

Daemon::Daemon(const std::string& program, const std::vector<std::string>& arguments,
               const std::string& log) {
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) give_up("no pipe");
  const Stopwatch watch;
  pid_ = ::fork();
  if (pid_ < 0) give_up("no process");
  if (pid_ == 0) become(program, arguments, pipe_ends[1], log);
  ::close(pipe_ends[1]);
  ready_line_ = read_line(pipe_ends[0]);
  start_ms_ = watch.milliseconds();
  ::close(pipe_ends[0]);
  if (ready_line_.rfind("ready ", 0) != 0) {
    stop();
    give_up(program + " did not become ready; see " + log);
  }
}

Daemon::~Daemon() { stop(); }

bool Daemon::stop() {
  if (pid_ < 0) return false;
  ::kill(pid_, SIGTERM);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

double Daemon::rss_anon_kib() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
  std::string line;
  while (std::getline(file, line))
    if (line.rfind("RssAnon:", 0) == 0) return std::strtod(line.c_str() + 8, nullptr);
  give_up("the kernel does not tell RssAnon");
}

double Daemon::settled_rss_anon_kib() const {
  double now = rss_anon_kib();
  int same = 0;
  for (int i = 0; i < 40 && same < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const double next = rss_anon_kib();
    same = next - now < 64 && now - next < 64 ? same + 1 : 0;
    now = next;
  }
  return now;
}

Daemon::Cpu Daemon::cpu() const {
  const std::string process = "/proc/" + std::to_string(pid_);
  Cpu cpu;
  cpu.total_s = ticks_of(process + "/stat");
  std::vector<std::pair<long, double>> threads;
  for (const auto& task : std::filesystem::directory_iterator(process + "/task"))
    threads.emplace_back(std::stol(task.path().filename().string()),
                         ticks_of(task.path().string() + "/stat"));
  std::sort(threads.begin(), threads.end());
  for (const auto& thread : threads) cpu.threads_s.push_back(thread.second);
  return cpu;
}

std::uint16_t port_in(const std::string& line, const std::string& name) {
  const auto at = line.find(name);
  const auto colon = at == std::string::npos ? at : line.rfind(':', line.find(' ', at));
  if (colon == std::string::npos) give_up("no port " + name + " in: " + line);
  return static_cast<std::uint16_t>(std::strtoul(line.c_str() + colon + 1, nullptr, 10));
}

double own_cpu_s() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

WorkFolder::WorkFolder(const std::string& under) {
  path_ = under + "/huiyin-bench-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) give_up("no folder can be made under " + under);
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;  // a left-over folder is only untidy
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace huiyin::bench
