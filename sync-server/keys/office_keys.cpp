#include "sync-server/keys/office_keys.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "shared/crypto/hash.hpp"
#include "shared/crypto/passphrase.hpp"
#include "shared/crypto/seal.hpp"
#include "sync-server/keys/private_file.hpp"

namespace huiyin::office {

namespace fs = std::filesystem;
using crypto::KeyPair;
using crypto::SealKeyPair;
using crypto::Secret;

namespace {

constexpr std::string_view kTextKeyMark = "huiyin-text-key-1 ";
constexpr SealGeneration kFirstGeneration{1};

std::string keys_path(const std::string& data_dir) { return data_dir + "/office-keys"; }
std::string ring_path(const std::string& data_dir) { return data_dir + "/key-ring"; }

bool lies_inside(const std::string& file, const std::string& folder) {
  std::error_code ignored;
  // Absolute first: of a relative path that is not there yet, weakly_canonical leaves a relative one.
  const fs::path inner = fs::weakly_canonical(fs::absolute(file, ignored), ignored);
  const fs::path outer = fs::weakly_canonical(fs::absolute(folder, ignored), ignored);
  const auto relative = inner.lexically_relative(outer);
  return !relative.empty() && *relative.begin() != "..";
}

struct FreshKeys {
  KeyPair root = KeyPair::generate();
  KeyPair ack = KeyPair::generate();
  KeyPair log = KeyPair::generate();
  SealKeyPair routing = SealKeyPair::generate();
  SealKeyPair text = SealKeyPair::generate();
  net::TlsIdentity tls;
};

std::vector<crypto::NamedSecret> secrets_of(const FreshKeys& keys) {
  std::vector<crypto::NamedSecret> secrets;
  const auto add = [&](const char* name, ByteView bytes) {
    secrets.push_back({name, Secret::copy_of(bytes)});
  };
  add("root", keys.root.seed());
  add("ack", keys.ack.seed());
  add("log", keys.log.seed());
  add("routing-1", keys.routing.secret());
  add("text-1", keys.text.secret());
  add("tls-key", as_bytes(keys.tls.key_pem));
  return secrets;
}

protocol::KeyRing first_ring(const FreshKeys& keys, const KeyPin& pin) {
  protocol::KeyRing ring;
  ring.version = 1;
  ring.root = keys.root.public_key();
  ring.office = protocol::office_id_of(crypto::hash_port(), ring.root);
  ring.ack = keys.ack.public_key();
  ring.log = keys.log.public_key();
  ring.tls_pins.items.push_back(pin);
  ring.sealing.items.push_back({kFirstGeneration, keys.routing.public_key(), keys.text.public_key()});
  ring.zone_salt_base = crypto::random_id<Salt>();
  protocol::sign_key_ring(keys.root, ring);
  return ring;
}

/// name SPACE hex, one line each.
std::map<std::string, std::string> parse_lines(const std::string& text) {
  std::map<std::string, std::string> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const std::size_t space = line.find(' ');
    if (space != std::string::npos) lines[line.substr(0, space)] = line.substr(space + 1);
    at = end + 1;
  }
  return lines;
}

Status write_recovery(const InitOptions& options, const FreshKeys& keys, const crypto::RecoveryCode& code) {
  auto file = crypto::RecoveryFile::make(code);
  if (!file.ok()) return file.error();
  const auto secrets = secrets_of(keys);
  for (const auto& each : secrets) HUIYIN_TRY(file->add(each.name, each.secret.view()));
  HUIYIN_TRY(write_private_file(options.recovery_file, file->text()));
  // The trial: from the file as it lies on the disk and the code as it was written down.
  const auto read_back = read_small_file(options.recovery_file);
  if (!read_back.ok()) return read_back.error();
  return crypto::trial_recovery(*read_back, code.text(), secrets);
}

Status write_text_key(const InitOptions& options, const FreshKeys& keys) {
  if (!options.passphrase)
    return write_private_file(options.text_key_file,
                              std::string(kTextKeyMark) + hex(keys.text.secret()) + "\n");
  const auto wrapped = crypto::wrap_secret(keys.text.secret(), *options.passphrase);
  if (!wrapped.ok()) return wrapped.error();
  return write_private_file(options.text_key_file, *wrapped + "\n");
}

}  // namespace

Result<InitReport> init_office(const InitOptions& options) {
  for (const auto& [file, name] :
       {std::pair{options.recovery_file, "--recovery"}, {options.text_key_file, "--text-key"}}) {
    if (file.empty()) return error(Code::kInvalid, "a file outside the data folder is needed", name);
    if (lies_inside(file, options.data_dir))
      return error(Code::kInvalid,
                   "the file lies inside the data folder, where whoever steals the disk finds it", name,
                   "name a place on another device");
    if (fs::exists(file)) return error(Code::kConflict, "the file exists already", file, "name another file");
  }
  if (fs::exists(keys_path(options.data_dir)))
    return error(Code::kConflict, "there is an office in this folder already", options.data_dir,
                 "name another folder");
  std::error_code failed;
  fs::create_directories(options.data_dir, failed);
  if (failed) return error(Code::kStorage, "cannot make the folder: " + failed.message(), options.data_dir);
  fs::permissions(options.data_dir, fs::perms::owner_all, failed);

  FreshKeys keys;
  auto tls = net::make_tls_identity("huiyin office");
  if (!tls.ok()) return tls.error();
  keys.tls = std::move(*tls);
  const auto pin = net::tls_pin(keys.tls);
  if (!pin.ok()) return pin.error();
  const protocol::KeyRing ring = first_ring(keys, *pin);

  const auto code = crypto::RecoveryCode::generate();
  HUIYIN_TRY(write_recovery(options, keys, code));
  HUIYIN_TRY(write_text_key(options, keys));
  HUIYIN_TRY(write_private_file(options.data_dir + "/tls.pem", keys.tls.certificate_pem));
  HUIYIN_TRY(write_private_file(options.data_dir + "/tls.key", keys.tls.key_pem));
  HUIYIN_TRY(write_private_file(ring_path(options.data_dir), to_string(protocol::wire_bytes(ring))));
  // Last: a folder without this file is no office, and init can be tried again.
  HUIYIN_TRY(write_private_file(keys_path(options.data_dir),
                                "epoch " + crypto::random_id<OfficeEpoch>().text() + "\nack " +
                                    hex(keys.ack.seed()) + "\nlog " + hex(keys.log.seed()) + "\nrouting-1 " +
                                    hex(keys.routing.secret()) + "\n"));
  return InitReport{ring.office, code.text(), *pin};
}

Result<Secret> read_text_key(const std::string& file, const std::optional<std::string>& passphrase) {
  auto text = read_small_file(file);
  if (!text.ok()) return text.error();
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  if (text->rfind(kTextKeyMark, 0) == 0) {
    const auto bytes = from_hex(std::string_view(*text).substr(kTextKeyMark.size()));
    if (!bytes || bytes->size() != crypto::kSeedBytes)
      return error(Code::kDamaged, "the text key file is not as it was written", file);
    return Secret::copy_of(*bytes);
  }
  if (!passphrase)
    return error(Code::kRefused, "this text key needs its passphrase", file, "give it when asked");
  return crypto::unwrap_secret(*text, *passphrase);
}

bool on_same_disk(const std::string& file, const std::string& data_dir) {
  struct stat a {};
  struct stat b {};
  return ::stat(file.c_str(), &a) == 0 && ::stat(data_dir.c_str(), &b) == 0 && a.st_dev == b.st_dev;
}

Result<std::unique_ptr<OfficeKeys>> OfficeKeys::load(const std::string& data_dir) {
  const auto text = read_small_file(keys_path(data_dir));
  if (!text.ok()) {
    if (text.error().code == Code::kNotFound)
      return error(Code::kNotFound, "there is no office in this folder", data_dir,
                   "run: huiyin office init --data " + data_dir);
    return text.error();
  }
  std::unique_ptr<OfficeKeys> keys(new OfficeKeys);
  const auto lines = parse_lines(*text);
  const auto line = [&](const char* name) -> Result<Bytes> {
    const auto at = lines.find(name);
    const auto bytes = at == lines.end() ? std::nullopt : from_hex(at->second);
    if (!bytes)
      return error(Code::kDamaged, std::string("the key \"") + name + "\" is missing or damaged",
                   keys_path(data_dir), "recover it with the recovery file");
    return *bytes;
  };
  const auto epoch = line("epoch");
  const auto ack = line("ack");
  const auto log = line("log");
  const auto routing = line("routing-1");
  for (const auto* each : {&epoch, &ack, &log, &routing})
    if (!each->ok()) return each->error();
  auto ack_pair = KeyPair::from_seed(*ack);
  auto log_pair = KeyPair::from_seed(*log);
  auto routing_pair = SealKeyPair::from_secret(*routing);
  if (!ack_pair.ok() || !log_pair.ok() || !routing_pair.ok() || epoch->size() != OfficeEpoch::kSize)
    return error(Code::kDamaged, "a key has the wrong length", keys_path(data_dir),
                 "recover it with the recovery file");
  keys->epoch_ = OfficeEpoch::prefix(*epoch);
  keys->ack_ = std::move(*ack_pair);
  keys->log_ = std::move(*log_pair);
  keys->routing_ = std::move(*routing_pair);

  const auto ring_text = read_small_file(ring_path(data_dir));
  if (!ring_text.ok()) return ring_text.error();
  auto ring = protocol::wire_value<protocol::KeyRing>(as_bytes(*ring_text), "key ring");
  if (!ring.ok() || !protocol::verify_key_ring(crypto::hash_port(), *ring))
    return error(Code::kDamaged, "the key ring is not what the root signed", ring_path(data_dir),
                 "restore it from a backup");
  keys->ring_ = std::move(*ring);
  if (!(keys->ring_.ack == keys->ack_->public_key()) || !(keys->ring_.log == keys->log_->public_key()) ||
      !(keys->newest_sealing().routing == keys->routing_->public_key()))
    return error(Code::kDamaged, "the keys and the key ring do not belong together", data_dir,
                 "restore both from one backup");

  const auto certificate = read_small_file(data_dir + "/tls.pem");
  const auto key = read_small_file(data_dir + "/tls.key");
  if (!certificate.ok()) return certificate.error();
  if (!key.ok()) return key.error();
  keys->tls_ = {*certificate, *key};
  const auto pin = net::tls_pin(keys->tls_);
  const auto& pins = keys->ring_.tls_pins.items;
  if (!pin.ok() || std::find(pins.begin(), pins.end(), *pin) == pins.end())
    return error(Code::kDamaged, "the TLS key is not the one that devices know from the key ring", data_dir,
                 "restore both from one backup");
  return keys;
}

namespace {
Result<Bytes> open_section_of(const protocol::RecordHeader& header, ByteView payload,
                              crypto::SectionKind kind, const SealKeyPair& pair) {
  if (header.seal_mode != static_cast<std::uint8_t>(protocol::SealMode::kX25519ChaCha))
    return error(Code::kUnsupported, "the record is not sealed in a way this office knows");
  const auto parts = protocol::split_payload(payload);
  if (!parts.ok()) return parts.error();
  return crypto::open_section(parts->sealed, kind, header.generation, pair, protocol::kSealContext,
                              protocol::seal_aad(header));
}
}  // namespace

std::optional<Bytes> OfficeKeys::open_routing(const protocol::RecordHeader& header, ByteView payload) const {
  auto plain = open_section_of(header, payload, crypto::SectionKind::kRouting, *routing_);
  if (!plain.ok()) return std::nullopt;
  return std::move(*plain);
}

Status OfficeKeys::unlock(const Secret& text_key) {
  auto pair = SealKeyPair::from_secret(text_key.view());
  if (!pair.ok()) return pair.error();
  if (!(pair->public_key() == newest_sealing().text))
    return error(Code::kRefused, "this is not the text key of this office", {},
                 "look for the key file of this office");
  const std::lock_guard<std::mutex> guard(mutex_);
  text_ = std::move(*pair);
  return {};
}

void OfficeKeys::lock() {
  const std::lock_guard<std::mutex> guard(mutex_);
  text_.reset();
}

bool OfficeKeys::is_locked() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return !text_.has_value();
}

namespace {
Error locked_error() { return error(Code::kLocked, "the office is locked", {}, "run: huiyin office unlock"); }
constexpr std::string_view kOfficeCopyContext = "huiyin/office-copy/1";
}  // namespace

Result<Bytes> OfficeKeys::open_text(const protocol::RecordHeader& header, ByteView payload) const {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (!text_) return locked_error();
  return open_section_of(header, payload, crypto::SectionKind::kText, *text_);
}

Result<Bytes> OfficeKeys::open_office_copy(ByteView sealed, SealGeneration generation, ByteView aad) const {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (!text_) return locked_error();
  return crypto::open_section(sealed, crypto::SectionKind::kText, generation, *text_, kOfficeCopyContext,
                              aad);
}

Result<Bytes> OfficeKeys::seal_office_copy(ByteView plain, ByteView aad) const {
  const crypto::SealRecipient recipient{newest_sealing().generation, newest_sealing().text};
  const crypto::SealSection section{crypto::SectionKind::kText, plain, {&recipient, 1}};
  return crypto::seal(kOfficeCopyContext, {&section, 1}, aad);
}

}  // namespace huiyin::office
