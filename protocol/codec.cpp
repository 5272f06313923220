#include <algorithm>

#include "protocol/archive.hpp"
#include "protocol/messages.hpp"
#include "protocol/payloads.hpp"

namespace huiyin::protocol {

namespace {
constexpr std::uint8_t kRevision = 1;  // of every message so far
constexpr std::size_t kHelloErrorTextBytesMax = 200;

Bytes bytes_of(const Bucket& bucket, std::uint16_t type) {
  Bytes bytes = bucket_key(bucket);
  put_big_endian(bytes, type);
  return bytes;
}

Bytes rating_part(const Rating& rating) {
  Bytes bytes = to_bytes(rating.receipt.view());
  put_big_endian(bytes, rating.reply_version);
  bytes.push_back(static_cast<std::uint8_t>(rating.solved.value));
  bytes.push_back(rating.stars);
  return bytes;
}
}  // namespace

template <class Message>
Bytes encode(const Message& message) {
  return make_frame(Message::kType, kRevision, to_wire(message));
}

template <class Message>
Result<Message> decode(const Envelope& envelope) {
  const std::string name = message_name(envelope.type);
  if (envelope.type != static_cast<std::uint8_t>(Message::kType))
    return error(
        Code::kMalformed,
        name + " where " + message_name(static_cast<std::uint8_t>(Message::kType)) + " was expected");
  if (envelope.revision != kRevision)
    return error(Code::kUnsupported, name + " of revision " + std::to_string(envelope.revision));
  return from_wire<Message>(envelope.body, name);
}

#define HUIYIN_MESSAGE(M)             \
  template Bytes encode<M>(const M&); \
  template Result<M> decode<M>(const Envelope&);
HUIYIN_MESSAGE(Challenge)
HUIYIN_MESSAGE(Hello)
HUIYIN_MESSAGE(Welcome)
HUIYIN_MESSAGE(Enrol)
HUIYIN_MESSAGE(EnrolResult)
HUIYIN_MESSAGE(Push)
HUIYIN_MESSAGE(Ack)
HUIYIN_MESSAGE(Pull)
HUIYIN_MESSAGE(Delta)
HUIYIN_MESSAGE(Checkpoint)
HUIYIN_MESSAGE(Ping)
HUIYIN_MESSAGE(GoAway)
#undef HUIYIN_MESSAGE

// HelloError is frozen: its bytes are written by hand and depend on nothing that may change.
template <>
Bytes encode<HelloError>(const HelloError& message) {
  Bytes body{static_cast<std::uint8_t>(message.code), message.version_min, message.version_max};
  for (unsigned shift = 0; shift < 32; shift += 8)
    body.push_back(static_cast<std::uint8_t>(message.retry_after_s >> shift));
  const std::string_view text = utf8_prefix(message.text, kHelloErrorTextBytesMax);  // never half a character
  body.push_back(static_cast<std::uint8_t>(text.size()));
  append(body, as_bytes(text));
  return make_frame(MessageType::kHelloError, kRevision, body);
}

template <>
Result<HelloError> decode<HelloError>(const Envelope& envelope) {
  const ByteView body = envelope.body;
  if (envelope.type != static_cast<std::uint8_t>(MessageType::kHelloError) || body.size() < 8 ||
      body.size() < std::size_t{8} + body[7])
    return error(Code::kMalformed, "not a HelloError");
  HelloError message;
  message.code = static_cast<HelloErrorCode>(body[0]);
  message.version_min = body[1];
  message.version_max = body[2];
  message.retry_after_s = static_cast<std::uint32_t>(body[3]) | static_cast<std::uint32_t>(body[4]) << 8U |
                          static_cast<std::uint32_t>(body[5]) << 16U |
                          static_cast<std::uint32_t>(body[6]) << 24U;
  message.text = to_string(body.subspan(8, body[7]));
  if (!is_utf8(message.text)) return error(Code::kMalformed, "the text of a HelloError is not UTF-8");
  return message;
}

// --- wire values that other folders store and read; each instantiated here once
template <class T>
Bytes wire_bytes(const T& value) {
  return to_wire(value);
}
template <class T>
Result<T> wire_value(ByteView bytes, std::string_view what) {
  return from_wire<T>(bytes, what);
}
#define HUIYIN_WIRE(T)                    \
  template Bytes wire_bytes<T>(const T&); \
  template Result<T> wire_value<T>(ByteView, std::string_view);
HUIYIN_WIRE(EpochOpen)
HUIYIN_WIRE(FeedbackRouting)
HUIYIN_WIRE(FeedbackText)
HUIYIN_WIRE(Rating)
HUIYIN_WIRE(ReplyBody)
HUIYIN_WIRE(ReplyEntry)
HUIYIN_WIRE(KeyRing)
HUIYIN_WIRE(EnrolResult)
HUIYIN_WIRE(Ack)
HUIYIN_WIRE(AckBody)
HUIYIN_WIRE(TimeAnchor)
HUIYIN_WIRE(RecordBatch)
HUIYIN_WIRE(BucketEntry)
#undef HUIYIN_WIRE

// --- buckets
Bucket bucket_for_everyone() { return {}; }
Bucket bucket_for_area(AreaId area) {
  Bucket bucket;
  bucket.scope.value = BucketScope::kArea;
  Bytes number;
  put_big_endian(number, area.value);
  std::copy(number.begin(), number.end(), bucket.id.bytes.begin() + 12);
  return bucket;
}
Bucket bucket_for_device(const DeviceId& device) {
  Bucket bucket;
  bucket.scope.value = BucketScope::kDevice;
  bucket.id.bytes = device.bytes;
  return bucket;
}
Bytes bucket_key(const Bucket& bucket) {
  Bytes key{static_cast<std::uint8_t>(bucket.scope.value)};
  append(key, bucket.id.view());
  return key;
}
Signature sign_bucket_entry(const SignPort& log_key, const OfficeId& office, const Bucket& bucket,
                            std::uint16_t type, ByteView body) {
  return log_key.sign({as_bytes(context::kBucket), office.view(), bytes_of(bucket, type), body});
}
bool verify_bucket_entry(const HashPort& hashes, const PublicKey& log_key, const OfficeId& office,
                         const Bucket& bucket, const BucketEntry& entry) {
  return hashes.verify(
      log_key, {as_bytes(context::kBucket), office.view(), bytes_of(bucket, entry.type), entry.body.value},
      entry.signature);
}

// --- signed messages
Ack sign_ack(const SignPort& ack_key, AckBody body) {
  Ack ack{std::move(body), {}};
  ack.signature = ack_key.sign({as_bytes(context::kAck), ack.body.office.view(), to_wire(ack.body)});
  return ack;
}
bool verify_ack(const HashPort& hashes, const PublicKey& ack_key, const Ack& ack) {
  return hashes.verify(ack_key, {as_bytes(context::kAck), ack.body.office.view(), to_wire(ack.body)},
                       ack.signature);
}
Bytes hello_signed_part(const Hello& hello) {
  Hello unsigned_hello = hello;
  unsigned_hello.signature = {};
  return to_wire(unsigned_hello);
}
Hash enrol_proof(const HashPort& hashes, const Hash& code_key, const Nonce& nonce, const Exporter& exporter,
                 const PublicKey& device_key) {
  return hashes.blake2b(
      {as_bytes(context::kEnrol), code_key.view(), nonce.view(), exporter.view(), device_key.view()});
}
void sign_rating(const SignPort& receipt_key, const OfficeId& office, Rating& rating) {
  rating.signature = receipt_key.sign({as_bytes(context::kRating), office.view(), rating_part(rating)});
}
bool verify_rating(const HashPort& hashes, const OfficeId& office, const Rating& rating) {
  return hashes.verify(rating.receipt, {as_bytes(context::kRating), office.view(), rating_part(rating)},
                       rating.signature);
}

Bytes reply_aad(const OfficeId& office, const ReceiptTag& tag, std::uint32_t version) {
  Bytes aad = to_bytes(as_bytes(context::kReply));
  append(aad, office.view());
  append(aad, tag.view());
  put_big_endian(aad, version);
  return aad;
}

// --- key ring
namespace {
Bytes unsigned_ring(const KeyRing& ring) {
  KeyRing copy = ring;
  copy.signature = {};
  return to_wire(copy);
}
}  // namespace

void sign_key_ring(const SignPort& root, KeyRing& ring) {
  ring.signature = root.sign({as_bytes(context::kKeyRing), ring.office.view(), unsigned_ring(ring)});
}
bool verify_key_ring(const HashPort& hashes, const KeyRing& ring) {
  return ring.threshold == 1 && !ring.tls_pins.items.empty() && !ring.sealing.items.empty() &&
         office_id_of(hashes, ring.root) == ring.office &&
         hashes.verify(ring.root, {as_bytes(context::kKeyRing), ring.office.view(), unsigned_ring(ring)},
                       ring.signature);
}
OfficeId office_id_of(const HashPort& hashes, const PublicKey& root) {
  return OfficeId::prefix(hashes.blake2b({as_bytes("huiyin/office/1"), root.view()}).view());
}
DeviceId device_id_of(const HashPort& hashes, const PublicKey& device_key) {
  return DeviceId::prefix(hashes.blake2b({as_bytes("huiyin/device/1"), device_key.view()}).view());
}
Salt zone_salt(const HashPort& hashes, const KeyRing& ring, AreaId zone) {
  Bytes number;
  put_big_endian(number, zone.value);
  return Salt::prefix(hashes.blake2b({as_bytes("huiyin/zone/1"), ring.zone_salt_base.view(), number}).view());
}
ReceiptTag receipt_tag(const HashPort& hashes, const PublicKey& receipt_key) {
  return ReceiptTag::prefix(hashes.blake2b({receipt_key.view()}).view());
}

}  // namespace huiyin::protocol
