#pragma once
/// One message of each kind with fixed, plausible contents: the golden bytes are made of these,
/// the fuzz corpus is seeded from them, and tests change one thing about them at a time.

#include "protocol/payloads.hpp"
#include "tests/protocol/sodium_port.hpp"

namespace huiyin::protocol::testing {

/// The actors of all tests.
struct Cast {
  TestKey root{"root"};
  TestKey ack{"ack"};
  TestKey log{"log"};
  TestKey device{"device"};
  TestKey other_device{"other device"};
  TestKey receipt{"receipt"};
  OfficeId office = office_id_of(hashes(), root.public_key());
  DeviceId device_id = device_id_of(hashes(), device.public_key());
  OfficeEpoch office_epoch = id_named<OfficeEpoch>("office epoch");
  EpochId epoch = id_named<EpochId>("epoch");
  BootId boot = id_named<BootId>("boot");
  Nonce office_nonce = id_named<Nonce>("office nonce");
  Nonce device_nonce = id_named<Nonce>("device nonce");
  Exporter exporter = id_named<Exporter>("exporter");
  OfficeTime now{1'795'000'000'000};
};
[[nodiscard]] const Cast& cast();

[[nodiscard]] RecordHeader sample_header();
/// Three records that belong together: epoch-open, feedback, rating; hashes and salts filled in.
[[nodiscard]] std::vector<Record> sample_chain();
[[nodiscard]] RecordBatch sample_batch();
[[nodiscard]] KeyRing sample_ring();

[[nodiscard]] HelloError sample_hello_error();
[[nodiscard]] Challenge sample_challenge();
[[nodiscard]] Hello sample_hello();
[[nodiscard]] Welcome sample_welcome();
[[nodiscard]] Enrol sample_enrol();
[[nodiscard]] EnrolResult sample_enrol_result();
[[nodiscard]] Push sample_push();
[[nodiscard]] Ack sample_ack();
[[nodiscard]] Pull sample_pull();
[[nodiscard]] Delta sample_delta();
[[nodiscard]] Checkpoint sample_checkpoint();
[[nodiscard]] Ping sample_ping();
[[nodiscard]] GoAway sample_go_away();

[[nodiscard]] EpochOpen sample_epoch_open();
[[nodiscard]] FeedbackRouting sample_routing();
[[nodiscard]] FeedbackText sample_text();
[[nodiscard]] Rating sample_rating();
[[nodiscard]] ReplyBody sample_reply_body();
[[nodiscard]] ReplyEntry sample_reply_entry();

/// A frame of every message type, in the order of the types.
[[nodiscard]] std::vector<Bytes> sample_frames();

}  // namespace huiyin::protocol::testing
