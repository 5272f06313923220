/// What the browser's module offers. Numbers and pointers only; the caller copies bytes into
/// memory that hy_alloc gave, calls, and copies the result from hy_result before the next call.
///
/// A call returns the length of its result, or -1: then the result is a message in UTF-8 that
/// says why. Nothing a caller passes as bytes can trap; a pointer or length that is not what
/// hy_alloc gave is the page's own bug.

#include <cstdlib>

#include "protocol/edge_session.hpp"
#include "protocol/office_session.hpp"
#include "protocol/payloads.hpp"

#define HUIYIN_EXPORT(name) extern "C" __attribute__((export_name(#name)))
#define HUIYIN_IMPORT(name) extern "C" __attribute__((import_module("huiyin"), import_name(#name)))

// BLAKE2b-256, SHA-256 and Ed25519 of the page (@noble): `out` has 32 bytes.
HUIYIN_IMPORT(blake2b) void huiyin_blake2b(const std::uint8_t* bytes, std::size_t size, std::uint8_t* out);
HUIYIN_IMPORT(sha256) void huiyin_sha256(const std::uint8_t* bytes, std::size_t size, std::uint8_t* out);
HUIYIN_IMPORT(verify)
int huiyin_verify(const std::uint8_t* key, const std::uint8_t* bytes, std::size_t size,
                  const std::uint8_t* signature);

namespace {
using namespace huiyin;
using namespace huiyin::protocol;

class PageHashes final : public HashPort {
 public:
  Hash blake2b(std::initializer_list<ByteView> parts) const override {
    Hash hash;
    const Bytes all = joined(parts);
    huiyin_blake2b(all.data(), all.size(), hash.bytes.data());
    return hash;
  }
  Hash sha256(std::initializer_list<ByteView> parts) const override {
    Hash hash;
    const Bytes all = joined(parts);
    huiyin_sha256(all.data(), all.size(), hash.bytes.data());
    return hash;
  }
  bool verify(const PublicKey& key, std::initializer_list<ByteView> parts,
              const Signature& signature) const override {
    const Bytes all = joined(parts);
    return huiyin_verify(key.bytes.data(), all.data(), all.size(), signature.bytes.data()) == 1;
  }

 private:
  static Bytes joined(std::initializer_list<ByteView> parts) {
    Bytes all;
    for (const ByteView part : parts) append(all, part);
    return all;
  }
};

const PageHashes& hashes() {
  static const PageHashes port;
  return port;
}

Bytes& result() {
  static Bytes bytes;
  return bytes;
}
int give(Bytes bytes) {
  result() = std::move(bytes);
  return static_cast<int>(result().size());
}
int fail(const std::string& why) {
  result() = to_bytes(as_bytes(why));
  return -1;
}

template <class Message>
int again(const Envelope& envelope) {
  const auto message = decode<Message>(envelope);
  return message.ok() ? give(encode(*message)) : fail(message.error().text());
}
}  // namespace

HUIYIN_EXPORT(hy_alloc) std::uint8_t* hy_alloc(std::size_t size) {
  return static_cast<std::uint8_t*>(std::malloc(size == 0 ? 1 : size));
}
HUIYIN_EXPORT(hy_free) void hy_free(std::uint8_t* memory) { std::free(memory); }
HUIYIN_EXPORT(hy_result) const std::uint8_t* hy_result() { return result().data(); }
HUIYIN_EXPORT(hy_result_size) std::size_t hy_result_size() { return result().size(); }
HUIYIN_EXPORT(hy_protocol_version) int hy_protocol_version() { return kProtocolVersion; }

/// Decodes a frame of any message and encodes it again: the same bytes, or an error.
HUIYIN_EXPORT(hy_roundtrip) int hy_roundtrip(const std::uint8_t* bytes, std::size_t size) {
  const auto envelope = open_envelope(ByteView(bytes, size));
  if (!envelope.ok()) return fail(envelope.error().text());
  switch (static_cast<MessageType>(envelope->type)) {
    case MessageType::kHelloError: return again<HelloError>(*envelope);
    case MessageType::kChallenge: return again<Challenge>(*envelope);
    case MessageType::kHello: return again<Hello>(*envelope);
    case MessageType::kWelcome: return again<Welcome>(*envelope);
    case MessageType::kEnrol: return again<Enrol>(*envelope);
    case MessageType::kEnrolResult: return again<EnrolResult>(*envelope);
    case MessageType::kPush: return again<Push>(*envelope);
    case MessageType::kAck: return again<Ack>(*envelope);
    case MessageType::kPull: return again<Pull>(*envelope);
    case MessageType::kDelta: return again<Delta>(*envelope);
    case MessageType::kCheckpoint: return again<Checkpoint>(*envelope);
    case MessageType::kPing: return again<Ping>(*envelope);
    case MessageType::kGoAway: return again<GoAway>(*envelope);
  }
  return fail(message_name(envelope->type) + " is not known");
}

/// record_hash of a header: `previous` and `digest` have 32 bytes. The result has 32.
HUIYIN_EXPORT(hy_record_hash)
int hy_record_hash(const std::uint8_t* previous, const std::uint8_t* header, std::size_t header_size,
                   const std::uint8_t* digest) {
  const auto parsed = parse_header(ByteView(header, header_size));
  if (!parsed.ok()) return fail(parsed.error().text());
  return give(to_bytes(record_hash(hashes(), Hash::prefix(ByteView(previous, Hash::kSize)),
                                   header_bytes(*parsed), Hash::prefix(ByteView(digest, Hash::kSize)))
                           .view()));
}

/// Verifies a Push frame as an office does; the result is digest ‖ hash of each record.
HUIYIN_EXPORT(hy_verify_push)
int hy_verify_push(const std::uint8_t* frame, std::size_t size, const std::uint8_t* office,
                   const std::uint8_t* device, const std::uint8_t* device_key, const std::uint8_t* previous) {
  const auto envelope = open_envelope(ByteView(frame, size));
  if (!envelope.ok()) return fail(envelope.error().text());
  const auto push = decode<Push>(*envelope);
  if (!push.ok()) return fail(push.error().text());
  const auto records =
      verify_batch(hashes(), push->batch, OfficeId::prefix(ByteView(office, OfficeId::kSize)),
                   DeviceId::prefix(ByteView(device, DeviceId::kSize)),
                   PublicKey::prefix(ByteView(device_key, PublicKey::kSize)),
                   Hash::prefix(ByteView(previous, Hash::kSize)));
  if (!records.ok()) return fail(records.error().text());
  Bytes all;
  for (const Record& record : *records) {
    append(all, record.digest.view());
    append(all, record.hash.view());
  }
  return give(std::move(all));
}
