#include "shared/net/control_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

#include "shared/net/runtime_impl.hpp"

namespace huiyin::net {
namespace {

using Clock = std::chrono::steady_clock;
using LocalSocket = asio::basic_stream_socket<asio::local::stream_protocol, IoExecutor>;
using LocalAcceptor = asio::basic_socket_acceptor<asio::local::stream_protocol, IoExecutor>;
using ControlHandler = std::function<void(std::string line, std::function<void(std::string)> respond)>;

constexpr std::size_t kLineBytesMax = 64 * 1024;  ///< without the line break
constexpr std::size_t kConnectionsMax = 32;
constexpr std::chrono::milliseconds kIdleMax{60'000};
constexpr std::chrono::milliseconds kNoDescriptorsPause{100};
constexpr int kBacklog = 16;

/// A descriptor that is closed unless it is given away.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

Error system_error(Code code, const std::string& what, const std::string& path, int number) {
  return error(code, what + ": " + std::strerror(number), path);
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path))
    return error(Code::kInvalid,
                 "a socket path has 1 to " + std::to_string(sizeof(address.sun_path) - 1) + " bytes", path,
                 "choose a data folder with a shorter name");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

/// 0 when somebody listens there, else errno.
int try_connect(const sockaddr_un& address, int descriptor) {
  int outcome = 0;
  do {
    outcome = ::connect(descriptor, generic(address), sizeof(address));
  } while (outcome != 0 && errno == EINTR);
  return outcome == 0 ? 0 : errno;
}

/// Removes a socket file nobody listens on; refuses to touch anything else.
Status clear_stale(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0)
    return errno == ENOENT
               ? Status()
               : Status(system_error(Code::kStorage, "cannot look at the socket file", path, errno));
  if (!S_ISSOCK(found.st_mode))
    return error(Code::kConflict, "a file that is no socket is in the way", path, "move it away");
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (probe.number() < 0) return system_error(Code::kNetwork, "cannot open a socket", path, errno);
  const int outcome = try_connect(address, probe.number());
  // EAGAIN: it listens, and its backlog is full.
  if (outcome == 0 || outcome == EAGAIN)
    return error(Code::kBusy, "a daemon already answers here", path, "end it first");
  if (outcome != ECONNREFUSED)
    return system_error(Code::kStorage, "cannot probe the socket file", path, outcome);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return system_error(Code::kStorage, "cannot remove a stale socket file", path, errno);
  return {};
}

/// The mode is set before bind() creates the file (Linux takes it from the descriptor, less the
/// umask), and once more before listen(), until which nobody can connect: there is no moment
/// in which another user could, and the umask of other threads stays as it is.
Result<int> listen_local(const std::string& path) {
  const auto address = address_of(path);
  if (!address.ok()) return address.error();
  HUIYIN_TRY(clear_stale(path, *address));
  Descriptor listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (listening.number() < 0) return system_error(Code::kNetwork, "cannot open a socket", path, errno);
  if (::fchmod(listening.number(), 0600) != 0)
    return system_error(Code::kStorage, "cannot protect the socket", path, errno);
  if (::bind(listening.number(), generic(*address), sizeof(*address)) != 0)
    return system_error(errno == EADDRINUSE ? Code::kBusy : Code::kStorage, "cannot make the socket file",
                        path, errno);
  if (::chmod(path.c_str(), 0600) != 0 || ::listen(listening.number(), kBacklog) != 0) {
    const int number = errno;
    ::unlink(path.c_str());
    return system_error(Code::kStorage, "cannot listen on the socket file", path, number);
  }
  return listening.release();
}

class ControlConnection;

struct ControlShared {
  ControlHandler handle;
  std::shared_ptr<PostGate> gate;
  std::set<std::shared_ptr<ControlConnection>> connections;
};

/// One caller: a line, its answer, perhaps another line.
class ControlConnection final : public std::enable_shared_from_this<ControlConnection> {
 public:
  ControlConnection(LocalSocket socket, std::shared_ptr<ControlShared> shared)
      : shared_(std::move(shared)), socket_(std::move(socket)), timer_(socket_.get_executor()) {}

  void read_line();
  void answer(std::optional<std::string> line);
  void close();

 private:
  void on_line(std::size_t size);
  void deadline();

  std::shared_ptr<ControlShared> shared_;
  LocalSocket socket_;
  Timer timer_;
  std::string input_;
  std::string output_;
  bool closed_ = false;
  bool handling_ = false;
};

/// As in the HTTP server: the answer, or the news that there will be none.
class AnswerSlot {
 public:
  AnswerSlot(std::shared_ptr<PostGate> gate, std::weak_ptr<ControlConnection> connection)
      : gate_(std::move(gate)), connection_(std::move(connection)) {}
  ~AnswerSlot() {
    if (!used_.load()) deliver(std::nullopt);
  }
  AnswerSlot(const AnswerSlot&) = delete;
  AnswerSlot& operator=(const AnswerSlot&) = delete;

  void answer(std::string line) {
    const bool twice = used_.exchange(true);
    HUIYIN_CHECK(!twice);
    deliver(std::move(line));
  }

 private:
  void deliver(std::optional<std::string> line) {
    gate_->post([connection = connection_, line = std::move(line)]() mutable {
      if (const auto there = connection.lock()) there->answer(std::move(line));
    });
  }

  std::shared_ptr<PostGate> gate_;
  std::weak_ptr<ControlConnection> connection_;
  std::atomic<bool> used_{false};
};

void ControlConnection::deadline() {
  timer_.expires_after(kIdleMax);
  timer_.async_wait([weak = weak_from_this()](error_code failure) {
    const auto self = weak.lock();
    if (!failure && self && !self->handling_ && self->timer_.expiry() <= Clock::now()) self->close();
  });
}

void ControlConnection::read_line() {
  deadline();
  asio::async_read_until(socket_, asio::dynamic_buffer(input_, kLineBytesMax + 1), '\n',
                         [self = shared_from_this()](error_code failure, std::size_t size) {
                           if (self->closed_) return;
                           if (failure) return self->close();  // gone, or a line above the limit
                           self->on_line(size);
                         });
}

void ControlConnection::on_line(std::size_t size) {
  std::string line = input_.substr(0, size - 1);
  input_.erase(0, size);
  handling_ = true;
  const auto slot = std::make_shared<AnswerSlot>(shared_->gate, weak_from_this());
  const auto shared = shared_;  // the handler may end the server
  shared->handle(std::move(line), [slot](std::string reply) { slot->answer(std::move(reply)); });
}

void ControlConnection::answer(std::optional<std::string> line) {
  if (closed_) return;
  if (!line || line->size() > kLineBytesMax) return close();
  handling_ = false;
  output_ = std::move(*line);
  std::replace(output_.begin(), output_.end(), '\n', ' ');  // one line, whatever the handler wrote
  output_ += '\n';
  deadline();
  asio::async_write(socket_, asio::buffer(output_),
                    [self = shared_from_this()](error_code failure, std::size_t) {
                      if (self->closed_) return;
                      if (failure) return self->close();
                      self->read_line();
                    });
}

void ControlConnection::close() {
  if (closed_) return;
  closed_ = true;
  timer_.cancel();
  error_code ignored;  // nothing can be done about a failing close
  socket_.close(ignored);
  shared_->connections.erase(shared_from_this());
}

class ControlListener final : public std::enable_shared_from_this<ControlListener> {
 public:
  ControlListener(LocalAcceptor acceptor, std::shared_ptr<ControlShared> shared)
      : shared_(std::move(shared)), acceptor_(std::move(acceptor)), pause_(acceptor_.get_executor()) {}

  void accept_next() {
    acceptor_.async_accept([self = shared_from_this()](error_code failure, LocalSocket socket) {
      self->on_accepted(failure, std::move(socket));
    });
  }
  void stop() {
    error_code ignored;  // nothing can be done about a failing close
    acceptor_.close(ignored);
    pause_.cancel();
  }

 private:
  void on_accepted(error_code failure, LocalSocket socket) {
    if (!acceptor_.is_open()) return;
    if (!failure && shared_->connections.size() < kConnectionsMax) {
      const auto connection = std::make_shared<ControlConnection>(std::move(socket), shared_);
      shared_->connections.insert(connection);
      connection->read_line();
    }
    if (!failure || failure == asio::error::connection_aborted) return accept_next();
    pause_.expires_after(kNoDescriptorsPause);  // out of descriptors: asking again at once would only spin
    pause_.async_wait([self = shared_from_this()](error_code stopped) {
      if (!stopped) self->accept_next();
    });
  }

  std::shared_ptr<ControlShared> shared_;
  LocalAcceptor acceptor_;
  Timer pause_;
};

class ControlServerImpl final : public ControlServer {
 public:
  ControlServerImpl(std::string path, std::shared_ptr<ControlListener> listener,
                    std::shared_ptr<ControlShared> shared)
      : path_(std::move(path)), listener_(std::move(listener)), shared_(std::move(shared)) {
    known_ = ::lstat(path_.c_str(), &file_) == 0;
    listener_->accept_next();
  }
  ~ControlServerImpl() override {
    listener_->stop();
    const auto connections = shared_->connections;  // close() takes each out of the set
    for (const auto& connection : connections) connection->close();
    // Only our own file: another daemon may have put its socket there since.
    struct stat now {};
    if (known_ && ::lstat(path_.c_str(), &now) == 0 && now.st_ino == file_.st_ino &&
        now.st_dev == file_.st_dev)
      ::unlink(path_.c_str());
  }
  ControlServerImpl(const ControlServerImpl&) = delete;
  ControlServerImpl& operator=(const ControlServerImpl&) = delete;

 private:
  std::string path_;
  std::shared_ptr<ControlListener> listener_;
  std::shared_ptr<ControlShared> shared_;
  struct stat file_ {};
  bool known_ = false;
};

// --- the calling side, blocking

/// Waits until the descriptor is ready; false when the time is up.
Result<bool> wait_ready(int descriptor, short events, Clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    pollfd waiting{descriptor, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR)
      return error(Code::kNetwork, std::string("cannot wait for the daemon: ") + std::strerror(errno));
  }
}

Error no_answer(const std::string& path) {
  return error(Code::kNetwork, "the daemon does not answer in time", path, "it may be busy; try again");
}

Status write_all(int descriptor, std::string_view text, const std::string& path, Clock::time_point until) {
  while (!text.empty()) {
    const ssize_t sent = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return system_error(Code::kNetwork, "the daemon closed the connection", path, errno);
    const auto ready = wait_ready(descriptor, POLLOUT, until);
    if (!ready.ok()) return ready.error();
    if (!*ready) return no_answer(path);
  }
  return {};
}

Result<std::string> read_answer(int descriptor, const std::string& path, Clock::time_point until) {
  std::string answer;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t got = ::recv(descriptor, part.data(), part.size(), 0);
    if (got > 0) {
      answer.append(part.data(), static_cast<std::size_t>(got));
      const std::size_t end = answer.find('\n');
      if (end != std::string::npos) return answer.substr(0, end);
      if (answer.size() > kLineBytesMax)
        return error(Code::kTooLarge, "the daemon's answer is above 64 KiB", path);
      continue;
    }
    if (got == 0) return error(Code::kNetwork, "the daemon closed the connection without an answer", path);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return system_error(Code::kNetwork, "the daemon closed the connection", path, errno);
    const auto ready = wait_ready(descriptor, POLLIN, until);
    if (!ready.ok()) return ready.error();
    if (!*ready) return no_answer(path);
  }
}

}  // namespace

Result<std::unique_ptr<ControlServer>> make_control_server(Runtime& runtime, const std::string& path,
                                                           ControlHandler handle) {
  HUIYIN_CHECK(handle);
  const auto listening = listen_local(path);
  if (!listening.ok()) return listening.error();
  LocalAcceptor acceptor(runtime.impl().io);
  error_code failure;
  acceptor.assign(asio::local::stream_protocol(), *listening, failure);
  if (failure) {
    ::close(*listening);
    ::unlink(path.c_str());
    return error(Code::kNetwork, "cannot listen on the socket file: " + failure.message(), path);
  }
  auto shared = std::make_shared<ControlShared>();
  shared->handle = std::move(handle);
  shared->gate = runtime.impl().gate;
  return std::unique_ptr<ControlServer>(std::make_unique<ControlServerImpl>(
      path, std::make_shared<ControlListener>(std::move(acceptor), shared), shared));
}

Result<std::string> control_call(const std::string& path, const std::string& line, Duration timeout) {
  if (line.size() > kLineBytesMax || line.find('\n') != std::string::npos)
    return error(Code::kInvalid, "a command is one line of at most 64 KiB", path);
  const auto address = address_of(path);
  if (!address.ok()) return address.error();
  const auto until = Clock::now() + chrono_of(timeout);
  const Descriptor caller(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (caller.number() < 0) return system_error(Code::kNetwork, "cannot open a socket", path, errno);
  const int outcome = try_connect(*address, caller.number());
  if (outcome == ENOENT || outcome == ECONNREFUSED)
    return error(Code::kNotFound, "no daemon listens here", path, "start it first");
  if (outcome == EACCES)
    return error(Code::kRefused, "this socket belongs to another user", path, "run as the daemon's user");
  if (outcome == EAGAIN) return error(Code::kBusy, "too many callers wait for the daemon", path, "try again");
  if (outcome != 0) return system_error(Code::kNetwork, "cannot reach the daemon", path, outcome);
  HUIYIN_TRY(write_all(caller.number(), line + "\n", path, until));
  return read_answer(caller.number(), path, until);
}

}  // namespace huiyin::net
