#include <gtest/gtest.h>

#include "protocol/enrolment.hpp"
#include "shared/crypto/hash.hpp"

namespace huiyin::protocol {
namespace {

const char* const kCode = "4T5BX0ZGC7KQH8M2N9P1R3S6VW";
const char* const kPin = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

std::string line_of(const std::string& address, const std::string& code = kCode,
                    const std::string& pin = kPin) {
  return address + "/" + code + "/" + pin;
}

TEST(EnrolmentLine, What_is_made_is_read_back) {
  EnrolmentLine line{"office.example", 7443, {}, {}};
  for (std::size_t i = 0; i < 16; ++i) line.code.bytes[i] = static_cast<std::uint8_t>(17 * i + 3);
  line.pin.bytes.fill(0xA5);
  EXPECT_EQ(parse_enrolment_line(make_enrolment_line(line)).value(), line);
  line.host = "2001:db8::7";
  EXPECT_EQ(make_enrolment_line(line).rfind("[2001:db8::7]:7443/", 0), 0U);
  EXPECT_EQ(parse_enrolment_line(make_enrolment_line(line)).value(), line);
}

TEST(EnrolmentLine, What_typing_does_is_forgiven) {
  const EnrolmentLine plain = parse_enrolment_line(line_of("10.0.0.7:7443")).value();
  EXPECT_EQ(parse_enrolment_line("  " + line_of("10.0.0.7:7443", "4t5bx-OzgC7-kqh8m-2n9pI-r3s6v w") + " \r\n")
                .value(),
            plain);
  EXPECT_EQ(
      parse_enrolment_line(line_of("10.0.0.7 : 7443", kCode, "0F1E2D3C4B5A6978 8796A5B4C3D2E1F0")).value(),
      plain);
}

TEST(EnrolmentLine, Mistyped_part_is_named) {
  const auto part_of = [](const std::string& text) {
    const auto line = parse_enrolment_line(text);
    EXPECT_FALSE(line.ok()) << text;
    return line.ok() ? "" : line.error().where;
  };
  EXPECT_EQ(part_of(""), "line");
  EXPECT_EQ(part_of("10.0.0.7:7443"), "line");
  EXPECT_EQ(part_of(line_of("10.0.0.7:7443") + "/x"), "line");
  EXPECT_EQ(part_of(std::string(401, 'a')), "line");
  EXPECT_EQ(part_of(line_of(":7443")), "address");
  EXPECT_EQ(part_of(line_of("10.0.0,7:7443")), "address");
  EXPECT_EQ(part_of(line_of("2001:db8::7:7443")), "address") << "brackets are missing";
  EXPECT_EQ(part_of(line_of(std::string(254, 'a') + ":1")), "address");
  for (const char* port :
       {"10.0.0.7", "10.0.0.7:", "10.0.0.7:0", "10.0.0.7:65536", "10.0.0.7:74x3", "10.0.0.7:-1"})
    EXPECT_EQ(part_of(line_of(port)), "port") << port;
  EXPECT_EQ(part_of(line_of("h:1", std::string(kCode).substr(1))), "code");
  EXPECT_EQ(part_of(line_of("h:1", std::string(kCode) + "0")), "code");
  EXPECT_EQ(part_of(line_of("h:1", "U" + std::string(kCode).substr(1))), "code");
  EXPECT_EQ(part_of(line_of("h:1", std::string(kCode).substr(0, 25) + "Z")), "code")
      << "bits that a code does not have";
  EXPECT_EQ(part_of(line_of("h:1", kCode, std::string(kPin).substr(1))), "pin");
  EXPECT_EQ(part_of(line_of("h:1", kCode, "g" + std::string(kPin).substr(1))), "pin");
}

TEST(EnrolmentLine, Every_cut_is_refused) {
  const std::string whole = line_of("10.0.0.7:7443");
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_enrolment_line(whole.substr(0, length)).ok()) << length;
}

TEST(EnrolmentCode, Its_id_and_key_differ_and_depend_on_every_byte) {
  EnrolmentCode code;
  const Hash key = enrolment_code_key(crypto::hash_port(), code);
  const CodeId id = enrolment_code_id(crypto::hash_port(), key);
  EXPECT_FALSE(CodeId::prefix(key.view()) == id);
  for (std::size_t i = 0; i < code.bytes.size(); ++i) {
    EnrolmentCode other = code;
    other.bytes[i] ^= 1;
    const Hash other_key = enrolment_code_key(crypto::hash_port(), other);
    EXPECT_FALSE(other_key == key);
    EXPECT_FALSE(enrolment_code_id(crypto::hash_port(), other_key) == id);
  }
}

}  // namespace
}  // namespace huiyin::protocol
