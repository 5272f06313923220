#include "protocol/record.hpp"

#include "protocol/archive.hpp"

namespace huiyin::protocol {

namespace {
constexpr std::uint8_t kHeaderFormat = 1;
constexpr std::string_view kRecordContext = "huiyin/rec/1";
constexpr std::string_view kSaltContext = "huiyin/salt/1";
// format, device, epoch, seq, type, revision, form, two clocks, area, flags, mode, generation,
// attachment count, payload length
constexpr std::size_t kHeaderFixedBytes = 1 + 16 + 8 + 8 + 2 + 2 + 8 + 4 + 4 + 4 + 1 + 1 + 4 + 1 + 4;

Bytes big_endian_seq(Seq seq) {
  Bytes bytes;
  put_big_endian(bytes, seq.value);
  return bytes;
}
}  // namespace

Bytes header_bytes(const RecordHeader& header) {
  HUIYIN_CHECK(header.attachments.size() <= limits::kAttachmentsMax);
  Bytes out;
  out.reserve(kHeaderFixedBytes + header.attachments.size() * Hash::kSize);
  out.push_back(kHeaderFormat);
  append(out, header.device.view());
  append(out, header.epoch.view());
  put_big_endian(out, header.seq.value);
  put_big_endian(out, header.type);
  put_big_endian(out, header.revision);
  put_big_endian(out, header.form.value);
  put_big_endian(out, header.boot_steps);
  put_big_endian(out, header.wall_steps);
  put_big_endian(out, header.area.value);
  out.push_back(header.flags);
  out.push_back(header.seal_mode);
  put_big_endian(out, header.generation.value);
  out.push_back(static_cast<std::uint8_t>(header.attachments.size()));
  for (const Hash& attachment : header.attachments) append(out, attachment.view());
  put_big_endian(out, header.payload_bytes);
  return out;
}

Result<RecordHeader> parse_header(ByteView bytes) {
  if (bytes.size() < kHeaderFixedBytes) return error(Code::kMalformed, "a record header is too short");
  if (bytes[0] != kHeaderFormat) return error(Code::kUnsupported, "a record header of an unknown format");
  std::size_t at = 1;
  const auto take = [&](std::size_t count) {
    const ByteView part = bytes.subspan(at, count);
    at += count;
    return part;
  };
  RecordHeader header;
  header.device = DeviceId::prefix(take(16));
  header.epoch = EpochId::prefix(take(8));
  header.seq = {get_big_endian<std::uint64_t>(take(8))};
  header.type = get_big_endian<std::uint16_t>(take(2));
  header.revision = get_big_endian<std::uint16_t>(take(2));
  header.form = {get_big_endian<std::uint64_t>(take(8))};
  header.boot_steps = get_big_endian<std::uint32_t>(take(4));
  header.wall_steps = get_big_endian<std::uint32_t>(take(4));
  header.area = {get_big_endian<std::uint32_t>(take(4))};
  header.flags = take(1)[0];
  header.seal_mode = take(1)[0];
  header.generation = {get_big_endian<std::uint32_t>(take(4))};
  const std::size_t attachments = take(1)[0];
  if (attachments > limits::kAttachmentsMax || bytes.size() != kHeaderFixedBytes + attachments * Hash::kSize)
    return error(Code::kMalformed, "a record header whose length does not fit its attachments");
  for (std::size_t i = 0; i < attachments; ++i) header.attachments.push_back(Hash::prefix(take(Hash::kSize)));
  header.payload_bytes = get_big_endian<std::uint32_t>(take(4));
  return header;
}

Salt record_salt(const HashPort& hashes, const SaltSeed& seed, Seq seq) {
  return Salt::prefix(hashes.blake2b({as_bytes(kSaltContext), seed.view(), big_endian_seq(seq)}).view());
}

Hash payload_digest(const HashPort& hashes, const Salt& salt, ByteView payload) {
  return hashes.blake2b({salt.view(), payload});
}

Hash record_hash(const HashPort& hashes, const Hash& previous, ByteView header, const Hash& digest) {
  return hashes.blake2b({as_bytes(kRecordContext), previous.view(), header, digest.view()});
}

Signature sign_head(const SignPort& signer, const OfficeId& office, const RecordHeader& header,
                    const Hash& hash) {
  return signer.sign({as_bytes(context::kHead), office.view(), header.device.view(), header.epoch.view(),
                      big_endian_seq(header.seq), hash.view()});
}

bool verify_head(const HashPort& hashes, const PublicKey& device_key, const OfficeId& office,
                 const RecordHeader& header, const Hash& hash, const Signature& signature) {
  return hashes.verify(device_key,
                       {as_bytes(context::kHead), office.view(), header.device.view(), header.epoch.view(),
                        big_endian_seq(header.seq), hash.view()},
                       signature);
}

Bytes make_payload(ByteView clear, ByteView sealed) {
  Bytes payload;
  BoundedOutput(payload).varint(clear.size());
  append(payload, clear);
  append(payload, sealed);
  return payload;
}

Result<PayloadView> split_payload(ByteView payload) {
  BoundedInput in(payload, 0);
  const auto clear_bytes = static_cast<std::size_t>(in.varint(limits::kPayloadBytesMax));
  PayloadView view;
  view.clear = in.take(clear_bytes);
  view.sealed = in.take(in.remaining());
  if (in.failed()) return error(Code::kMalformed, in.problem(), "payload");
  return view;
}

Bytes seal_aad(const RecordHeader& header) {
  Bytes aad;
  append(aad, header.device.view());
  append(aad, header.epoch.view());
  put_big_endian(aad, header.seq.value);
  put_big_endian(aad, header.form.value);
  put_big_endian(aad, header.generation.value);
  return aad;
}

}  // namespace huiyin::protocol
