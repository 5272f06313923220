#pragma once
/// People who work at the office: accounts and roles. Passwords are kept as Argon2id hashes in
/// the ledger's payloads. The fold runs on the writer thread.

#include <optional>
#include <vector>

#include "shared/log/ledger.hpp"
#include "sync-server/desk/events.hpp"

namespace huiyin::desk {

struct PersonRow {
  std::uint8_t format = 1;
  Text<40> name;
  Text<limits::kNameBytesMax> display;
  Choice<Role> role;
  Text<200> password_hash;
  bool must_change = true;  ///< until the first password was changed
  OfficeTime since;
  StreamVersion version;  ///< head of the person's stream
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, name, display, role, password_hash, must_change, since, version);
  }
};

class PeopleFold final : public log::Fold {
 public:
  [[nodiscard]] std::vector<Table> tables() const override;
  [[nodiscard]] Status apply(StoreWriter& writer, const log::LedgerEntry& entry,
                             std::optional<ByteView> body) override;
};

[[nodiscard]] Result<std::optional<PersonRow>> find_person(StoreReader& reader, std::string_view name);
[[nodiscard]] Result<std::vector<PersonRow>> list_people(StoreReader& reader);

/// Sign-in names: 2–40 of a–z, 0–9, '.', '-', '_', beginning with a letter.
[[nodiscard]] bool is_sign_in_name(std::string_view name);
/// At least 10 characters, and not the name itself.
[[nodiscard]] Status check_new_password(std::string_view name, std::string_view password);

}  // namespace huiyin::desk
