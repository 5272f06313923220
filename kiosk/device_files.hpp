#pragma once
/// The data folder, apart from the store:
///
///   device.key    the device's signing seed, 32 bytes, 0600, made at the first start
///   enrolment     whose device it is and where the office answers; absent before enrolment
///   store/        the LMDB store (shared/store): journal and downlink; its lock is the folder's lock
///   control.sock  how the `huiyin` command talks to the running daemon
///
/// Files are written whole: temporary file, fsync, rename, fsync of the folder.
/// Threads: none of its own; used at the start, and once by the storage thread at enrolment.

#include <optional>
#include <string>

#include "protocol/enrolment.hpp"
#include "protocol/messages.hpp"
#include "shared/crypto/keys.hpp"

namespace huiyin::kiosk {

struct Enrolment {
  std::string host;
  std::uint16_t port = 0;
  KeyPin pin;  ///< as the enrolment line said; the key ring's pins rule afterwards
  protocol::EnrolResult result;
  friend bool operator==(const Enrolment&, const Enrolment&) = default;
};

class DeviceFiles {
 public:
  explicit DeviceFiles(std::string folder) : folder_(std::move(folder)) {}

  /// Makes the folder, 0700, if it is not there.
  [[nodiscard]] Status prepare() const;
  /// Makes the key if there is none yet. kDamaged for a file of another size.
  [[nodiscard]] Result<crypto::KeyPair> device_key() const;
  /// Nothing before enrolment. kDamaged when the file is not as it was written.
  [[nodiscard]] Result<std::optional<Enrolment>> enrolment() const;
  /// Durable when it returns.
  [[nodiscard]] Status save_enrolment(const Enrolment& enrolment) const;
  /// Bytes that are free on the folder's disk for this user.
  [[nodiscard]] Result<std::uint64_t> free_bytes() const;

  [[nodiscard]] std::string store_path() const { return folder_ + "/store/kiosk.mdb"; }
  [[nodiscard]] std::string control_path() const { return folder_ + "/control.sock"; }

 private:
  [[nodiscard]] std::string path(const char* name) const { return folder_ + "/" + name; }
  std::string folder_;
};

/// The bytes of the enrolment file and back: checksum 32 ‖ body.
[[nodiscard]] Bytes enrolment_bytes(const Enrolment& enrolment);
[[nodiscard]] Result<Enrolment> parse_enrolment(ByteView bytes);

}  // namespace huiyin::kiosk
