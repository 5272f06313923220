/// The bytes of every message and wire value, once reviewed and then kept: what is on disks and
/// on the way must stay readable. A new revision adds a file and never edits one.
///
/// HUIYIN_GOLDEN_WRITE=1 writes files that are missing; it refuses to run under CI, and it never
/// overwrites: to change a draft's bytes, delete the file by hand and review the new one.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/protocol/samples.hpp"

namespace huiyin::protocol::testing {
namespace {

std::filesystem::path file_of(const std::string& name) {
  return std::filesystem::path(HUIYIN_SOURCE_DIR) / "tests/golden" / (name + ".hex");
}

/// Hexadecimal in any layout; '#' begins a comment.
std::optional<Bytes> read_golden(const std::string& name) {
  std::ifstream file(file_of(name));
  if (!file) return std::nullopt;
  std::string digits;
  for (std::string line; std::getline(file, line);) {
    line = line.substr(0, line.find('#'));
    std::erase_if(line, [](char c) { return c == ' ' || c == '\r'; });
    digits += line;
  }
  return from_hex(digits);
}

void write_golden(const std::string& name, ByteView bytes, const std::string& comment) {
  std::ofstream file(file_of(name));
  file << "# " << comment << "\n";
  for (std::size_t at = 0; at < bytes.size(); at += 32)
    file << hex(bytes.subspan(at, std::min<std::size_t>(32, bytes.size() - at))) << "\n";
}

/// Compares with the file; writes it instead when that was asked for and it is not there.
void expect_golden(const std::string& name, ByteView bytes, const std::string& comment) {
  auto golden = read_golden(name);
  if (!golden && std::getenv("HUIYIN_GOLDEN_WRITE") != nullptr) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "golden bytes are not made by continuous integration";
    write_golden(name, bytes, comment);
    golden = read_golden(name);
  }
  ASSERT_TRUE(golden.has_value()) << file_of(name) << " is missing or unreadable";
  EXPECT_EQ(hex(bytes), hex(*golden)) << name << ": the bytes changed";
}

template <class Message>
void message_is_golden(const std::string& name, const Message& message, const std::string& comment) {
  expect_golden(name, encode(message), comment);
  const auto bytes = read_golden(name);
  ASSERT_TRUE(bytes.has_value());
  const auto envelope = open_envelope(*bytes);
  ASSERT_TRUE(envelope.ok()) << envelope.error().text();
  const auto read = decode<Message>(*envelope);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(*read, message);
}
template <class T>
void value_is_golden(const std::string& name, const T& value, const std::string& comment) {
  expect_golden(name, wire_bytes(value), comment);
  const auto bytes = read_golden(name);
  ASSERT_TRUE(bytes.has_value());
  const auto read = wire_value<T>(*bytes, name);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(*read, value);
}

TEST(Golden, HelloError) {
  message_is_golden("hello_error_r1", sample_hello_error(), "HelloError: busy, 1..1, 90 s; frozen for ever");
}
TEST(Golden, Challenge) { message_is_golden("challenge_r1", sample_challenge(), "Challenge"); }
TEST(Golden, Hello) { message_is_golden("hello_r1", sample_hello(), "Hello: two epochs, wall time -1 ms"); }
TEST(Golden, Welcome) {
  message_is_golden("welcome_r1", sample_welcome(), "Welcome: one position, three buckets");
}
TEST(Golden, Enrol) { message_is_golden("enrol_r1", sample_enrol(), "Enrol"); }
TEST(Golden, EnrolResult) {
  message_is_golden("enrol_result_r1", sample_enrol_result(),
                    "EnrolResult with a key ring of two generations");
}
TEST(Golden, Push) {
  message_is_golden("push_r1", sample_push(), "Push: records 62 to 64, two salt seeds, one attachment");
}
TEST(Golden, Ack) {
  message_is_golden("ack_r1", sample_ack(), "Ack: two runs, one rejected, one quarantined");
}
TEST(Golden, Pull) { message_is_golden("pull_r1", sample_pull(), "Pull: two buckets"); }
TEST(Golden, Delta) { message_is_golden("delta_r1", sample_delta(), "Delta: one reply in area 1204"); }
TEST(Golden, Checkpoint) {
  message_is_golden("checkpoint_r1", sample_checkpoint(), "Checkpoint over delta_r1");
}
TEST(Golden, Ping) {
  message_is_golden("ping_r1", sample_ping(), "Ping: question, token 0x0123456789abcdef");
}
TEST(Golden, GoAway) { message_is_golden("go_away_r1", sample_go_away(), "GoAway: 30 s"); }

TEST(Golden, Wire_values) {
  value_is_golden("value_epoch_open", sample_epoch_open(), "EpochOpen");
  value_is_golden("value_feedback_routing", sample_routing(), "FeedbackRouting");
  value_is_golden("value_feedback_text", sample_text(), "FeedbackText");
  value_is_golden("value_rating", sample_rating(), "Rating");
  value_is_golden("value_reply_body", sample_reply_body(), "ReplyBody");
  value_is_golden("value_reply_entry", sample_reply_entry(), "ReplyEntry");
  value_is_golden("value_key_ring", sample_ring(), "KeyRing");
}

TEST(Golden, Record_header) {
  const Bytes bytes = header_bytes(sample_header());
  expect_golden("record_header", bytes, "hashed header, format 1, with one attachment");
  const auto golden = read_golden("record_header");
  ASSERT_TRUE(golden.has_value());
  const auto read = parse_header(*golden);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(*read, sample_header());
}

TEST(Golden, Record_chain) {
  Bytes chain;
  for (const Record& record : sample_chain()) {
    append(chain, record.digest.view());
    append(chain, record.hash.view());
  }
  expect_golden("record_chain", chain, "payload digest and record hash of records 62, 63, 64 of push_r1");
  // The records of the golden push, verified, have these hashes.
  const auto frame = read_golden("push_r1");
  ASSERT_TRUE(frame.has_value());
  const auto push = decode<Push>(*open_envelope(*frame));
  ASSERT_TRUE(push.ok());
  const auto records = verify_batch(hashes(), push->batch, cast().office, cast().device_id,
                                    cast().device.public_key(), Hash{});
  ASSERT_TRUE(records.ok()) << records.error().text();
  Bytes again;
  for (const Record& record : *records) {
    append(again, record.digest.view());
    append(again, record.hash.view());
  }
  EXPECT_EQ(hex(again), hex(*read_golden("record_chain")));
}

TEST(Golden, Payload) {
  expect_golden("payload", make_payload(as_bytes("clear"), as_bytes("sealed")),
                "clear part of 5 bytes, then the sealed part");
}

TEST(Golden, Signatures_in_the_files_still_verify) {
  // Ed25519 is deterministic, so the bytes above hold them already; this says that they mean something.
  const auto ack = decode<Ack>(*open_envelope(*read_golden("ack_r1")));
  EXPECT_TRUE(verify_ack(hashes(), cast().ack.public_key(), *ack));
  const auto result = decode<EnrolResult>(*open_envelope(*read_golden("enrol_result_r1")));
  EXPECT_TRUE(verify_key_ring(hashes(), result->ring));
  const auto delta = decode<Delta>(*open_envelope(*read_golden("delta_r1")));
  EXPECT_TRUE(verify_bucket_entry(hashes(), cast().log.public_key(), cast().office, delta->bucket,
                                  delta->entries.items[0]));
}

}  // namespace
}  // namespace huiyin::protocol::testing
