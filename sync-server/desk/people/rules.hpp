#pragma once
/// How somebody joins the office.

#include "sync-server/desk/people/people.hpp"

namespace huiyin::desk {

struct NewPerson {
  log::Act act;
  std::string first_password;  ///< shown once; must be changed at the first sign-in
};
/// The act that adds a person, with a random first password. The act expects that nobody has the
/// sign-in name yet.
[[nodiscard]] Result<NewPerson> new_person(const HashPort& hashes, const std::string& name,
                                           const std::string& display, Role role, const std::string& actor,
                                           OfficeTime now);

}  // namespace huiyin::desk
