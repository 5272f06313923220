#include "kiosk/device_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "protocol/archive.hpp"
#include "shared/crypto/hash.hpp"

namespace huiyin::kiosk {

namespace {

constexpr std::size_t kFileBytesMax = 64 * 1024;

Error disk_error(const std::string& doing, const std::string& path) {
  const int number = errno;
  const Code code = number == ENOSPC || number == EDQUOT ? Code::kStorageFull : Code::kStorage;
  return error(code, doing + ": " + std::strerror(number),
               path);  // NOLINT(concurrency-mt-unsafe): glibc's is safe
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

Status write_all(int file, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return disk_error("a file cannot be written", path);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Status sync_folder(const std::string& folder) {
  const Descriptor at(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!at.is_open() || ::fsync(at.number()) != 0)
    return disk_error("a folder cannot be made durable", folder);
  return {};
}

Status replace_file(const std::string& folder, const std::string& path, ByteView bytes) {
  const std::string temporary = path + ".new";
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.is_open()) return disk_error("a file cannot be made", temporary);
    HUIYIN_TRY(write_all(file.number(), bytes, temporary));
    if (::fsync(file.number()) != 0) return disk_error("a file cannot be made durable", temporary);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return disk_error("a file cannot be put in place", path);
  return sync_folder(folder);
}

/// Nothing when the file is not there.
Result<std::optional<Bytes>> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return std::optional<Bytes>{};
  if (!file.is_open()) return disk_error("a file cannot be opened", path);
  Bytes bytes(kFileBytesMax + 1);
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(file.number(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return disk_error("a file cannot be read", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kFileBytesMax) return error(Code::kDamaged, "the file is larger than we ever write it", path);
  bytes.resize(size);
  return std::optional<Bytes>(std::move(bytes));
}

/// The body of the enrolment file, format 1.
struct EnrolmentRow {
  std::uint8_t format = 1;
  Text<protocol::kHostBytesMax> host;
  std::uint16_t port = 0;
  KeyPin pin;
  protocol::EnrolResult result;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, host, port, pin, result);
  }
};

Hash checksum(ByteView body) { return crypto::hash_port().blake2b({as_bytes("huiyin/enrolment/1"), body}); }

}  // namespace

Bytes enrolment_bytes(const Enrolment& enrolment) {
  const Bytes body =
      protocol::to_wire(EnrolmentRow{1, {enrolment.host}, enrolment.port, enrolment.pin, enrolment.result});
  Bytes bytes = to_bytes(checksum(body).view());
  append(bytes, body);
  return bytes;
}

Result<Enrolment> parse_enrolment(ByteView bytes) {
  constexpr const char* kTodo = "restore the file from a copy, or enrol the kiosk again in an empty folder";
  if (bytes.size() < Hash::kSize || !(checksum(bytes.subspan(Hash::kSize)) == Hash::prefix(bytes)))
    return error(Code::kDamaged, "the enrolment file is not as it was written", "enrolment", kTodo);
  auto row = protocol::from_wire<EnrolmentRow>(bytes.subspan(Hash::kSize), "enrolment");
  if (!row.ok()) return error(Code::kDamaged, row.error().text(), "enrolment", kTodo);
  if (row->format != 1)
    return error(Code::kUnsupported, "a newer program wrote the enrolment file", "enrolment");
  return Enrolment{std::move(row->host.value), row->port, row->pin, std::move(row->result)};
}

Status DeviceFiles::prepare() const {
  std::error_code problem;
  std::filesystem::create_directories(std::filesystem::path(folder_).parent_path(), problem);
  if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST)
    return disk_error("the data folder cannot be made", folder_);
  if (::access(folder_.c_str(), R_OK | W_OK | X_OK) != 0)
    return disk_error("the data folder cannot be used", folder_);
  return {};
}

Result<crypto::KeyPair> DeviceFiles::device_key() const {
  auto stored = read_file(path("device.key"));
  if (!stored.ok()) return stored.error();
  if (!*stored) {
    crypto::KeyPair made = crypto::KeyPair::generate();
    HUIYIN_TRY(replace_file(folder_, path("device.key"), made.seed()));
    return made;
  }
  auto pair = crypto::KeyPair::from_seed(**stored);
  crypto::wipe(**stored);
  if (!pair.ok())
    return error(Code::kDamaged, "the device's key is not as it was written", path("device.key"),
                 "restore the file from a copy; without it this journal cannot go on");
  return pair;
}

Result<std::optional<Enrolment>> DeviceFiles::enrolment() const {
  const auto stored = read_file(path("enrolment"));
  if (!stored.ok()) return stored.error();
  if (!*stored) return std::optional<Enrolment>{};
  auto enrolment = parse_enrolment(**stored);
  if (!enrolment.ok()) return enrolment.error();
  return std::optional<Enrolment>(std::move(*enrolment));
}

Status DeviceFiles::save_enrolment(const Enrolment& enrolment) const {
  return replace_file(folder_, path("enrolment"), enrolment_bytes(enrolment));
}

Result<std::uint64_t> DeviceFiles::free_bytes() const {
  struct statvfs disk {};
  if (::statvfs(folder_.c_str(), &disk) != 0)
    return disk_error("the disk's free space cannot be read", folder_);
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

}  // namespace huiyin::kiosk
