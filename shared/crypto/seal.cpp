#include "shared/crypto/seal.hpp"

#include <algorithm>
#include <optional>

#include "shared/core/limits.hpp"
#include "shared/crypto/plain_box.hpp"

namespace huiyin::crypto {

namespace {

constexpr std::size_t kWrappedBytes = box::kKeyBytes + box::kTagBytes;
static_assert(kSealLadder.back() == limits::kSealPlainBytesMax);

bool known(std::uint8_t kind) { return kind >= 1 && kind <= 3; }

Bytes bound_data(SectionKind kind, const std::vector<SealGeneration>& key_ids, ByteView aad) {
  Bytes bound;
  bound.push_back(static_cast<std::uint8_t>(kind));
  bound.push_back(static_cast<std::uint8_t>(key_ids.size()));
  for (const SealGeneration id : key_ids) put_big_endian(bound, id.value);
  append(bound, aad);
  return bound;
}

// --- sealing

Status check_sections(std::span<const SealSection> sections) {
  HUIYIN_CHECK(!sections.empty() && sections.size() <= limits::kSealSectionsMax);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto& recipients = sections[i].recipients;
    if (recipients.empty() || recipients.size() > limits::kSealRecipientsMax)
      return error(Code::kInvalid, "a section is sealed to 1 to 4 keys");
    for (std::size_t k = 0; k < i; ++k)
      if (sections[k].kind == sections[i].kind)
        return error(Code::kInvalid, "a section of this kind is there already");
    for (std::size_t a = 0; a < recipients.size(); ++a)
      for (std::size_t b = 0; b < a; ++b)
        if (recipients[a].key_id == recipients[b].key_id || recipients[a].key == recipients[b].key)
          return error(Code::kInvalid, "a section is sealed to each key once");
  }
  return {};
}

Status seal_section(Bytes& out, std::string_view context, const SealSection& section,
                    const SealKeyPair& ephemeral, ByteView aad) {
  auto packed = box::pack(section.plain, kSealLadder);
  if (!packed.ok()) return packed.error();
  std::vector<SealGeneration> key_ids;
  for (const SealRecipient& recipient : section.recipients) key_ids.push_back(recipient.key_id);
  const Bytes bound = bound_data(section.kind, key_ids, aad);
  const auto kind = static_cast<std::uint8_t>(section.kind);
  const bool wraps = key_ids.size() > 1;
  Secret key = wraps ? Secret::random(box::kKeyBytes) : Secret{};
  out.push_back(kind);
  out.push_back(static_cast<std::uint8_t>(key_ids.size()));
  for (const SealRecipient& recipient : section.recipients) {
    auto agreed = box::agree(context, kind, ephemeral, recipient.key, ephemeral.public_key(), recipient.key);
    if (!agreed.ok()) return agreed.error();
    put_big_endian(out, recipient.key_id.value);
    if (wraps)
      append(out, box::encrypt(*agreed, key.view(), bound));
    else
      key = std::move(*agreed);
  }
  const Bytes ciphertext = box::encrypt(key, *packed, bound);
  wipe(*packed);
  put_big_endian(out, static_cast<std::uint16_t>(ciphertext.size()));
  append(out, ciphertext);
  return {};
}

// --- opening

struct ParsedRecipient {
  SealGeneration key_id;
  ByteView wrapped;
};
struct ParsedSection {
  SectionKind kind;
  std::vector<ParsedRecipient> recipients;
  ByteView ciphertext;

  [[nodiscard]] std::vector<SealGeneration> key_ids() const {
    std::vector<SealGeneration> ids;
    for (const ParsedRecipient& recipient : recipients) ids.push_back(recipient.key_id);
    return ids;
  }
};
struct Parsed {
  SealKey ephemeral;
  std::vector<ParsedSection> sections;
};

/// Takes bytes from the front; after the first shortage everything it gives is empty or zero.
class Cursor {
 public:
  explicit Cursor(ByteView bytes) : rest_(bytes) {}
  ByteView take(std::size_t count) {
    if (failed_ || count > rest_.size()) {
      failed_ = true;
      return {};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  template <class Unsigned>
  Unsigned number() {
    const ByteView taken = take(sizeof(Unsigned));
    return failed_ ? Unsigned{} : get_big_endian<Unsigned>(taken);
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return !failed_ && rest_.empty(); }

 private:
  ByteView rest_;
  bool failed_ = false;
};

std::optional<ParsedSection> parse_section(Cursor& cursor) {
  const auto kind = cursor.number<std::uint8_t>();
  const auto count = cursor.number<std::uint8_t>();
  if (cursor.failed() || !known(kind) || count < 1 || count > limits::kSealRecipientsMax) return std::nullopt;
  ParsedSection section{static_cast<SectionKind>(kind), {}, {}};
  for (unsigned i = 0; i < count; ++i) {
    ParsedRecipient recipient;
    recipient.key_id = {cursor.number<std::uint32_t>()};
    if (count > 1) recipient.wrapped = cursor.take(kWrappedBytes);
    const bool twice =
        std::any_of(section.recipients.begin(), section.recipients.end(),
                    [&](const ParsedRecipient& other) { return other.key_id == recipient.key_id; });
    if (twice) return std::nullopt;
    section.recipients.push_back(recipient);
  }
  section.ciphertext = cursor.take(cursor.number<std::uint16_t>());
  if (cursor.failed() || section.ciphertext.size() < box::kTagBytes) return std::nullopt;
  const std::size_t plain = section.ciphertext.size() - box::kTagBytes;
  if (!std::binary_search(kSealLadder.begin(), kSealLadder.end(), plain)) return std::nullopt;
  return section;
}

Result<Parsed> parse(ByteView sealed) {
  const Error malformed = error(Code::kMalformed, "the sealed part does not follow its layout");
  Cursor cursor(sealed);
  const auto ephemeral = SealKey::from(cursor.take(SealKey::kSize));
  const auto count = cursor.number<std::uint8_t>();
  if (!ephemeral || cursor.failed() || count < 1 || count > limits::kSealSectionsMax) return malformed;
  Parsed parsed{*ephemeral, {}};
  for (unsigned i = 0; i < count; ++i) {
    auto section = parse_section(cursor);
    if (!section) return malformed;
    const bool twice = std::any_of(parsed.sections.begin(), parsed.sections.end(),
                                   [&](const ParsedSection& other) { return other.kind == section->kind; });
    if (twice) return malformed;
    parsed.sections.push_back(std::move(*section));
  }
  if (!cursor.at_end()) return malformed;
  return parsed;
}

const ParsedSection* find(const Parsed& parsed, SectionKind kind) {
  for (const ParsedSection& section : parsed.sections)
    if (section.kind == kind) return &section;
  return nullptr;
}

Error no_such_section() { return error(Code::kNotFound, "there is no such section for this key"); }

Result<Bytes> open_parsed(const ParsedSection& section, const Secret& key, ByteView aad) {
  auto packed = box::decrypt(key, section.ciphertext, bound_data(section.kind, section.key_ids(), aad));
  if (!packed.ok()) return packed.error();
  auto plain = box::unpack(*packed, kSealLadder);
  wipe(*packed);
  return plain;
}

}  // namespace

Result<Bytes> seal(std::string_view context, std::span<const SealSection> sections, ByteView aad) {
  HUIYIN_TRY(check_sections(sections));
  const SealKeyPair ephemeral = SealKeyPair::generate();
  Bytes out = to_bytes(ephemeral.public_key().view());
  out.push_back(static_cast<std::uint8_t>(sections.size()));
  for (const SealSection& section : sections) HUIYIN_TRY(seal_section(out, context, section, ephemeral, aad));
  return out;
}

Result<std::vector<SectionInfo>> list_sections(ByteView sealed) {
  const auto parsed = parse(sealed);
  if (!parsed.ok()) return parsed.error();
  std::vector<SectionInfo> infos;
  for (const ParsedSection& section : parsed->sections)
    infos.push_back({section.kind, section.key_ids(), section.ciphertext.size()});
  return infos;
}

Result<Secret> section_key(ByteView sealed, SectionKind kind, SealGeneration key_id, const SealKeyPair& pair,
                           std::string_view context, ByteView aad) {
  const auto parsed = parse(sealed);
  if (!parsed.ok()) return parsed.error();
  const ParsedSection* section = find(*parsed, kind);
  if (section == nullptr) return no_such_section();
  for (const ParsedRecipient& recipient : section->recipients) {
    if (recipient.key_id != key_id) continue;
    auto agreed = box::agree(context, static_cast<std::uint8_t>(kind), pair, parsed->ephemeral,
                             parsed->ephemeral, pair.public_key());
    if (!agreed.ok() || section->recipients.size() == 1) return agreed;
    auto unwrapped = box::decrypt(*agreed, recipient.wrapped, bound_data(kind, section->key_ids(), aad));
    if (!unwrapped.ok()) return unwrapped.error();
    Secret key = Secret::copy_of(*unwrapped);
    wipe(*unwrapped);
    return key;
  }
  return no_such_section();
}

Result<Bytes> open_section(ByteView sealed, SectionKind kind, SealGeneration key_id, const SealKeyPair& pair,
                           std::string_view context, ByteView aad) {
  const auto key = section_key(sealed, kind, key_id, pair, context, aad);
  if (!key.ok()) return key.error();
  return open_with_section_key(sealed, kind, *key, aad);
}

Result<Bytes> open_with_section_key(ByteView sealed, SectionKind kind, const Secret& key, ByteView aad) {
  const auto parsed = parse(sealed);
  if (!parsed.ok()) return parsed.error();
  const ParsedSection* section = find(*parsed, kind);
  if (section == nullptr) return no_such_section();
  return open_parsed(*section, key, aad);
}

}  // namespace huiyin::crypto
