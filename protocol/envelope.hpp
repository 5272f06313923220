#pragma once
/// The fixed outside of every message, checked before anything is parsed:
///
///   offset 0  'H' 'Y'         magic
///          2  u8              protocol version (1)
///          3  u8              message type
///          4  u8              revision of that type
///          5  u8              flags (bit 0: ignorable by who does not know the type)
///          6  u32 little-end  length of the body, exactly what follows
///
/// One frame is one WebSocket message.

#include "shared/core/bytes.hpp"
#include "shared/core/result.hpp"

namespace huiyin::protocol {

constexpr std::uint8_t kProtocolVersion = 1;
constexpr std::uint8_t kProtocolVersionMin = 1;
constexpr std::size_t kEnvelopeBytes = 10;
constexpr std::uint8_t kFlagIgnorable = 1;

/// Numbers are never reused.
enum class MessageType : std::uint8_t {
  kHelloError = 1,  ///< frozen: every version can read it
  kChallenge = 2,
  kHello = 3,
  kWelcome = 4,
  kEnrol = 5,
  kEnrolResult = 6,
  kPush = 7,
  kAck = 8,
  kPull = 9,
  kDelta = 10,
  kCheckpoint = 11,
  kPing = 12,
  kGoAway = 13,
};

struct Envelope {
  std::uint8_t version = 0;
  std::uint8_t type = 0;
  std::uint8_t revision = 0;
  std::uint8_t flags = 0;
  ByteView body;  ///< into the frame
};

/// Checks magic, size and length; kUnsupported for another version (except HelloError, whose
/// body every version reads).
[[nodiscard]] Result<Envelope> open_envelope(ByteView frame);
[[nodiscard]] Bytes make_frame(MessageType type, std::uint8_t revision, ByteView body);
/// The name of a message type for people, "type 99" for one we do not know.
[[nodiscard]] std::string message_name(std::uint8_t type);

}  // namespace huiyin::protocol
