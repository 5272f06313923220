#include <algorithm>

#include "shared/core/utf8.hpp"
#include "shared/log/tables.hpp"
#include "sync-server/desk/people/people.hpp"
#include "sync-server/desk/rows.hpp"

namespace huiyin::desk {

namespace t = log::office_table;

std::vector<Table> PeopleFold::tables() const { return {t::kPeople}; }

Status PeopleFold::apply(StoreWriter& writer, const log::LedgerEntry& entry, std::optional<ByteView> body) {
  if (entry.stream.kind != log::StreamKind::kPerson || !body) return {};
  if (entry.type == act::kPersonAdded) {
    const auto act = protocol::from_wire<PersonAdded>(*body, "person added");
    if (!act.ok()) return {};
    return put_row(
        writer, t::kPeople, as_bytes(act->name.value),
        PersonRow{1, act->name, act->display, act->role, act->password_hash, true, entry.at, entry.version});
  }
  if (entry.type == act::kPasswordChanged) {
    const auto act = protocol::from_wire<PasswordChanged>(*body, "password changed");
    if (!act.ok()) return {};
    auto row = find_person(writer, act->name.value);
    if (!row.ok()) return row.error();
    if (!*row) return {};
    (*row)->password_hash = act->password_hash;
    (*row)->must_change = false;
    (*row)->version = entry.version;
    return put_row(writer, t::kPeople, as_bytes(act->name.value), **row);
  }
  return {};
}

Result<std::optional<PersonRow>> find_person(StoreReader& reader, std::string_view name) {
  if (!is_sign_in_name(name)) return std::optional<PersonRow>{};
  return get_row<PersonRow>(reader, t::kPeople, as_bytes(name), "person");
}
Result<std::vector<PersonRow>> list_people(StoreReader& reader) {
  return all_rows<PersonRow>(reader, t::kPeople, "people");
}

bool is_sign_in_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  };
  return name.size() >= 2 && name.size() <= 40 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), fits);
}

Status check_new_password(std::string_view name, std::string_view password) {
  const auto characters = count_code_points(password);
  if (!characters || *characters < 10)
    return error(Code::kInvalid, "a password needs at least 10 characters", "new", "take a longer one");
  if (password.size() > 200)
    return error(Code::kInvalid, "a password may have at most 200 bytes", "new", "take a shorter one");
  if (password.find(name) != std::string_view::npos && password.size() < name.size() + 6)
    return error(Code::kInvalid, "a password must be more than the name", "new", "take another one");
  return {};
}

}  // namespace huiyin::desk
