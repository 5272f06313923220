#include "protocol/envelope.hpp"

#include "shared/core/check.hpp"
#include "shared/core/limits.hpp"

namespace huiyin::protocol {

Result<Envelope> open_envelope(ByteView frame) {
  if (frame.size() > limits::kFrameBytesMax)
    return error(Code::kTooLarge, "a frame of " + std::to_string(frame.size()) + " bytes is above the limit");
  if (frame.size() < kEnvelopeBytes) return error(Code::kMalformed, "a frame is shorter than its envelope");
  if (frame[0] != 'H' || frame[1] != 'Y') return error(Code::kMalformed, "a frame does not begin with HY");
  Envelope envelope;
  envelope.version = frame[2];
  envelope.type = frame[3];
  envelope.revision = frame[4];
  envelope.flags = frame[5];
  const std::size_t length = static_cast<std::size_t>(frame[6]) | static_cast<std::size_t>(frame[7]) << 8U |
                             static_cast<std::size_t>(frame[8]) << 16U |
                             static_cast<std::size_t>(frame[9]) << 24U;
  if (length != frame.size() - kEnvelopeBytes)
    return error(Code::kMalformed, "a frame's declared length is not its length");
  const bool frozen = envelope.type == static_cast<std::uint8_t>(MessageType::kHelloError);
  if (!frozen && (envelope.version < kProtocolVersionMin || envelope.version > kProtocolVersion))
    return error(Code::kUnsupported, "a frame of protocol version " + std::to_string(envelope.version), {},
                 "this program speaks " + std::to_string(kProtocolVersionMin) + " to " +
                     std::to_string(kProtocolVersion));
  envelope.body = frame.subspan(kEnvelopeBytes);
  return envelope;
}

Bytes make_frame(MessageType type, std::uint8_t revision, ByteView body) {
  HUIYIN_CHECK(body.size() + kEnvelopeBytes <= limits::kFrameBytesMax);
  Bytes frame{'H', 'Y', kProtocolVersion, static_cast<std::uint8_t>(type), revision, 0};
  for (unsigned shift = 0; shift < 32; shift += 8)
    frame.push_back(static_cast<std::uint8_t>(body.size() >> shift));
  append(frame, body);
  return frame;
}

std::string message_name(std::uint8_t type) {
  switch (static_cast<MessageType>(type)) {
    case MessageType::kHelloError: return "HelloError";
    case MessageType::kChallenge: return "Challenge";
    case MessageType::kHello: return "Hello";
    case MessageType::kWelcome: return "Welcome";
    case MessageType::kEnrol: return "Enrol";
    case MessageType::kEnrolResult: return "EnrolResult";
    case MessageType::kPush: return "Push";
    case MessageType::kAck: return "Ack";
    case MessageType::kPull: return "Pull";
    case MessageType::kDelta: return "Delta";
    case MessageType::kCheckpoint: return "Checkpoint";
    case MessageType::kPing: return "Ping";
    case MessageType::kGoAway: return "GoAway";
  }
  return "type " + std::to_string(type);
}

}  // namespace huiyin::protocol
