#include "shared/crypto/passphrase.hpp"

#include <array>

#include "shared/crypto/hash.hpp"
#include "shared/crypto/sodium.hpp"

namespace huiyin::crypto {

namespace {

constexpr std::string_view kWrapLabel = "huiyin-key-";
constexpr std::string_view kWrapVersion = "1";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kCheckBytes = 8;
constexpr std::size_t kSealedBytes = kSecretBytes + crypto_secretbox_MACBYTES;
constexpr std::size_t kWrapBytes =
    8 + 8 + Salt::kSize + crypto_secretbox_NONCEBYTES + kSealedBytes + kCheckBytes;

Hash line_check(ByteView body) { return hash_port().blake2b({as_bytes(kWrapLabel), body}); }

Error not_as_written() {
  return error(Code::kDamaged, "the wrapped key is not as it was written", {},
               "use a copy of it or the recovery file");
}

/// The binary body of a line, its version and check verified.
Result<Bytes> read_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' '))
    line.remove_suffix(1);
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos || line.substr(0, kWrapLabel.size()) != kWrapLabel)
    return not_as_written();
  if (line.substr(kWrapLabel.size(), blank - kWrapLabel.size()) != kWrapVersion)
    return error(Code::kUnsupported, "the wrapped key has another version", {},
                 "use the program that wrote it");
  auto body = from_hex(line.substr(blank + 1));
  if (!body || body->size() != kWrapBytes) return not_as_written();
  const ByteView content = ByteView(*body).first(kWrapBytes - kCheckBytes);
  if (!equal(line_check(content).view().first(kCheckBytes), ByteView(*body).last(kCheckBytes)))
    return not_as_written();
  return std::move(*body);
}

}  // namespace

bool is_allowed(const KdfCost& cost) {
  return cost.ops >= 1 && cost.ops <= kKdfOpsMax && cost.mem_bytes >= kKdfMemBytesMin &&
         cost.mem_bytes <= kKdfMemBytesMax;
}

Result<Secret> stretch(ByteView input, const Salt& salt, const KdfCost& cost) {
  sodium_ready();
  static_assert(Salt::kSize == crypto_pwhash_argon2id_SALTBYTES);
  if (!is_allowed(cost)) return error(Code::kInvalid, "the cost of the key is outside its bounds");
  Secret key(kSecretBytes);
  const int rc =
      crypto_pwhash_argon2id(key.data(), key.size(), as_text(input).data(), input.size(), salt.bytes.data(),
                             cost.ops, cost.mem_bytes, crypto_pwhash_argon2id_ALG_ARGON2ID13);
  if (rc != 0) return error(Code::kBusy, "there is not enough memory to derive a key", {}, "try again");
  return key;
}

Result<std::string> wrap_secret(ByteView secret, std::string_view passphrase, const KdfCost& cost) {
  HUIYIN_CHECK(secret.size() == kSecretBytes);
  const Salt salt = random_id<Salt>();
  const auto key = stretch(as_bytes(passphrase), salt, cost);
  if (!key.ok()) return key.error();
  std::array<std::uint8_t, crypto_secretbox_NONCEBYTES> nonce{};
  random_fill(nonce);
  std::array<std::uint8_t, kSealedBytes> sealed{};
  crypto_secretbox_easy(sealed.data(), secret.data(), secret.size(), nonce.data(), key->data());
  Bytes body;
  put_big_endian(body, cost.ops);
  put_big_endian(body, std::uint64_t{cost.mem_bytes});
  append(body, salt.view());
  append(body, nonce);
  append(body, sealed);
  append(body, line_check(body).view().first(kCheckBytes));
  return std::string(kWrapLabel) + std::string(kWrapVersion) + " " + hex(body);
}

Result<Secret> unwrap_secret(std::string_view line, std::string_view passphrase) {
  const auto body = read_line(line);
  if (!body.ok()) return body.error();
  const ByteView bytes(*body);
  const KdfCost cost{get_big_endian<std::uint64_t>(bytes), get_big_endian<std::uint64_t>(bytes.subspan(8))};
  if (!is_allowed(cost)) return not_as_written();
  const Salt salt = Salt::prefix(bytes.subspan(16, Salt::kSize));
  const ByteView nonce = bytes.subspan(32, crypto_secretbox_NONCEBYTES);
  const ByteView sealed = bytes.subspan(32 + crypto_secretbox_NONCEBYTES, kSealedBytes);
  const auto key = stretch(as_bytes(passphrase), salt, cost);
  if (!key.ok()) return key.error();
  Secret secret(kSecretBytes);
  if (crypto_secretbox_open_easy(secret.data(), sealed.data(), sealed.size(), nonce.data(), key->data()) != 0)
    return error(Code::kRefused, "the passphrase is wrong");
  return secret;
}

Result<std::string> hash_password(std::string_view password, const KdfCost& cost) {
  sodium_ready();
  if (!is_allowed(cost)) return error(Code::kInvalid, "the cost of the password is outside its bounds");
  std::array<char, crypto_pwhash_argon2id_STRBYTES> line{};
  if (crypto_pwhash_argon2id_str(line.data(), password.data(), password.size(), cost.ops, cost.mem_bytes) !=
      0)
    return error(Code::kBusy, "there is not enough memory to check passwords", {}, "try again");
  return std::string(line.data());
}

bool verify_password(const std::string& line, std::string_view password) {
  sodium_ready();
  return crypto_pwhash_argon2id_str_verify(line.c_str(), password.data(), password.size()) == 0;
}

bool needs_new_hash(const std::string& line, const KdfCost& cost) {
  sodium_ready();
  return crypto_pwhash_argon2id_str_needs_rehash(line.c_str(), cost.ops, cost.mem_bytes) != 0;
}

void spend_verify_time(const KdfCost& cost) {
  const auto ignored = stretch(as_bytes("an account that does not exist"), Salt{}, cost);
  HUIYIN_CHECK(ignored.ok() || ignored.error().code == Code::kBusy);
}

}  // namespace huiyin::crypto
