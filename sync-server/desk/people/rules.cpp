#include "sync-server/desk/people/rules.hpp"

#include "protocol/archive.hpp"
#include "shared/crypto/passphrase.hpp"
#include "shared/crypto/secret.hpp"

namespace huiyin::desk {

Result<NewPerson> new_person(const HashPort& hashes, const std::string& name, const std::string& display,
                             Role role, const std::string& actor, OfficeTime now) {
  NewPerson added;
  // 80 random bits in letters that are not mistaken for each other.
  added.first_password = base32(crypto::random_bytes(10));
  const auto hash = crypto::hash_password(added.first_password);
  if (!hash.ok()) return hash.error();
  added.act.stream = log::person_stream(hashes, name);
  added.act.expected_head = StreamVersion{0};
  added.act.type = act::kPersonAdded;
  added.act.at = now;
  added.act.actor = actor;
  added.act.salt = crypto::random_id<Salt>();
  added.act.body = protocol::to_wire(PersonAdded{{name}, {display}, {role}, {*hash}});
  return added;
}

}  // namespace huiyin::desk
