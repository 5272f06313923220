#include "protocol/payloads.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace huiyin;
using namespace huiyin::protocol;

namespace {

/// What is accepted has one spelling: encoding it again gives the same bytes.
template <class T>
void value(ByteView bytes) {
  const auto read = wire_value<T>(bytes, "value");
  if (read.ok())
    FUZZ_CHECK(equal(wire_bytes(*read), bytes));
  else
    FUZZ_CHECK(!read.error().text().empty());
}

template <class Message>
void message(ByteView body) {
  const Bytes frame = make_frame(Message::kType, 1, body);
  const auto read = decode<Message>(*open_envelope(frame));
  if (read.ok()) FUZZ_CHECK(equal(encode(*read), frame));
}

using Try = void (*)(ByteView);
constexpr Try kKinds[] = {message<Challenge>,   message<Hello>,         message<Welcome>,    message<Enrol>,
                          message<EnrolResult>, message<Push>,          message<Ack>,        message<Pull>,
                          message<Delta>,       message<Checkpoint>,    message<Ping>,       message<GoAway>,
                          value<EpochOpen>,     value<FeedbackRouting>, value<FeedbackText>, value<Rating>,
                          value<ReplyBody>,     value<ReplyEntry>,      value<KeyRing>,      value<AckBody>,
                          value<TimeAnchor>,    value<RecordBatch>,     value<BucketEntry>};

}  // namespace

/// The first byte says as what the rest is read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > limits::kFrameBytesMax - kEnvelopeBytes) return 0;
  kKinds[data[0] % std::size(kKinds)](ByteView(data + 1, size - 1));
  const auto header = parse_header(ByteView(data + 1, size - 1));
  if (header.ok()) FUZZ_CHECK(equal(header_bytes(*header), ByteView(data + 1, size - 1)));
  if (const auto payload = split_payload(ByteView(data + 1, size - 1)); payload.ok())
    FUZZ_CHECK(equal(make_payload(payload->clear, payload->sealed), ByteView(data + 1, size - 1)));
  return 0;
}
