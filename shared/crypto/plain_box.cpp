#include "shared/crypto/plain_box.hpp"

#include <zstd.h>

#include <algorithm>

#include "shared/crypto/hash.hpp"
#include "shared/crypto/sodium.hpp"

namespace huiyin::crypto::box {

namespace {

enum : std::uint8_t { kRaw = 0, kZstd = 1 };
constexpr std::size_t kHeadBytes = 3;
constexpr int kZstdLevel = 19;
constexpr std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> kZeroNonce{};

Error malformed() { return error(Code::kMalformed, "the opened section is not packed as it should be"); }

Bytes compress(ByteView plain) {
  Bytes packed(ZSTD_compressBound(plain.size()));
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), kZstdLevel);
  HUIYIN_CHECK(ZSTD_isError(size) == 0U);
  packed.resize(size);
  return packed;
}

Result<Bytes> decompress(ByteView data) {
  const unsigned long long size = ZSTD_getFrameContentSize(data.data(), data.size());
  // Unknown sizes and errors are the two largest numbers, so they are refused here as well.
  if (size > kUnpackedBytesMax) return error(Code::kTooLarge, "the opened section would unpack to too much");
  Bytes plain(static_cast<std::size_t>(size));
  const std::size_t got = ZSTD_decompress(plain.data(), plain.size(), data.data(), data.size());
  if (ZSTD_isError(got) != 0U || got != plain.size()) return malformed();
  return plain;
}

}  // namespace

Result<Secret> agree(std::string_view context, std::uint8_t kind, const SealKeyPair& mine,
                     const SealKey& theirs, const SealKey& ephemeral, const SealKey& recipient) {
  Secret shared(crypto_scalarmult_BYTES);
  if (crypto_scalarmult(shared.data(), mine.secret().data(), theirs.bytes.data()) != 0)
    return error(Code::kInvalid, "this is not a key that can be sealed to");
  const std::array<std::uint8_t, 1> kind_byte{kind};
  Hash key =
      hash_port().blake2b({as_bytes(context), kind_byte, shared.view(), ephemeral.view(), recipient.view()});
  Secret agreed = Secret::copy_of(key.view());
  wipe(key.bytes);
  return agreed;
}

Bytes encrypt(const Secret& key, ByteView plain, ByteView aad) {
  HUIYIN_CHECK(key.size() == kKeyBytes);
  Bytes sealed(plain.size() + kTagBytes);
  crypto_aead_chacha20poly1305_ietf_encrypt(sealed.data(), nullptr, plain.data(), plain.size(), aad.data(),
                                            aad.size(), nullptr, kZeroNonce.data(), key.data());
  return sealed;
}

Result<Bytes> decrypt(const Secret& key, ByteView sealed, ByteView aad) {
  const Error refused = error(Code::kRefused, "the seal does not open with this key and place");
  if (sealed.size() < kTagBytes || key.size() != kKeyBytes) return refused;
  Bytes plain(sealed.size() - kTagBytes);
  const int rc =
      crypto_aead_chacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                aad.data(), aad.size(), kZeroNonce.data(), key.data());
  if (rc != 0) return refused;
  return plain;
}

Result<Bytes> pack(ByteView plain, std::span<const std::size_t> ladder) {
  const Error too_large = error(Code::kTooLarge, "the text is too long to be sealed", {}, "shorten it");
  if (plain.size() > kUnpackedBytesMax) return too_large;
  Bytes small = compress(plain);
  const bool smaller = small.size() < plain.size();
  const ByteView data = smaller ? ByteView(small) : plain;
  const auto step = std::lower_bound(ladder.begin(), ladder.end(), data.size() + kHeadBytes);
  if (step == ladder.end()) return too_large;
  Bytes packed;
  packed.reserve(*step);
  packed.push_back(smaller ? kZstd : kRaw);
  put_big_endian(packed, static_cast<std::uint16_t>(data.size()));
  append(packed, data);
  packed.resize(*step, 0);
  wipe(small);
  return packed;
}

Result<Bytes> unpack(ByteView packed, std::span<const std::size_t> ladder) {
  if (!std::binary_search(ladder.begin(), ladder.end(), packed.size())) return malformed();
  const std::size_t size = get_big_endian<std::uint16_t>(packed.subspan(1));
  if (size > packed.size() - kHeadBytes) return malformed();
  const ByteView data = packed.subspan(kHeadBytes, size);
  const ByteView padding = packed.subspan(kHeadBytes + size);
  if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte != 0; }))
    return malformed();
  if (packed[0] == kRaw) return to_bytes(data);
  if (packed[0] == kZstd) return decompress(data);
  return malformed();
}

}  // namespace huiyin::crypto::box
