#pragma once
/// The record: one immutable thing a device captured, and how it is hashed and signed.
///
///   payload_digest = BLAKE2b-256(salt16 ‖ payload)
///   record_hash    = BLAKE2b-256("huiyin/rec/1" ‖ prev_hash ‖ header ‖ payload_digest)
///
/// Two levels, so that a payload can be erased later and the chain still verifies. The header is
/// hashed and never sent as such: the receiver rebuilds it from the batch. The first record of an
/// epoch has a previous hash of zeros; its payload names the parent.

#include <optional>
#include <vector>

#include "shared/core/wire_types.hpp"
#include "shared/core/crypto_port.hpp"
#include "shared/core/result.hpp"

namespace huiyin::protocol {

/// Numbers are never reused; a type we do not know is kept and carried like any other.
namespace record_type {
constexpr std::uint16_t kEpochOpen = 1;
constexpr std::uint16_t kFeedback = 2;
constexpr std::uint16_t kRating = 3;
constexpr std::uint16_t kSurveyResponse = 4;
}  // namespace record_type

/// How the sealed part of a payload is made; 0: there is none.
enum class SealMode : std::uint8_t { kNone = 0, kX25519ChaCha = 1 };

struct RecordHeader {
  DeviceId device;
  EpochId epoch;
  Seq seq;
  std::uint16_t type = 0;
  std::uint16_t revision = 0;
  FormId form;                   ///< 0: none
  std::uint32_t boot_steps = 0;  ///< boot-time clock in steps of 10 minutes
  std::uint32_t wall_steps = 0;  ///< the device's wall clock in steps of 10 minutes since 1970
  AreaId area;
  std::uint8_t flags = 0;
  std::uint8_t seal_mode = 0;
  SealGeneration generation;      ///< which office sealing keys; 0 when nothing is sealed
  std::vector<Hash> attachments;  ///< at most limits::kAttachmentsMax
  std::uint32_t payload_bytes = 0;

  friend bool operator==(const RecordHeader&, const RecordHeader&) = default;
};

/// Exactly the bytes that are hashed: format 1, big-endian, in the order of the fields.
[[nodiscard]] Bytes header_bytes(const RecordHeader& header);
[[nodiscard]] Result<RecordHeader> parse_header(ByteView bytes);

/// Salts come from one seed per aligned block of 64 sequence numbers.
constexpr std::uint64_t kSaltBlock = 64;
[[nodiscard]] Salt record_salt(const HashPort& hashes, const SaltSeed& seed, Seq seq);

[[nodiscard]] Hash payload_digest(const HashPort& hashes, const Salt& salt, ByteView payload);
[[nodiscard]] Hash record_hash(const HashPort& hashes, const Hash& previous, ByteView header,
                               const Hash& digest);

/// "huiyin/head/1" ‖ office ‖ device ‖ epoch ‖ seq ‖ record_hash, signed at every save.
[[nodiscard]] Signature sign_head(const SignPort& signer, const OfficeId& office, const RecordHeader& header,
                                  const Hash& hash);
[[nodiscard]] bool verify_head(const HashPort& hashes, const PublicKey& device_key, const OfficeId& office,
                               const RecordHeader& header, const Hash& hash, const Signature& signature);

/// A payload is a clear part and a sealed part; either may be empty.
/// Bytes: LEB128 length of the clear part ‖ clear ‖ sealed.
struct PayloadView {
  ByteView clear;
  ByteView sealed;
};
[[nodiscard]] Bytes make_payload(ByteView clear, ByteView sealed);
[[nodiscard]] Result<PayloadView> split_payload(ByteView payload);

/// What a seal is bound to, so that a text moved to another record does not open:
/// device ‖ epoch ‖ seq ‖ form ‖ generation.
[[nodiscard]] Bytes seal_aad(const RecordHeader& header);

/// A record whole, as a device keeps it and as an office has verified it.
struct Record {
  RecordHeader header;
  Salt salt;
  Bytes payload;
  Hash digest;
  Hash hash;
};

}  // namespace huiyin::protocol
