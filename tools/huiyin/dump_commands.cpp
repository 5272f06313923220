#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

#include "protocol/messages.hpp"
#include "tools/huiyin/commands.hpp"

namespace huiyin::tools {

namespace {

/// The bytes of a file; when its name ends in .hex, what its hexadecimal text says (# begins a remark).
Result<Bytes> read_frame(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return error(Code::kNotFound, "cannot open the file", file);
  Bytes bytes;
  for (std::istreambuf_iterator<char> at(in), end; at != end && bytes.size() <= 2 * limits::kFrameBytesMax;
       ++at)
    bytes.push_back(static_cast<std::uint8_t>(*at));
  if (file.size() < 4 || file.substr(file.size() - 4) != ".hex") return bytes;
  std::string text;
  bool in_remark = false;  // from '#' to the end of the line
  for (const std::uint8_t byte : bytes) {
    in_remark = byte == '#' || (in_remark && byte != '\n');
    if (!in_remark && std::isspace(byte) == 0) text.push_back(static_cast<char>(byte));
  }
  auto frame = from_hex(text);
  if (!frame) return error(Code::kMalformed, "the file is not hexadecimal", file);
  return *frame;
}

void print_hex(ByteView bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += 16)
    std::printf("  %06zx  %s\n", at,
                hex(bytes.subspan(at, std::min<std::size_t>(16, bytes.size() - at))).c_str());
}

template <class Message>
Status try_decode(const protocol::Envelope& envelope) {
  const auto message = protocol::decode<Message>(envelope);
  if (!message.ok()) return message.error();
  return {};
}

Status check_body(const protocol::Envelope& envelope) {
  using protocol::MessageType;
  switch (static_cast<MessageType>(envelope.type)) {
    case MessageType::kHelloError: return try_decode<protocol::HelloError>(envelope);
    case MessageType::kChallenge: return try_decode<protocol::Challenge>(envelope);
    case MessageType::kHello: return try_decode<protocol::Hello>(envelope);
    case MessageType::kWelcome: return try_decode<protocol::Welcome>(envelope);
    case MessageType::kEnrol: return try_decode<protocol::Enrol>(envelope);
    case MessageType::kEnrolResult: return try_decode<protocol::EnrolResult>(envelope);
    case MessageType::kPush: return try_decode<protocol::Push>(envelope);
    case MessageType::kAck: return try_decode<protocol::Ack>(envelope);
    case MessageType::kPull: return try_decode<protocol::Pull>(envelope);
    case MessageType::kDelta: return try_decode<protocol::Delta>(envelope);
    case MessageType::kCheckpoint: return try_decode<protocol::Checkpoint>(envelope);
    case MessageType::kPing: return try_decode<protocol::Ping>(envelope);
    case MessageType::kGoAway: return try_decode<protocol::GoAway>(envelope);
  }
  return error(Code::kUnsupported, "a message type that this program does not know");
}

int dump_frame(const std::string& file) {
  const auto bytes = read_frame(file);
  if (!bytes.ok()) return refuse(bytes.error());
  const auto envelope = protocol::open_envelope(*bytes);
  if (!envelope.ok()) {
    std::printf("not a frame: %s\n", envelope.error().text().c_str());
    print_hex(*bytes);
    return kFoundWrong;
  }
  std::printf("%s, protocol %u, revision %u, flags %u, body %zu bytes\n",
              protocol::message_name(envelope->type).c_str(), envelope->version, envelope->revision,
              envelope->flags, envelope->body.size());
  print_hex(envelope->body);
  const Status body = check_body(*envelope);
  if (!body.ok()) {
    std::printf("the body is wrong: %s\n", body.error().text().c_str());
    return kFoundWrong;
  }
  std::printf("the body is well formed\n");
  return kDone;
}

}  // namespace

void add_dump_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("dump", "show bytes in words");
  group->require_subcommand(1);
  auto file = std::make_shared<std::string>();
  auto* frame = group->add_subcommand("frame", "one frame from a file (.hex: hexadecimal text)");
  frame->add_option("file", *file, "file")->required();
  frame->callback([&action, file] { action = [file] { return dump_frame(*file); }; });
}

}  // namespace huiyin::tools
