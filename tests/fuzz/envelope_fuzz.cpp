#include "protocol/messages.hpp"
#include "shared/core/limits.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace huiyin;
using namespace huiyin::protocol;

/// Any bytes: refused, or exactly an envelope and its body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView frame(data, size);
  const auto envelope = open_envelope(frame);
  if (!envelope.ok()) {
    FUZZ_CHECK(!envelope.error().text().empty());
    return 0;
  }
  FUZZ_CHECK(size >= kEnvelopeBytes && size <= limits::kFrameBytesMax);
  FUZZ_CHECK(envelope->body.size() + kEnvelopeBytes == size);
  FUZZ_CHECK(!message_name(envelope->type).empty());
  const Bytes again =
      make_frame(static_cast<MessageType>(envelope->type), envelope->revision, envelope->body);
  FUZZ_CHECK(equal(ByteView(again).first(2), frame.first(2)) &&
             equal(ByteView(again).subspan(6), frame.subspan(6)));
  if (const auto refusal = decode<HelloError>(*envelope); refusal.ok()) {
    const Bytes bytes = encode(*refusal);
    const auto same = decode<HelloError>(*open_envelope(bytes));
    FUZZ_CHECK(same.ok() && refusal->code == same->code && refusal->retry_after_s == same->retry_after_s);
  }
  return 0;
}
