#pragma once
/// A batch: consecutive records of one epoch as columns, with the signature of the last one.
/// Hashes are recomputed, not sent. At most limits::kBatchRecordsMax records and kBatchBytesMax
/// bytes. Payload lengths stand outside the payloads, so one unreadable record harms no other.

#include <vector>

#include "protocol/record.hpp"
#include "shared/core/limits.hpp"

namespace huiyin::protocol {

/// The last trusted office time a device knows, in steps of 10 minutes: {office time, boot id,
/// boot-time clock} at that moment. Zeros when it never met its office.
struct TimeAnchor {
  std::uint64_t office_steps = 0;
  BootId boot;
  std::uint32_t boot_steps = 0;
  friend bool operator==(const TimeAnchor&, const TimeAnchor&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(office_steps, boot, boot_steps);
  }
};

/// What neighbouring records mostly share; a record names its shape by number.
struct RecordShape {
  std::uint16_t type = 0;
  std::uint16_t revision = 0;
  FormId form;
  AreaId area;
  std::uint8_t flags = 0;
  std::uint8_t seal_mode = 0;
  SealGeneration generation;
  friend bool operator==(const RecordShape&, const RecordShape&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(type, revision, form, area, flags, seal_mode, generation);
  }
};

/// From record `index` on, the clocks have moved by these steps since the record before.
struct TimeStep {
  std::uint8_t index = 0;
  std::int32_t boot_delta = 0;
  std::int32_t wall_delta = 0;
  friend bool operator==(const TimeStep&, const TimeStep&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(index, boot_delta, wall_delta);
  }
};

struct AttachmentColumn {
  std::uint8_t index = 0;
  List<Hash, limits::kAttachmentsMax> ids;
  friend bool operator==(const AttachmentColumn&, const AttachmentColumn&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(index, ids);
  }
};

struct RecordBatch {
  EpochId epoch;
  Seq base;
  /// Hash before the base record: 8 bytes when the receiver is known to have it, else all 32.
  Blob<32> previous;
  TimeAnchor anchor;
  std::uint32_t boot_steps = 0;  ///< of the base record
  std::uint32_t wall_steps = 0;
  List<RecordShape, limits::kBatchRecordsMax> shapes;
  List<std::uint8_t, limits::kBatchRecordsMax> shape_of;  ///< one per record: its count is the batch's
  List<TimeStep, limits::kBatchRecordsMax> time_steps;
  List<AttachmentColumn, limits::kBatchRecordsMax> attachments;
  List<std::uint32_t, limits::kBatchRecordsMax> payload_bytes;
  Blob<limits::kBatchBytesMax> payloads;
  List<SaltSeed, 4> salt_seeds;  ///< one per block of 64 touched, in order
  Signature signature;           ///< of the last record's head
  friend bool operator==(const RecordBatch&, const RecordBatch&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(epoch, base, previous, anchor, boot_steps, wall_steps, shapes, shape_of, time_steps, attachments,
            payload_bytes, payloads, salt_seeds, signature);
  }
};

/// The records must be consecutive, of one epoch, and within the limits: fits() says so before.
class BatchBuilder {
 public:
  BatchBuilder(const Hash& previous, bool receiver_has_previous, const TimeAnchor& anchor);
  /// Takes the record, or says false when the batch is full. `seed` is that of the record's block.
  [[nodiscard]] bool add(const RecordHeader& header, ByteView payload, const SaltSeed& seed);
  [[nodiscard]] bool empty() const { return batch_.shape_of.items.empty(); }
  [[nodiscard]] RecordBatch finish(const Signature& last_head);

 private:
  RecordBatch batch_;
  RecordHeader last_;
  std::uint64_t seed_block_ = 0;
};

/// Rebuilds every header, recomputes the chain from `previous`, and checks the head signature.
/// `previous` is the full hash before the base record. kMalformed when the columns do not fit
/// each other, kBadSignature when the evidence does not hold.
[[nodiscard]] Result<std::vector<Record>> verify_batch(const HashPort& hashes, const RecordBatch& batch,
                                                       const OfficeId& office, const DeviceId& device,
                                                       const PublicKey& device_key, const Hash& previous);

}  // namespace huiyin::protocol
