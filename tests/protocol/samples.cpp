#include "tests/protocol/samples.hpp"

namespace huiyin::protocol::testing {

const Cast& cast() {
  static const Cast all;
  return all;
}

RecordHeader sample_header() {
  RecordHeader header;
  header.device = cast().device_id;
  header.epoch = cast().epoch;
  header.seq = {63};
  header.type = record_type::kFeedback;
  header.revision = 1;
  header.form = {0};
  header.boot_steps = 12;
  header.wall_steps = 2'991'666;
  header.area = {1204};
  header.flags = 0;
  header.seal_mode = static_cast<std::uint8_t>(SealMode::kX25519ChaCha);
  header.generation = {1};
  header.attachments = {id_named<Hash>("attachment")};
  return header;
}

std::vector<Record> sample_chain() {
  // 63 and 64 lie in two blocks of salts.
  const SaltSeed seeds[] = {id_named<SaltSeed>("seed 0"), id_named<SaltSeed>("seed 1")};
  std::vector<Record> chain(3);
  Hash previous;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    Record& record = chain[i];
    record.header = sample_header();
    record.header.seq = {62 + i};
    record.header.wall_steps += static_cast<std::uint32_t>(i / 2);
    if (i == 0) {
      record.header.type = record_type::kEpochOpen;
      record.header.seal_mode = 0;
      record.header.generation = {0};
      record.header.attachments.clear();
      record.payload = make_payload(wire_bytes(sample_epoch_open()), {});
    } else if (i == 1) {
      record.payload = make_payload({}, id_named<Hash>("sealed bytes").view());
    } else {
      record.header.type = record_type::kRating;
      record.header.attachments.clear();
      record.payload = make_payload(as_bytes("clear"), as_bytes("sealed"));
    }
    record.header.payload_bytes = static_cast<std::uint32_t>(record.payload.size());
    record.salt = record_salt(hashes(), seeds[record.header.seq.value / kSaltBlock], record.header.seq);
    record.digest = payload_digest(hashes(), record.salt, record.payload);
    record.hash = record_hash(hashes(), previous, header_bytes(record.header), record.digest);
    previous = record.hash;
  }
  return chain;
}

RecordBatch sample_batch() {
  const std::vector<Record> chain = sample_chain();
  BatchBuilder builder(Hash{}, false, TimeAnchor{2'991'600, cast().boot, 3});
  for (const Record& record : chain)
    if (!builder.add(record.header, record.payload,
                     id_named<SaltSeed>(record.header.seq.value < kSaltBlock ? "seed 0" : "seed 1")))
      HUIYIN_CHECK(false);
  return builder.finish(sign_head(cast().device, cast().office, chain.back().header, chain.back().hash));
}

KeyRing sample_ring() {
  KeyRing ring;
  ring.version = 2;
  ring.office = cast().office;
  ring.root = cast().root.public_key();
  ring.ack = cast().ack.public_key();
  ring.log = cast().log.public_key();
  ring.tls_pins.items = {id_named<KeyPin>("pin now"), id_named<KeyPin>("pin next")};
  ring.sealing.items = {{{1}, id_named<SealKey>("routing 1"), id_named<SealKey>("text 1")},
                        {{2}, id_named<SealKey>("routing 2"), id_named<SealKey>("text 2")}};
  ring.zone_salt_base = id_named<Salt>("zones");
  sign_key_ring(cast().root, ring);
  return ring;
}

HelloError sample_hello_error() {
  HelloError message;
  message.code = HelloErrorCode::kBusy;
  message.version_min = 1;
  message.version_max = 1;
  message.retry_after_s = 90;
  message.text = "稍后再试 / try again later";
  return message;
}

Challenge sample_challenge() {
  Challenge message;
  message.nonce = cast().office_nonce;
  message.office = cast().office;
  message.office_epoch = cast().office_epoch;
  message.now = cast().now;
  return message;
}

Hello sample_hello() {
  Hello message;
  message.device = cast().device_id;
  message.nonce = cast().device_nonce;
  message.epochs.items = {{id_named<EpochId>("old epoch"), {61}, id_named<Hash>("61")},
                          {cast().epoch, {64}, sample_chain().back().hash}};
  message.boot = cast().boot;
  message.boot_time = {7'234'567};
  message.wall_time = {-1};
  message.known_office_epoch = cast().office_epoch;
  message.unsent = 3;
  message.software.value = "huiyin-kiosk/0.1.0";
  message.signature =
      cast().device.sign({as_bytes(context::kHello), cast().office.view(), cast().office_nonce.view(),
                          cast().exporter.view(), hello_signed_part(message)});
  return message;
}

Welcome sample_welcome() {
  Welcome message;
  message.office_epoch = cast().office_epoch;
  message.now = cast().now;
  message.have.items = {{id_named<EpochId>("old epoch"), {61}, id_named<Hash>("61")}};
  message.tree_size = 200;
  message.backed_up_size = 150;
  message.buckets.items = {bucket_for_everyone(), bucket_for_area({1204}),
                           bucket_for_device(cast().device_id)};
  return message;
}

Enrol sample_enrol() {
  Enrol message;
  message.code = id_named<CodeId>("code");
  message.device_key = cast().device.public_key();
  message.proof = enrol_proof(hashes(), id_named<Hash>("code key"), cast().office_nonce, cast().exporter,
                              message.device_key);
  message.software.value = "huiyin-kiosk/0.1.0";
  message.signature =
      cast().device.sign({as_bytes(context::kEnrol), cast().office.view(), cast().office_nonce.view(),
                          cast().exporter.view(), message.code.view(), message.proof.view()});
  return message;
}

EnrolResult sample_enrol_result() {
  EnrolResult message;
  message.office = cast().office;
  message.office_epoch = cast().office_epoch;
  message.now = cast().now;
  message.device_name.value = "柳河村便民站";
  message.area = {1204};
  message.reply_zone = {12};
  message.staff_pin_hash.value = "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA";
  message.ring = sample_ring();
  return message;
}

Push sample_push() { return {sample_batch()}; }

Ack sample_ack() {
  AckBody body;
  body.office = cast().office;
  body.office_epoch = cast().office_epoch;
  body.device = cast().device_id;
  body.epoch = cast().epoch;
  body.runs.items = {{{62}, 1, {200}}, {{64}, 1, {201}}};
  body.exceptions.items = {{{63}, {Verdict::kRejected}, {"above a limit"}},
                           {{64}, {Verdict::kQuarantined}, {"unknown form"}}};
  body.tree_size = 202;
  body.root = id_named<Hash>("root of 202 leaves");
  body.backed_up_size = 150;
  return sign_ack(cast().ack, body);
}

Pull sample_pull() {
  return {
      {{{bucket_for_everyone(), cast().office_epoch, {9}}, {bucket_for_area({1204}), OfficeEpoch{}, {0}}}}};
}

Delta sample_delta() {
  Delta message;
  message.bucket = bucket_for_area({1204});
  BucketEntry entry;
  entry.offset = {10};
  entry.type = bucket_entry_type::kReply;
  entry.body.value = wire_bytes(sample_reply_entry());
  entry.signature =
      sign_bucket_entry(cast().log, cast().office, message.bucket, entry.type, entry.body.value);
  message.entries.items = {entry};
  return message;
}

Checkpoint sample_checkpoint() {
  Checkpoint message;
  message.office_epoch = cast().office_epoch;
  message.positions.items = {{bucket_for_area({1204}), cast().office_epoch, {10}}};
  const Bytes frame = encode(sample_delta());
  message.checksum = hashes().blake2b({hashes().blake2b({ByteView(frame).subspan(kEnvelopeBytes)}).view()});
  return message;
}

Ping sample_ping() { return {false, 0x0123456789ABCDEF}; }
GoAway sample_go_away() { return {30, {"the office restarts"}}; }

EpochOpen sample_epoch_open() {
  EpochOpen value;
  value.parent = id_named<EpochId>("old epoch");
  value.parent_through = {61};
  value.parent_hash = id_named<Hash>("61");
  value.reason.value = EpochReason::kBoot;
  value.boot = cast().boot;
  return value;
}

FeedbackRouting sample_routing() { return {{301}, {1204}, 4, cast().receipt.public_key()}; }
FeedbackText sample_text() { return {{"zh-CN"}, {"村口的路灯坏了三周，晚上孩子放学看不见路。"}}; }

Rating sample_rating() {
  Rating value;
  value.receipt = cast().receipt.public_key();
  value.reply_version = 1;
  value.solved.value = Solved::kPartly;
  value.stars = 4;
  sign_rating(cast().receipt, cast().office, value);
  return value;
}

ReplyBody sample_reply_body() {
  return {1,          {ReplyKind::kWillDo}, {"zh-CN"}, {"路灯已列入本周维修。"},
          {"城管所"}, {"Urban Management"}, cast().now};
}

ReplyEntry sample_reply_entry() {
  return {receipt_tag(hashes(), cast().receipt.public_key()),
          1,
          {to_bytes(id_named<Hash>("sealed reply").view())}};
}

std::vector<Bytes> sample_frames() {
  return {encode(sample_hello_error()), encode(sample_challenge()),  encode(sample_hello()),
          encode(sample_welcome()),     encode(sample_enrol()),      encode(sample_enrol_result()),
          encode(sample_push()),        encode(sample_ack()),        encode(sample_pull()),
          encode(sample_delta()),       encode(sample_checkpoint()), encode(sample_ping()),
          encode(sample_go_away())};
}

}  // namespace huiyin::protocol::testing
