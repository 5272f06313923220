#pragma once
/// Every message of protocol version 1. PROTOCOL.md says when each is sent; the sessions hold
/// the rules. Fields are only appended, under a higher revision.

#include "protocol/batch.hpp"
#include "protocol/envelope.hpp"
#include "protocol/keyring.hpp"

namespace huiyin::protocol {

/// Office → device, first: what the signature of Hello is bound to.
struct Challenge {
  static constexpr MessageType kType = MessageType::kChallenge;
  std::uint8_t version_min = kProtocolVersionMin;
  std::uint8_t version_max = kProtocolVersion;
  Nonce nonce;
  OfficeId office;
  OfficeEpoch office_epoch;
  OfficeTime now;
  friend bool operator==(const Challenge&, const Challenge&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version_min, version_max, nonce, office, office_epoch, now);
  }
};

/// Where one side stands in one epoch of a device: the last number and its hash.
struct EpochPosition {
  EpochId epoch;
  Seq through;
  Hash hash;
  friend bool operator==(const EpochPosition&, const EpochPosition&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(epoch, through, hash);
  }
};

/// Device → office. Signed over context ‖ office ‖ challenge nonce ‖ TLS exporter ‖ these fields
/// without the signature.
struct Hello {
  static constexpr MessageType kType = MessageType::kHello;
  std::uint8_t version = kProtocolVersion;  ///< chosen from the challenge
  std::uint8_t version_min = kProtocolVersionMin;
  std::uint8_t version_max = kProtocolVersion;
  DeviceId device;
  Nonce nonce;
  /// Every epoch with records the office has not acknowledged, and always the present one.
  List<EpochPosition, 64> epochs;
  BootId boot;
  BootTime boot_time;
  WallTime wall_time;
  OfficeEpoch known_office_epoch;  ///< of the last Welcome; none before the first
  std::uint64_t unsent = 0;        ///< records without any acknowledgement
  Text<64> software;
  Signature signature;
  friend bool operator==(const Hello&, const Hello&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, version_min, version_max, device, nonce, epochs, boot, boot_time, wall_time,
            known_office_epoch, unsent, software, signature);
  }
};

enum class BucketScope : std::uint8_t { kEveryone = 0, kArea = 1, kDevice = 2 };
}  // namespace huiyin::protocol
template <>
struct huiyin::ChoiceLast<huiyin::protocol::BucketScope> {
  static constexpr auto value = huiyin::protocol::BucketScope::kDevice;
};
namespace huiyin::protocol {

struct Bucket {
  Choice<BucketScope> scope;
  Id<struct BucketTag, 16> id;  ///< area number in the last 4 bytes, or the device id
  friend bool operator==(const Bucket&, const Bucket&) = default;
  friend bool operator<(const Bucket& a, const Bucket& b) {
    return a.scope.value != b.scope.value ? a.scope.value < b.scope.value : a.id < b.id;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(scope, id);
  }
};
[[nodiscard]] Bucket bucket_for_everyone();
[[nodiscard]] Bucket bucket_for_area(AreaId area);
[[nodiscard]] Bucket bucket_for_device(const DeviceId& device);
/// 17 bytes, ordered; for store keys.
[[nodiscard]] Bytes bucket_key(const Bucket& bucket);

/// Office → device: the answer to a good Hello. The receiver's statement wins: the device sends
/// again whatever comes after these positions.
struct Welcome {
  static constexpr MessageType kType = MessageType::kWelcome;
  OfficeEpoch office_epoch;
  OfficeTime now;
  List<EpochPosition, 64> have;  ///< contiguous from the epoch's first record; absent: nothing
  std::uint64_t tree_size = 0;
  std::uint64_t backed_up_size = 0;
  List<Bucket, limits::kBucketsFollowedMax> buckets;
  friend bool operator==(const Welcome&, const Welcome&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(office_epoch, now, have, tree_size, backed_up_size, buckets);
  }
};

enum class HelloErrorCode : std::uint8_t {
  kVersion = 1,  ///< no common protocol version
  kUnknownDevice = 2,
  kRevoked = 3,
  kBadSignature = 4,
  kMalformed = 5,
  kBusy = 6,
  kCodeUnknown = 7,  ///< enrolment: no such code, or used by another device
  kCodeExpired = 8,
};

/// Frozen for ever, its body not a cereal body: u8 code, u8 version_min, u8 version_max,
/// u32 little-endian retry_after_s, u8 length, text in UTF-8.
struct HelloError {
  static constexpr MessageType kType = MessageType::kHelloError;
  HelloErrorCode code = HelloErrorCode::kMalformed;
  std::uint8_t version_min = kProtocolVersionMin;
  std::uint8_t version_max = kProtocolVersion;
  std::uint32_t retry_after_s = 0;
  std::string text;  ///< at most 200 bytes
  friend bool operator==(const HelloError&, const HelloError&) = default;
};

/// Device → office, instead of Hello, by a device that nobody knows yet. The code itself never
/// travels: `proof` = BLAKE2b(context ‖ code key ‖ challenge nonce ‖ exporter ‖ device key), and
/// the signature proves that the device holds its key.
struct Enrol {
  static constexpr MessageType kType = MessageType::kEnrol;
  CodeId code;
  PublicKey device_key;
  Hash proof;
  Text<64> software;
  Signature signature;  ///< over context ‖ office ‖ nonce ‖ exporter ‖ code ‖ proof
  friend bool operator==(const Enrol&, const Enrol&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(code, device_key, proof, software, signature);
  }
};

/// Office → device: what a device needs to begin. The key ring follows in the everyone bucket
/// as well, whenever it changes.
struct EnrolResult {
  static constexpr MessageType kType = MessageType::kEnrolResult;
  OfficeId office;
  OfficeEpoch office_epoch;
  OfficeTime now;
  Text<limits::kNameBytesMax> device_name;
  AreaId area;               ///< where it stands
  AreaId reply_zone;         ///< whose bucket carries the replies: the town, by default
  Text<200> staff_pin_hash;  ///< Argon2id; the PIN itself stands on the enrolment sheet
  KeyRing ring;
  friend bool operator==(const EnrolResult&, const EnrolResult&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(office, office_epoch, now, device_name, area, reply_zone, staff_pin_hash, ring);
  }
};

/// Device → office.
struct Push {
  static constexpr MessageType kType = MessageType::kPush;
  RecordBatch batch;
  friend bool operator==(const Push&, const Push&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(batch);
  }
};

enum class Verdict : std::uint8_t { kAccepted = 0, kDuplicate = 1, kQuarantined = 2, kRejected = 3 };
}  // namespace huiyin::protocol
template <>
struct huiyin::ChoiceLast<huiyin::protocol::Verdict> {
  static constexpr auto value = huiyin::protocol::Verdict::kRejected;
};
namespace huiyin::protocol {

/// `count` records from `first`, in ledger leaves from `first_leaf` on.
struct AckRun {
  Seq first;
  std::uint32_t count = 0;
  LedgerOffset first_leaf;
  friend bool operator==(const AckRun&, const AckRun&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(first, count, first_leaf);
  }
};
struct AckException {
  Seq seq;
  Choice<Verdict> verdict;
  Text<120> reason;
  friend bool operator==(const AckException&, const AckException&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(seq, verdict, reason);
  }
};

/// What an ack states. It stands alone: bundles copy it, merging is set union per office epoch.
/// A record that stands in a run is durable at the office; an exception adds that it was there
/// before (duplicate), waits for judgement (quarantined), or was not taken (rejected: in no run).
struct AckBody {
  OfficeId office;
  OfficeEpoch office_epoch;
  DeviceId device;
  EpochId epoch;
  BranchId branch;
  List<AckRun, limits::kAckRunsMax> runs;
  List<AckException, limits::kAckExceptionsMax> exceptions;
  std::uint64_t tree_size = 0;
  Hash root;
  std::uint64_t backed_up_size = 0;  ///< a record is backed up when its leaf is below it
  friend bool operator==(const AckBody&, const AckBody&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(office, office_epoch, device, epoch, branch, runs, exceptions, tree_size, root, backed_up_size);
  }
};
struct Ack {
  static constexpr MessageType kType = MessageType::kAck;
  AckBody body;
  Signature signature;  ///< by the ack key over context ‖ office ‖ body
  friend bool operator==(const Ack&, const Ack&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(body, signature);
  }
};
[[nodiscard]] Ack sign_ack(const SignPort& ack_key, AckBody body);
[[nodiscard]] bool verify_ack(const HashPort& hashes, const PublicKey& ack_key, const Ack& ack);

/// Device → office: send me these buckets after these places. Restated at every connection.
struct BucketPosition {
  Bucket bucket;
  OfficeEpoch office_epoch;  ///< of the place; another than the office's means "from the start"
  BucketOffset after;
  friend bool operator==(const BucketPosition&, const BucketPosition&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bucket, office_epoch, after);
  }
};
struct Pull {
  static constexpr MessageType kType = MessageType::kPull;
  List<BucketPosition, limits::kBucketsFollowedMax> positions;
  friend bool operator==(const Pull&, const Pull&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(positions);
  }
};

namespace bucket_entry_type {
constexpr std::uint16_t kReply = 1;       ///< body: ReplyEntry
constexpr std::uint16_t kKeyRing = 2;     ///< body: KeyRing
constexpr std::uint16_t kCategories = 3;  ///< body: civic CategoryList
constexpr std::uint16_t kAreas = 4;       ///< body: civic AreaList
constexpr std::uint16_t kOfficeInfo = 5;  ///< body: civic OfficeInfo
}  // namespace bucket_entry_type

struct BucketEntry {
  BucketOffset offset;
  std::uint16_t type = 0;
  Blob<limits::kBucketEntryBytesMax> body;
  Signature signature;  ///< by the office's log key over context ‖ office ‖ bucket ‖ type ‖ body
  friend bool operator==(const BucketEntry&, const BucketEntry&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(offset, type, body, signature);
  }
};
[[nodiscard]] Signature sign_bucket_entry(const SignPort& log_key, const OfficeId& office,
                                          const Bucket& bucket, std::uint16_t type, ByteView body);
[[nodiscard]] bool verify_bucket_entry(const HashPort& hashes, const PublicKey& log_key,
                                       const OfficeId& office, const Bucket& bucket,
                                       const BucketEntry& entry);

/// Office → device: a stretch of one bucket. Nothing of it counts before its Checkpoint.
struct Delta {
  static constexpr MessageType kType = MessageType::kDelta;
  Bucket bucket;
  List<BucketEntry, limits::kDeltaEntriesMax> entries;
  friend bool operator==(const Delta&, const Delta&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bucket, entries);
  }
};
/// Office → device: apply all deltas since the last checkpoint, in one transaction, if their
/// checksum is this one; then you stand here.
struct Checkpoint {
  static constexpr MessageType kType = MessageType::kCheckpoint;
  OfficeEpoch office_epoch;
  List<BucketPosition, limits::kBucketsFollowedMax> positions;
  Hash checksum;  ///< BLAKE2b over the bodies of those Delta messages, in order
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(office_epoch, positions, checksum);
  }
};

struct Ping {
  static constexpr MessageType kType = MessageType::kPing;
  bool answer = false;
  std::uint64_t token = 0;
  friend bool operator==(const Ping&, const Ping&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(answer, token);
  }
};

/// Either side: I close this now; do not come back before `retry_after_s`.
struct GoAway {
  static constexpr MessageType kType = MessageType::kGoAway;
  std::uint32_t retry_after_s = 0;
  Text<120> reason;
  friend bool operator==(const GoAway&, const GoAway&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(retry_after_s, reason);
  }
};

// --- frames: envelope and body together. decode() refuses another type, an unknown revision,
// and every byte that is not as it must be.
template <class Message>
[[nodiscard]] Bytes encode(const Message& message);
template <class Message>
[[nodiscard]] Result<Message> decode(const Envelope& envelope);

template <>
Bytes encode<HelloError>(const HelloError& message);
template <>
Result<HelloError> decode<HelloError>(const Envelope& envelope);

/// The same for values that are stored or sealed and have no envelope. Instantiated in codec.cpp.
template <class T>
[[nodiscard]] Bytes wire_bytes(const T& value);
template <class T>
[[nodiscard]] Result<T> wire_value(ByteView bytes, std::string_view what);

/// The bytes that Hello's and Enrol's signatures cover, in parts.
[[nodiscard]] Bytes hello_signed_part(const Hello& hello);
[[nodiscard]] Hash enrol_proof(const HashPort& hashes, const Hash& code_key, const Nonce& nonce,
                               const Exporter& exporter, const PublicKey& device_key);

}  // namespace huiyin::protocol
