#include <gtest/gtest.h>

#include "protocol/archive.hpp"
#include "tests/protocol/allocations.hpp"
#include "tests/protocol/random_values.hpp"
#include "tests/protocol/samples.hpp"

namespace huiyin::protocol::testing {
namespace {

template <class T>
T sample();
#define HUIYIN_SAMPLE(T, function) \
  template <>                      \
  T sample<T>() {                  \
    return function();             \
  }
HUIYIN_SAMPLE(Challenge, sample_challenge)
HUIYIN_SAMPLE(Hello, sample_hello)
HUIYIN_SAMPLE(Welcome, sample_welcome)
HUIYIN_SAMPLE(Enrol, sample_enrol)
HUIYIN_SAMPLE(EnrolResult, sample_enrol_result)
HUIYIN_SAMPLE(Push, sample_push)
HUIYIN_SAMPLE(Ack, sample_ack)
HUIYIN_SAMPLE(Pull, sample_pull)
HUIYIN_SAMPLE(Delta, sample_delta)
HUIYIN_SAMPLE(Checkpoint, sample_checkpoint)
HUIYIN_SAMPLE(Ping, sample_ping)
HUIYIN_SAMPLE(GoAway, sample_go_away)
#undef HUIYIN_SAMPLE

template <class Message>
class EveryMessage : public ::testing::Test {
 public:
  static Result<Message> decoded(ByteView frame) {
    const auto envelope = open_envelope(frame);
    if (!envelope.ok()) return envelope.error();
    return decode<Message>(*envelope);
  }
  static Result<Message> decoded_body(ByteView body) { return decoded(make_frame(Message::kType, 1, body)); }
};
using Messages = ::testing::Types<Challenge, Hello, Welcome, Enrol, EnrolResult, Push, Ack, Pull, Delta,
                                  Checkpoint, Ping, GoAway>;
TYPED_TEST_SUITE(EveryMessage, Messages);

TYPED_TEST(EveryMessage, Decoded_is_equal_to_what_was_encoded) {
  const TypeParam message = sample<TypeParam>();
  const auto again = TestFixture::decoded(encode(message));
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(*again, message);
}

TYPED_TEST(EveryMessage, Random_contents_come_back_and_encode_to_the_same_bytes) {
  Prng random(20260701);
  for (int i = 0; i < 500; ++i) {
    const auto message = random_value<TypeParam>(random);
    const Bytes frame = encode(message);
    const auto again = TestFixture::decoded(frame);
    ASSERT_TRUE(again.ok()) << again.error().text() << " in round " << i;
    ASSERT_EQ(*again, message) << "round " << i;
    ASSERT_EQ(hex(encode(*again)), hex(frame)) << "round " << i;
  }
}

TYPED_TEST(EveryMessage, Body_cut_at_any_byte_is_malformed) {
  const Bytes body = to_wire(sample<TypeParam>());
  for (std::size_t size = 0; size < body.size(); ++size) {
    const auto message = TestFixture::decoded_body(ByteView(body).first(size));
    ASSERT_FALSE(message.ok()) << "cut to " << size << " of " << body.size();
    ASSERT_EQ(message.error().code, Code::kMalformed);
  }
}

TYPED_TEST(EveryMessage, Bytes_left_over_are_malformed) {
  Bytes body = to_wire(sample<TypeParam>());
  body.push_back(0);
  const auto message = TestFixture::decoded_body(body);
  ASSERT_FALSE(message.ok());
  EXPECT_NE(message.error().text().find("left over"), std::string::npos);
}

TYPED_TEST(EveryMessage, Flipped_bit_gives_an_error_or_a_value_that_encodes_to_the_same_bytes) {
  // There is only one spelling of every value: whatever is accepted is spelled as we would.
  const Bytes body = to_wire(sample<TypeParam>());
  for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
    Bytes damaged = body;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto message = TestFixture::decoded_body(damaged);
    if (message.ok()) {
      ASSERT_EQ(hex(to_wire(*message)), hex(damaged)) << "bit " << bit;
    }
  }
}

TYPED_TEST(EveryMessage, Random_bytes_neither_crash_nor_take_more_memory_than_allowed) {
  Prng random(4711);
  for (int i = 0; i < 2000; ++i) {
    const Bytes body = random.bytes(random.below(200));
    const std::size_t before = bytes_allocated();
    const auto message = TestFixture::decoded_body(body);
    ASSERT_LE(bytes_allocated() - before, limits::kDecodeMemoryBytesMax + 4096);
    if (message.ok()) {
      ASSERT_EQ(hex(to_wire(*message)), hex(body));
    }
  }
}

TYPED_TEST(EveryMessage, Unknown_revision_is_unsupported) {
  for (const int revision : {0, 2, 255}) {
    const auto message = TestFixture::decoded(
        make_frame(TypeParam::kType, static_cast<std::uint8_t>(revision), to_wire(sample<TypeParam>())));
    ASSERT_FALSE(message.ok());
    EXPECT_EQ(message.error().code, Code::kUnsupported);
  }
}

TYPED_TEST(EveryMessage, Another_type_is_refused_with_both_names) {
  const auto other = TypeParam::kType == MessageType::kPing ? MessageType::kGoAway : MessageType::kPing;
  const auto message = TestFixture::decoded(make_frame(other, 1, to_wire(sample<TypeParam>())));
  ASSERT_FALSE(message.ok());
  EXPECT_EQ(message.error().code, Code::kMalformed);
  EXPECT_NE(message.error().text().find(message_name(static_cast<std::uint8_t>(TypeParam::kType))),
            std::string::npos);
}

TYPED_TEST(EveryMessage, At_its_limits_decodes_within_the_memory_budget) {
  const auto message = largest_value<TypeParam>();
  const Bytes body = to_wire(message);
  if (body.size() + kEnvelopeBytes > limits::kFrameBytesMax) {
    // Only a Delta can be built too large; whoever builds one cuts it.
    EXPECT_EQ(TypeParam::kType, MessageType::kDelta);
    return;
  }
  const auto again = TestFixture::decoded_body(body);
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(*again, message);
}

// --- the archive's own refusals, each by itself

template <class T>
std::string problem(std::initializer_list<std::uint8_t> bytes) {
  const auto value = from_wire<T>(Bytes(bytes), "value");
  return value.ok() ? "" : value.error().what;
}

TEST(Archive, Number_is_spelled_in_its_shortest_form_only) {
  EXPECT_EQ(problem<Seq>({0x7F}), "");
  EXPECT_EQ(problem<Seq>({0x80, 0x01}), "");
  EXPECT_EQ(problem<Seq>({0x80, 0x00}), "a number is not in its shortest form");
  EXPECT_EQ(problem<Seq>({0xFF, 0x80, 0x00}), "a number is not in its shortest form");
}

TEST(Archive, Number_has_at_most_64_bits) {
  EXPECT_EQ(problem<Seq>({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}), "");
  EXPECT_EQ(problem<Seq>({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02}),
            "a number is longer than 64 bits");
  EXPECT_EQ(problem<Seq>({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0x00}),
            "a number is longer than 64 bits");
}

TEST(Archive, Number_above_its_type_is_refused) {
  EXPECT_EQ(problem<CategoryCode>({0xFF, 0xFF, 0x03}), "");
  EXPECT_EQ(problem<CategoryCode>({0x80, 0x80, 0x04}), "a number is above its limit");
  EXPECT_EQ(problem<AreaId>({0xFF, 0xFF, 0xFF, 0xFF, 0x0F}), "");
  EXPECT_EQ(problem<AreaId>({0x80, 0x80, 0x80, 0x80, 0x10}), "a number is above its limit");
}

TEST(Archive, Signed_numbers_are_zigzag_over_their_whole_range) {
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}, INT64_MIN, INT64_MAX}) {
    const auto again = from_wire<WallTime>(to_wire(WallTime{ms}), "time");
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->ms, ms);
  }
  EXPECT_EQ(hex(to_wire(WallTime{-1})), "01");
  EXPECT_EQ(hex(to_wire(WallTime{1})), "02");
  std::int32_t small = 0;
  for (const std::int64_t wide : {std::int64_t{INT32_MIN} - 1, std::int64_t{INT32_MAX} + 1}) {
    const Bytes bytes = to_wire(WallTime{wide});
    BoundedInput in(bytes, 0);
    in(small);
    EXPECT_TRUE(in.failed());
    EXPECT_EQ(small, 0);
  }
}

TEST(Archive, Yes_or_no_is_0_or_1) {
  const Bytes good = to_wire(sample_ping());
  for (const std::uint8_t value : {std::uint8_t{2}, std::uint8_t{7}, std::uint8_t{255}}) {
    Bytes body = good;
    body[0] = value;
    const auto ping = from_wire<Ping>(body, "Ping");
    ASSERT_FALSE(ping.ok());
    EXPECT_EQ(ping.error().what, "a yes-or-no is neither");
  }
}

TEST(Archive, Enum_outside_its_values_is_refused) {
  EXPECT_EQ(problem<Choice<Verdict>>({3}), "");
  EXPECT_EQ(problem<Choice<Verdict>>({4}), "a number is above its limit");
  EXPECT_EQ(problem<Choice<BucketScope>>({3}), "a number is above its limit");
  EXPECT_EQ(problem<Choice<EpochReason>>({5}), "a number is above its limit");
  EXPECT_EQ(problem<Choice<Solved>>({3}), "a number is above its limit");
  EXPECT_EQ(problem<Choice<ReplyKind>>({4}), "a number is above its limit");
}

TEST(Archive, Text_is_UTF8_and_within_its_cap) {
  EXPECT_EQ(problem<Text<4>>({3, 0xE8, 0xB7, 0xAF}), "");
  EXPECT_EQ(problem<Text<4>>({2, 0xE8, 0xB7}), "a text is not UTF-8");
  EXPECT_EQ(problem<Text<4>>({2, 0xC0, 0x80}), "a text is not UTF-8");
  EXPECT_EQ(problem<Text<4>>({3, 0xED, 0xA0, 0x80}), "a text is not UTF-8");
  EXPECT_EQ(problem<Text<4>>({5, 'a', 'b', 'c', 'd', 'e'}), "a number is above its limit");
  EXPECT_EQ(problem<Text<4>>({4, 'a', 'b', 'c'}), "the bytes end too early");
}

TEST(Archive, Blob_above_its_cap_is_refused) {
  EXPECT_EQ(problem<Blob<2>>({2, 0xFF, 0xFE}), "");
  EXPECT_EQ(problem<Blob<2>>({3, 1, 2, 3}), "a number is above its limit");
}

TEST(Archive, List_longer_than_the_rest_of_the_message_is_refused) {
  EXPECT_EQ(problem<EnrolResult>({}), "the bytes end too early");
  using Numbers = List<std::uint8_t, 100>;
  EXPECT_EQ(problem<Numbers>({3, 1, 2, 3}), "");
  EXPECT_EQ(problem<Numbers>({4, 1, 2, 3}), "a list says it is longer than the message");
  EXPECT_EQ(problem<Numbers>({101, 1, 2, 3}), "a number is above its limit");
}

TEST(Archive, Nine_bytes_that_declare_2_to_the_40_elements_allocate_nothing) {
  // LEB128 of 2^40, then three more bytes.
  const Bytes body{0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0x01, 0x02, 0x03};
  const Bytes frame = make_frame(MessageType::kPull, 1, body);

  const std::size_t before = bytes_allocated();
  const auto pull = decode<Pull>(*open_envelope(frame));
  const std::size_t spent = bytes_allocated() - before;

  ASSERT_FALSE(pull.ok());
  EXPECT_LE(spent, 1024U) << "only the words of the error";
  EXPECT_EQ(problem<Blob<limits::kBatchBytesMax>>({0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 1, 2, 3}),
            "a number is above its limit");
}

TEST(Archive, Memory_budget_of_a_message_is_kept) {
  using Large = List<Hash, 1000>;
  const Bytes bytes = to_wire(Large{std::vector<Hash>(1000)});
  Large list;
  BoundedInput enough(bytes, 1000 * sizeof(Hash));
  enough(list);
  EXPECT_FALSE(enough.failed());
  BoundedInput too_little(bytes, 1000 * sizeof(Hash) - 1);
  const std::size_t before = bytes_allocated();
  too_little(list);
  EXPECT_TRUE(too_little.failed());
  EXPECT_EQ(bytes_allocated(), before);
  EXPECT_STREQ(too_little.problem(), "the message wants more memory than it may have");
}

/// A list of lists of ... : nothing on the wire is nested like this, and nothing may be.
template <unsigned Depth>
struct Nested {
  List<Nested<Depth - 1>, 2> inner;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inner);
  }
};
template <>
struct Nested<0> {
  std::uint8_t value = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(value);
  }
};

TEST(Archive, Lists_nest_to_the_depth_limit_and_no_deeper) {
  Bytes bytes(limits::kDecodeDepthMax, 1);
  bytes.push_back(7);
  EXPECT_TRUE(from_wire<Nested<limits::kDecodeDepthMax>>(bytes, "nested").ok());
  bytes.insert(bytes.begin(), 1);
  const auto deeper = from_wire<Nested<limits::kDecodeDepthMax + 1>>(bytes, "nested");
  ASSERT_FALSE(deeper.ok());
  EXPECT_EQ(deeper.error().what, "lists are nested too deeply");
}

TEST(Archive, After_the_first_error_every_load_yields_zero_and_takes_nothing) {
  const Bytes bytes{0x80, 0x00, 0x55, 0x55, 0x55};
  BoundedInput in(bytes, 100);
  Seq seq{9};
  std::uint8_t byte = 9;
  Text<8> text{"old"};
  in(seq, byte, text);
  EXPECT_TRUE(in.failed());
  EXPECT_EQ(seq.value, 0U);
  EXPECT_EQ(byte, 0);
  EXPECT_EQ(in.position(), 2U);
  EXPECT_EQ(in.remaining(), 0U);
  EXPECT_STREQ(in.problem(), "a number is not in its shortest form");
}

TEST(Archive, Own_value_above_its_cap_is_our_bug_and_stops_the_program) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH((void)encode(GoAway{0, {std::string(121, 'x')}}), "broken promise");
  EXPECT_DEATH((void)make_frame(MessageType::kPing, 1, Bytes(limits::kFrameBytesMax)), "broken promise");
}

// --- HelloError: frozen

TEST(HelloErrorFrame, Bytes_are_frozen) {
  HelloError message;
  message.code = HelloErrorCode::kRevoked;
  message.version_min = 1;
  message.version_max = 2;
  message.retry_after_s = 0x01020304;
  message.text = "no";
  EXPECT_EQ(hex(encode(message)),
            "485901010100"
            "0a000000"
            "03"
            "01"
            "02"
            "04030201"
            "02"
            "6e6f");
}

TEST(HelloErrorFrame, Cut_anywhere_is_malformed_and_bytes_of_a_later_version_are_not) {
  const Bytes frame = encode(sample_hello_error());
  const ByteView body = ByteView(frame).subspan(kEnvelopeBytes);
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_FALSE(
        decode<HelloError>(*open_envelope(make_frame(MessageType::kHelloError, 1, body.first(size)))).ok())
        << size;
  Bytes longer = to_bytes(body);
  append(longer, as_bytes("what version 9 adds"));
  const Bytes later = make_frame(MessageType::kHelloError, 9, longer);
  const auto message = decode<HelloError>(*open_envelope(later));
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(*message, sample_hello_error());
}

TEST(HelloErrorFrame, Unknown_code_is_kept_as_it_is) {
  HelloError message = sample_hello_error();
  message.code = HelloErrorCode{200};
  const Bytes frame = encode(message);
  EXPECT_EQ(decode<HelloError>(*open_envelope(frame))->code, HelloErrorCode{200});
}

TEST(HelloErrorFrame, Long_text_is_cut_between_characters) {
  HelloError message;
  for (int i = 0; i < 100; ++i) message.text += "路";
  const Bytes frame = encode(message);
  const auto again = decode<HelloError>(*open_envelope(frame));
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->text.size(), 198U);
}

TEST(HelloErrorFrame, Text_that_is_not_UTF8_is_malformed) {
  Bytes frame = encode(HelloError{HelloErrorCode::kBusy, 1, 1, 0, "ab"});
  frame[frame.size() - 1] = 0xFF;
  EXPECT_EQ(decode<HelloError>(*open_envelope(frame)).error().code, Code::kMalformed);
}

TEST(WireValue, Error_names_what_was_read_and_where) {
  const auto ring = wire_value<KeyRing>(Bytes{1, 1, 2}, "the key ring");
  ASSERT_FALSE(ring.ok());
  EXPECT_EQ(ring.error().where, "the key ring, byte 2");
}

}  // namespace
}  // namespace huiyin::protocol::testing
