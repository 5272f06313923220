#include "protocol/envelope.hpp"

#include <gtest/gtest.h>

#include "shared/core/limits.hpp"
#include "tests/protocol/samples.hpp"

namespace huiyin::protocol::testing {
namespace {

TEST(Envelope, Frame_of_every_type_opens_to_what_was_put_in) {
  std::uint8_t type = 1;
  for (const Bytes& frame : sample_frames()) {
    const auto envelope = open_envelope(frame);

    ASSERT_TRUE(envelope.ok());
    EXPECT_EQ(envelope->version, kProtocolVersion);
    EXPECT_EQ(envelope->type, type);
    EXPECT_EQ(envelope->revision, 1);
    EXPECT_EQ(envelope->flags, 0);
    EXPECT_EQ(envelope->body.size(), frame.size() - kEnvelopeBytes);
    EXPECT_EQ(message_name(type).find("type "), std::string::npos) << "no name for type " << int{type};
    ++type;
  }
  EXPECT_EQ(type, 14);
}

TEST(Envelope, Length_is_little_endian_and_counts_the_body_only) {
  const Bytes frame = make_frame(MessageType::kPing, 1, Bytes(0x1234));

  EXPECT_EQ(frame[6], 0x34);
  EXPECT_EQ(frame[7], 0x12);
  EXPECT_EQ(frame[8], 0);
  EXPECT_EQ(frame[9], 0);
}

TEST(Envelope, Frame_cut_anywhere_is_refused) {
  const Bytes frame = encode(sample_ping());
  for (std::size_t size = 0; size < frame.size(); ++size) {
    const auto envelope = open_envelope(ByteView(frame).first(size));
    ASSERT_FALSE(envelope.ok()) << size;
    EXPECT_EQ(envelope.error().code, Code::kMalformed);
  }
}

TEST(Envelope, Wrong_magic_is_refused) {
  for (const std::size_t at : {0U, 1U}) {
    Bytes frame = encode(sample_ping());
    frame[at] ^= 0x20U;
    EXPECT_EQ(open_envelope(frame).error().code, Code::kMalformed);
  }
}

TEST(Envelope, Length_that_lies_either_way_is_refused) {
  for (const std::size_t at : {6U, 7U, 8U, 9U}) {
    for (const int by : {1, -1, 0x7F}) {
      Bytes frame = encode(sample_ping());
      frame[at] = static_cast<std::uint8_t>(frame[at] + by);
      EXPECT_EQ(open_envelope(frame).error().code, Code::kMalformed) << at << " " << by;
    }
  }
  Bytes longer = encode(sample_ping());
  longer.push_back(0);
  EXPECT_EQ(open_envelope(longer).error().code, Code::kMalformed);
}

TEST(Envelope, Frame_above_the_limit_is_too_large_and_one_at_the_limit_is_not) {
  const Bytes largest = make_frame(MessageType::kPing, 1, Bytes(limits::kFrameBytesMax - kEnvelopeBytes));
  EXPECT_TRUE(open_envelope(largest).ok());
  EXPECT_EQ(open_envelope(Bytes(limits::kFrameBytesMax + 1)).error().code, Code::kTooLarge);
}

TEST(Envelope, Other_protocol_version_is_unsupported_and_not_called_malformed) {
  for (const int version : {0, 2, 255}) {
    Bytes frame = encode(sample_ping());
    frame[2] = static_cast<std::uint8_t>(version);
    const auto envelope = open_envelope(frame);
    ASSERT_FALSE(envelope.ok());
    EXPECT_EQ(envelope.error().code, Code::kUnsupported);
    EXPECT_NE(envelope.error().text().find("1 to 1"), std::string::npos);
  }
}

TEST(Envelope, HelloError_is_read_in_every_version) {
  for (int version = 0; version < 256; ++version) {
    Bytes frame = encode(sample_hello_error());
    frame[2] = static_cast<std::uint8_t>(version);
    const auto envelope = open_envelope(frame);
    ASSERT_TRUE(envelope.ok()) << version;
    const auto message = decode<HelloError>(*envelope);
    ASSERT_TRUE(message.ok());
    EXPECT_EQ(*message, sample_hello_error());
  }
}

TEST(Envelope, Unknown_type_has_a_name_for_people) { EXPECT_EQ(message_name(99), "type 99"); }

}  // namespace
}  // namespace huiyin::protocol::testing
