#include "sync-server/keys/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace huiyin::office {

namespace {
constexpr std::size_t kSmallFileBytesMax = 64 * 1024;

Error file_error(const char* what, const std::string& path) {
  const Code code =
      errno == ENOENT ? Code::kNotFound : (errno == ENOSPC ? Code::kStorageFull : Code::kStorage);
  return error(code, std::string(what) + ": " + std::strerror(errno), path);
}

/// Closes at the end of the scope.
struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

Status write_all(int fd, const std::string& text, const std::string& path) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t wrote = ::write(fd, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return file_error("cannot write", path);
    done += static_cast<std::size_t>(wrote);
  }
  if (::fsync(fd) != 0) return file_error("cannot make durable", path);
  return {};
}
}  // namespace

Status write_private_file(const std::string& path, const std::string& text) {
  const std::string beside = path + ".new";
  {
    const Descriptor file{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (file.fd < 0) return file_error("cannot create", beside);
    // A left-over of a crash, or of somebody else, keeps its own mode.
    if (::fchmod(file.fd, 0600) != 0) return file_error("cannot protect", beside);
    HUIYIN_TRY(write_all(file.fd, text, beside));
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return file_error("cannot rename to", path);
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  const Descriptor dir{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (dir.fd < 0 || ::fsync(dir.fd) != 0) return file_error("cannot make durable", folder);
  return {};
}

Result<std::string> read_small_file(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) return file_error("cannot open", path);
  std::string text;
  char block[4096];
  for (;;) {
    const ssize_t got = ::read(file.fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("cannot read", path);
    if (got == 0) return text;
    text.append(block, static_cast<std::size_t>(got));
    if (text.size() > kSmallFileBytesMax)
      return error(Code::kTooLarge, "the file is larger than 64 KiB", path);
  }
}

}  // namespace huiyin::office
