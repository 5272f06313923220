#pragma once
/// The office's keys. In the data folder: routing, ack, log and TLS keys and the signed key ring,
/// all the server needs to receive, count and acknowledge. Outside it: the text key, without
/// which no text can be read (the server starts locked), and the recovery file, which holds every
/// private half, the root's too, sealed to a code on paper.
///
/// Threads: OfficeKeys is made at start-up and then only read; the text key in it is set and
/// cleared under its own lock and may be used from any thread.

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "protocol/payloads.hpp"
#include "shared/civic/rules.hpp"
#include "shared/crypto/keys.hpp"
#include "shared/crypto/recovery.hpp"
#include "shared/net/frame_link.hpp"

namespace huiyin::office {

struct InitOptions {
  std::string data_dir;
  std::string recovery_file;              ///< must lie outside data_dir
  std::string text_key_file;              ///< must lie outside data_dir
  std::optional<std::string> passphrase;  ///< nothing: the text key file is a plain key file
};
struct InitReport {
  OfficeId office;
  std::string recovery_code;  ///< to be written on paper: shown once
  KeyPin pin;
};
/// Makes every key, writes the recovery file, proves that recovering from it works, and only then
/// writes the data folder. kConflict when the folder already holds an office.
[[nodiscard]] Result<InitReport> init_office(const InitOptions& options);

/// Reads a text key file: plain, or wrapped, which needs the passphrase (kRefused without).
[[nodiscard]] Result<crypto::Secret> read_text_key(const std::string& file,
                                                   const std::optional<std::string>& passphrase);
/// Whether the file lies on the same file system as the data: protects nothing against a stolen disk.
[[nodiscard]] bool on_same_disk(const std::string& file, const std::string& data_dir);

class OfficeKeys {
 public:
  [[nodiscard]] static Result<std::unique_ptr<OfficeKeys>> load(const std::string& data_dir);

  [[nodiscard]] const protocol::KeyRing& ring() const { return ring_; }
  [[nodiscard]] const OfficeId& office() const { return ring_.office; }
  /// Random at init; a restored office takes a new one.
  [[nodiscard]] const OfficeEpoch& epoch() const { return epoch_; }
  [[nodiscard]] const SignPort& ack() const { return *ack_; }
  [[nodiscard]] const SignPort& log() const { return *log_; }
  [[nodiscard]] const net::TlsIdentity& tls() const { return tls_; }
  [[nodiscard]] const protocol::SealingKeys& newest_sealing() const { return ring_.sealing.items.back(); }

  /// The routing section of a feedback or rating; nothing when it cannot be opened.
  [[nodiscard]] std::optional<Bytes> open_routing(const protocol::RecordHeader& header,
                                                  ByteView payload) const;

  /// kRefused when it is not the private half of the ring's text key.
  [[nodiscard]] Status unlock(const crypto::Secret& text_key);
  void lock();
  [[nodiscard]] bool is_locked() const;
  /// kLocked while locked.
  [[nodiscard]] Result<Bytes> open_text(const protocol::RecordHeader& header, ByteView payload) const;
  [[nodiscard]] Result<Bytes> open_office_copy(ByteView sealed, SealGeneration generation,
                                               ByteView aad) const;
  [[nodiscard]] Result<Bytes> seal_office_copy(ByteView plain, ByteView aad) const;

 private:
  OfficeKeys() = default;
  protocol::KeyRing ring_;
  OfficeEpoch epoch_;
  std::optional<crypto::KeyPair> ack_;
  std::optional<crypto::KeyPair> log_;
  std::optional<crypto::SealKeyPair> routing_;
  net::TlsIdentity tls_;
  mutable std::mutex mutex_;
  std::optional<crypto::SealKeyPair> text_;  ///< guarded by mutex_
};

}  // namespace huiyin::office
