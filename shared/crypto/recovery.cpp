#include "shared/crypto/recovery.hpp"

#include <algorithm>
#include <charconv>

#include "shared/crypto/hash.hpp"
#include "shared/crypto/sodium.hpp"

namespace huiyin::crypto {

namespace {

constexpr std::string_view kTitle = "huiyin-recovery-1";
constexpr std::string_view kTitleOfAnyVersion = "huiyin-recovery-";
constexpr std::size_t kCodeBytes = 16;
constexpr std::size_t kTextBytesMax = 4 * 1024 * 1024;

Error damaged(const std::string& why) {
  return error(Code::kDamaged, "the recovery file is damaged: " + why, {}, "use another copy of it");
}

std::string check_of(std::string_view text) {
  return hash_port().blake2b({as_bytes(text)}).text().substr(0, 32);
}

bool is_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= kRecoveryNameBytesMax &&
         std::all_of(name.begin(), name.end(), allowed);
}

/// The words of a line; exactly `count` of them, or none.
std::vector<std::string_view> words(std::string_view line, std::size_t count) {
  std::vector<std::string_view> found;
  while (found.size() + 1 < count) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return {};
    found.push_back(line.substr(0, blank));
    line.remove_prefix(blank + 1);
  }
  if (line.find(' ') != std::string_view::npos) return {};
  found.push_back(line);
  return found;
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failure == std::errc{} && end == text.data() + text.size();
}

/// name length ‖ name ‖ secret, so that two lines cannot be exchanged.
Secret named_plain(std::string_view name, ByteView secret) {
  Secret plain(1 + name.size() + secret.size());
  plain.data()[0] = static_cast<std::uint8_t>(name.size());
  std::copy(name.begin(), name.end(), plain.data() + 1);
  std::copy(secret.begin(), secret.end(), plain.data() + 1 + name.size());
  return plain;
}

}  // namespace

RecoveryCode RecoveryCode::generate() { return RecoveryCode(Secret::random(kCodeBytes)); }

Result<RecoveryCode> RecoveryCode::parse(std::string_view text) {
  auto bytes = from_base32(text, kCodeBytes);
  if (!bytes) return error(Code::kInvalid, "this is not a recovery code", {}, "it has 26 letters and digits");
  RecoveryCode code(Secret::copy_of(*bytes));
  wipe(*bytes);
  return code;
}

std::string RecoveryCode::text() const {
  const std::string plain = base32(bytes_.view());
  std::string grouped;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && i % 5 == 0 && i + 1 < plain.size()) grouped.push_back('-');
    grouped.push_back(plain[i]);
  }
  return grouped;
}

Result<SealKeyPair> RecoveryFile::pair_of(const RecoveryCode& code) const {
  const auto secret = stretch(code.view(), salt_, cost_);
  if (!secret.ok()) return secret.error();
  return SealKeyPair::from_secret(secret->view());
}

Result<RecoveryFile> RecoveryFile::make(const RecoveryCode& code, const KdfCost& cost) {
  RecoveryFile file;
  file.salt_ = random_id<Salt>();
  file.cost_ = cost;
  const auto pair = file.pair_of(code);
  if (!pair.ok()) return pair.error();
  file.key_ = pair->public_key();
  return file;
}

std::string RecoveryFile::text_before_check() const {
  std::string text = std::string(kTitle) + "\nsalt " + salt_.text() + "\ncost " + std::to_string(cost_.ops) +
                     " " + std::to_string(cost_.mem_bytes) + "\nkey " + key_.text() + "\n";
  for (const Sealed& secret : secrets_) text += "secret " + secret.name + " " + hex(secret.sealed) + "\n";
  return text;
}

std::string RecoveryFile::text() const {
  const std::string text = text_before_check();
  return text + "check " + check_of(text) + "\n";
}

Status RecoveryFile::add(std::string_view name, ByteView secret) {
  sodium_ready();
  if (!is_name(name)) return error(Code::kInvalid, "a secret's name has 1 to 64 letters, digits and hyphens");
  if (secret.size() > kRecoverySecretBytesMax || secrets_.size() >= kRecoverySecretsMax)
    return error(Code::kTooLarge, "the recovery file cannot take this secret");
  for (const Sealed& there : secrets_)
    if (there.name == name)
      return error(Code::kConflict, "the recovery file has a secret of this name", std::string(name));
  const Secret plain = named_plain(name, secret);
  Bytes sealed(plain.size() + crypto_box_SEALBYTES);
  if (crypto_box_seal(sealed.data(), plain.data(), plain.size(), key_.bytes.data()) != 0)
    return error(Code::kInvalid, "the recovery key is not one");
  secrets_.push_back({std::string(name), std::move(sealed)});
  return {};
}

std::vector<std::string> RecoveryFile::names() const {
  std::vector<std::string> all;
  for (const Sealed& secret : secrets_) all.push_back(secret.name);
  return all;
}

Status RecoveryFile::take_line(std::string_view line) {
  const auto parts = words(line, 3);
  if (parts.empty() || parts[0] != "secret" || !is_name(parts[1])) return damaged("a line is not understood");
  auto sealed = from_hex(parts[2]);
  if (!sealed || secrets_.size() >= kRecoverySecretsMax) return damaged("a secret cannot be read");
  secrets_.push_back({std::string(parts[1]), std::move(*sealed)});
  return {};
}

Result<RecoveryFile> RecoveryFile::parse(std::string_view text) {
  if (text.size() > kTextBytesMax) return damaged("it is too long");
  if (text.substr(0, kTitleOfAnyVersion.size()) != kTitleOfAnyVersion)
    return damaged("it does not begin like one");
  std::string plain(text);  // as it was written, even after a mail program has changed the line ends
  std::erase(plain, '\r');
  std::vector<std::string_view> lines;
  for (std::string_view rest = plain; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (end > 0) lines.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (lines[0] != kTitle) return error(Code::kUnsupported, "the recovery file has another version");
  if (lines.size() < 5) return damaged("lines are missing");
  RecoveryFile file;
  const auto salt = words(lines[1], 2);
  const auto cost = words(lines[2], 3);
  const auto key = words(lines[3], 2);
  if (salt.empty() || cost.empty() || key.empty()) return damaged("its first lines are not understood");
  const auto salt_read = Salt::from_text(salt[1]);
  const auto key_read = SealKey::from_text(key[1]);
  const bool numbers = read_number(cost[1], file.cost_.ops) && read_number(cost[2], file.cost_.mem_bytes);
  if (!salt_read || !key_read || !numbers || !is_allowed(file.cost_))
    return damaged("its first lines are wrong");
  file.salt_ = *salt_read;
  file.key_ = *key_read;
  for (std::size_t i = 4; i + 1 < lines.size(); ++i) HUIYIN_TRY(file.take_line(lines[i]));
  // Written again, it must be the same text: labels, order, case and check are covered at once.
  std::string same;
  for (const std::string_view line : lines) same.append(line).push_back('\n');
  if (same != file.text()) return damaged("its lines and its check do not fit one another");
  return file;
}

Result<std::vector<NamedSecret>> RecoveryFile::recover(const RecoveryCode& code) const {
  const auto pair = pair_of(code);
  if (!pair.ok()) return pair.error();
  if (!(pair->public_key() == key_)) return error(Code::kRefused, "the recovery code is wrong");
  std::vector<NamedSecret> found;
  for (const Sealed& entry : secrets_) {
    if (entry.sealed.size() < crypto_box_SEALBYTES + 1 + entry.name.size())
      return damaged("a secret is too short");
    Secret plain(entry.sealed.size() - crypto_box_SEALBYTES);
    const int rc = crypto_box_seal_open(plain.data(), entry.sealed.data(), entry.sealed.size(),
                                        pair->public_key().bytes.data(), pair->secret().data());
    if (rc != 0) return damaged("the secret " + entry.name + " does not open");
    const ByteView name = plain.view().subspan(1, entry.name.size());
    if (plain.data()[0] != entry.name.size() || as_text(name) != entry.name)
      return damaged("the secret " + entry.name + " is another one");
    found.push_back({entry.name, Secret::copy_of(plain.view().subspan(1 + entry.name.size()))});
  }
  return found;
}

Status trial_recovery(std::string_view text, std::string_view code,
                      const std::vector<NamedSecret>& expected) {
  const auto file = RecoveryFile::parse(text);
  if (!file.ok()) return file.error();
  const auto read_code = RecoveryCode::parse(code);
  if (!read_code.ok()) return read_code.error();
  const auto found = file->recover(*read_code);
  if (!found.ok()) return found.error();
  if (found->size() != expected.size()) return error(Code::kConflict, "the recovery file has other secrets");
  for (const NamedSecret& wanted : expected) {
    const auto same = [&](const NamedSecret& one) {
      return one.name == wanted.name && equal_in_constant_time(one.secret.view(), wanted.secret.view());
    };
    if (std::none_of(found->begin(), found->end(), same))
      return error(Code::kConflict, "the recovery file does not give this secret back", wanted.name);
  }
  return {};
}

}  // namespace huiyin::crypto
