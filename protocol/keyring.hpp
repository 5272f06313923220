#pragma once
/// The key ring: the one signed, versioned list of what a device trusts. Version is monotonic:
/// a device never takes an older one. Signed by the root key, whose private half lies in the
/// recovery file and nowhere else; the threshold is 1 of 1 in this version.

#include "shared/core/wire_types.hpp"
#include "shared/core/crypto_port.hpp"
#include "shared/core/limits.hpp"

namespace huiyin::protocol {

/// One pair of office sealing keys. Devices seal to the newest they hold.
struct SealingKeys {
  SealGeneration generation;
  SealKey routing;
  SealKey text;
  friend bool operator==(const SealingKeys&, const SealingKeys&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(generation, routing, text);
  }
};

struct KeyRing {
  std::uint32_t version = 0;
  std::uint8_t threshold = 1;
  OfficeId office;  ///< office_id_of(`root`)
  PublicKey root;
  PublicKey ack;                  ///< signs acks
  PublicKey log;                  ///< signs bucket entries, replies and tree heads
  List<KeyPin, 4> tls_pins;       ///< present and next
  List<SealingKeys, 16> sealing;  ///< oldest first
  /// The salt of a reply zone is BLAKE2b(this ‖ area): one per town without a list of towns.
  Salt zone_salt_base;
  std::uint32_t receipt_ops = 3;  ///< Argon2id passes
  std::uint64_t receipt_memory_bytes = 64ULL * 1024 * 1024;
  std::uint8_t protocol_version_min = 1;
  Signature signature;
  friend bool operator==(const KeyRing&, const KeyRing&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, threshold, office, root, ack, log, tls_pins, sealing, zone_salt_base, receipt_ops,
            receipt_memory_bytes, protocol_version_min, signature);
  }
};

void sign_key_ring(const SignPort& root, KeyRing& ring);
/// Whether the root signed it, the office id is the root's, and it holds at least one pin and
/// one pair of sealing keys.
[[nodiscard]] bool verify_key_ring(const HashPort& hashes, const KeyRing& ring);
[[nodiscard]] OfficeId office_id_of(const HashPort& hashes, const PublicKey& root);
[[nodiscard]] DeviceId device_id_of(const HashPort& hashes, const PublicKey& device_key);
[[nodiscard]] Salt zone_salt(const HashPort& hashes, const KeyRing& ring, AreaId zone);
[[nodiscard]] ReceiptTag receipt_tag(const HashPort& hashes, const PublicKey& receipt_key);

}  // namespace huiyin::protocol
