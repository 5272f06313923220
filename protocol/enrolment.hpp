#pragma once
/// The one line that brings a device to its office: where the office is, a code that is used
/// once, and the pin of the office's TLS key. Somebody pastes or types it from a sheet.
///
///   host:port/26 Crockford base32 characters/32 hexadecimal digits
///   192.0.2.7:7443/4T5BX0ZGC7KQH8M2N9P1R3S6VW/0f1e2d3c4b5a69788796a5b4c3d2e1f0
///
/// The code never travels: its key proves that the device knows it, its id says which it is.

#include <string>
#include <string_view>

#include "shared/core/crypto_port.hpp"
#include "shared/core/result.hpp"

namespace huiyin::protocol {

using EnrolmentCode = Id<struct EnrolmentCodeTag, 16>;

struct EnrolmentLine {
  std::string host;        ///< a name, an IPv4 address, or an IPv6 address without its brackets
  std::uint16_t port = 0;  ///< 1 … 65535
  EnrolmentCode code;
  KeyPin pin;
  friend bool operator==(const EnrolmentLine&, const EnrolmentLine&) = default;
};

constexpr std::size_t kEnrolmentLineBytesMax = 400;
constexpr std::size_t kHostBytesMax = 253;

/// Forgives what typing does: blanks and tabs anywhere, hyphens and either case in the code,
/// I, L and O for 1 and 0, either case in the pin. kInvalid; `where` names the part that is
/// mistyped ("line", "address", "port", "code" or "pin"), `todo` says what belongs there.
[[nodiscard]] Result<EnrolmentLine> parse_enrolment_line(std::string_view text);
/// What parse_enrolment_line() takes back; for the enrolment sheet.
[[nodiscard]] std::string make_enrolment_line(const EnrolmentLine& line);

/// BLAKE2b-256("huiyin/code/1" ‖ code).
[[nodiscard]] Hash enrolment_code_key(const HashPort& hashes, const EnrolmentCode& code);
/// First 8 bytes of BLAKE2b-256("huiyin/code-id/1" ‖ key): tells nothing about the code.
[[nodiscard]] CodeId enrolment_code_id(const HashPort& hashes, const Hash& code_key);

}  // namespace huiyin::protocol
