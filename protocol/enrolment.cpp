#include "protocol/enrolment.hpp"

#include <algorithm>
#include <charconv>

namespace huiyin::protocol {

namespace {

Error mistyped(const char* part, std::string what, std::string belongs) {
  return error(Code::kInvalid, std::move(what), part, std::move(belongs));
}

bool is_host_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
         c == '_';
}

bool is_ipv6_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

Result<std::string> parse_host(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  const std::string_view host = bracketed ? text.substr(1, text.size() - 2) : text;
  const bool fits = !host.empty() && host.size() <= kHostBytesMax &&
                    std::all_of(host.begin(), host.end(), bracketed ? is_ipv6_character : is_host_character);
  if (!fits)
    return mistyped("address", "the address before the colon is mistyped",
                    "it is a name or numbers with points");
  return std::string(host);
}

Result<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc{} || end != text.data() + text.size() || port == 0 || port > 65535)
    return mistyped("port", "the number after the colon is mistyped", "it is a number from 1 to 65535");
  return static_cast<std::uint16_t>(port);
}

}  // namespace

Result<EnrolmentLine> parse_enrolment_line(std::string_view text) {
  if (text.size() > kEnrolmentLineBytesMax)
    return mistyped("line", "the line is too long", "it is one line: address:port/code/pin");
  std::string line;
  std::copy_if(text.begin(), text.end(), std::back_inserter(line),
               [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
  if (std::count(line.begin(), line.end(), '/') != 2)
    return mistyped("line", "the line does not have three parts",
                    "it is address:port/code/pin, with two slashes");
  const std::size_t first = line.find('/');
  const std::size_t second = line.find('/', first + 1);
  const std::string_view address = std::string_view(line).substr(0, first);
  const std::string_view code_text = std::string_view(line).substr(first + 1, second - first - 1);
  const std::string_view pin_text = std::string_view(line).substr(second + 1);

  EnrolmentLine parsed;
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos)
    return mistyped("port", "the port is missing", "the address is followed by a colon and a number");
  auto host = parse_host(address.substr(0, colon));
  if (!host.ok()) return host.error();
  parsed.host = std::move(*host);
  const auto port = parse_port(address.substr(colon + 1));
  if (!port.ok()) return port.error();
  parsed.port = *port;

  const auto code = from_base32(code_text, EnrolmentCode::kSize);
  if (!code)
    return mistyped("code", "the code between the slashes is mistyped",
                    "it has 26 letters and digits, without U");
  parsed.code = EnrolmentCode::prefix(*code);
  const auto pin = KeyPin::from_text(pin_text);
  if (!pin)
    return mistyped("pin", "the pin after the last slash is mistyped",
                    "it has 32 characters, 0 to 9 and a to f");
  parsed.pin = *pin;
  return parsed;
}

std::string make_enrolment_line(const EnrolmentLine& line) {
  const bool is_ipv6 = line.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + line.host + "]" : line.host;
  return host + ":" + std::to_string(line.port) + "/" + base32(line.code.view()) + "/" + line.pin.text();
}

Hash enrolment_code_key(const HashPort& hashes, const EnrolmentCode& code) {
  return hashes.blake2b({as_bytes("huiyin/code/1"), code.view()});
}

CodeId enrolment_code_id(const HashPort& hashes, const Hash& code_key) {
  return CodeId::prefix(hashes.blake2b({as_bytes("huiyin/code-id/1"), code_key.view()}).view());
}

}  // namespace huiyin::protocol
