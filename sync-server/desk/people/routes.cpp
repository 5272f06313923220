#include "protocol/archive.hpp"
#include "shared/crypto/passphrase.hpp"
#include "shared/crypto/secret.hpp"
#include "sync-server/api/api.hpp"
#include "sync-server/desk/people/people.hpp"
#include "sync-server/desk/people/rules.hpp"

namespace huiyin::office {

namespace {

Json person_json(const SignedIn& person) {
  return {{"person",
           {{"name", person.name},
            {"display", person.display},
            {"role", person.role == desk::Role::kAdministrator ? "administrator" : "clerk"}}},
          {"must_change_password", person.must_change_password}};
}

net::HttpResponse sign_in(ApiContext& context, const ApiCall& call) {
  const auto name = text_of(call.body, "name", 40);
  const auto password = text_of(call.body, "password", 200);
  if (!name || !password) return problem(422, "invalid", "Name and password are needed");
  const BootTime now = context.clocks.boot();
  if (const Duration wait = context.sessions.must_wait(*name, now); wait.ms > 0) {
    auto response = problem(429, "slow-down", "Too many wrong passwords", "wait a minute");
    response.headers.emplace_back("Retry-After", std::to_string(wait.ms / 1000 + 1));
    return response;
  }
  std::optional<desk::PersonRow> person;
  const Status read = context.store.read([&](StoreReader& reader) -> Status {
    auto found = desk::find_person(reader, *name);
    if (!found.ok()) return found.error();
    person = std::move(*found);
    return {};
  });
  if (!read.ok()) return problem_of(read.error());
  bool right = false;
  if (person) {
    right = crypto::verify_password(person->password_hash.value, *password);
  } else {
    crypto::spend_verify_time({});  // an unknown name must not answer sooner
  }
  if (!right) {
    context.sessions.wrong_password(*name, now);
    return problem(401, "wrong-password", "Name or password is wrong");
  }
  context.sessions.right_password(*name);
  SignedIn signed_in{{}, person->name.value, person->display.value, person->role.value, person->must_change};
  const std::string token = context.sessions.open(signed_in, now);
  auto response = json_response(200, person_json(signed_in));
  response.headers.emplace_back("Set-Cookie",
                                "huiyin_office=" + token + "; Path=/; HttpOnly; SameSite=Strict");
  return response;
}

net::HttpResponse change_password(ApiContext& context, const ApiCall& call) {
  const auto old_password = text_of(call.body, "old", 200);
  const auto new_password = text_of(call.body, "new", 1000);
  if (!old_password || !new_password)
    return problem(422, "invalid", "The old and the new password are needed");
  const BootTime now = context.clocks.boot();
  if (context.sessions.must_wait(call.person->name, now).ms > 0)
    return problem(429, "slow-down", "Too many wrong passwords", "wait a minute");
  std::optional<desk::PersonRow> person;
  const Status read = context.store.read([&](StoreReader& reader) -> Status {
    auto found = desk::find_person(reader, call.person->name);
    if (!found.ok()) return found.error();
    person = std::move(*found);
    return {};
  });
  if (!read.ok()) return problem_of(read.error());
  if (!person || !crypto::verify_password(person->password_hash.value, *old_password)) {
    context.sessions.wrong_password(call.person->name, now);
    return problem(401, "wrong-password", "The old password is wrong");
  }
  if (const Status fit = desk::check_new_password(call.person->name, *new_password); !fit.ok())
    return problem(422, "password-weak", "Take another password", fit.error().text());
  if (*new_password == *old_password)
    return problem(422, "password-weak", "Take another password", "it is the old one");
  const auto hash = crypto::hash_password(*new_password);
  if (!hash.ok()) return problem_of(hash.error());
  log::Act act;
  act.stream = log::person_stream(context.hashes, call.person->name);
  act.expected_head = person->version;
  act.type = desk::act::kPasswordChanged;
  act.at = context.clocks.office();
  act.actor = call.person->name;
  act.salt = crypto::random_id<Salt>();
  act.body = protocol::to_wire(desk::PasswordChanged{{call.person->name}, {*hash}});
  const Status stored = context.writer.act_and_wait([act](log::LedgerWriter& ledger, StoreWriter&) -> Status {
    const auto entry = ledger.append_act(act);
    if (!entry.ok()) return entry.error();
    return {};
  });
  if (!stored.ok()) return problem_of(stored.error());
  context.sessions.password_changed(call.person->name, call.person->token);
  return no_content();
}

net::HttpResponse list_people(ApiContext& context) {
  Json people = Json::array();
  const Status read = context.store.read([&](StoreReader& reader) -> Status {
    const auto rows = desk::list_people(reader);
    if (!rows.ok()) return rows.error();
    for (const desk::PersonRow& row : *rows)
      people.push_back({{"name", row.name.value},
                        {"display", row.display.value},
                        {"role", row.role.value == desk::Role::kAdministrator ? "administrator" : "clerk"},
                        {"since", iso_time(row.since, context.rules.office.utc_offset_minutes)},
                        {"must_change_password", row.must_change}});
    return {};
  });
  if (!read.ok()) return problem_of(read.error());
  return json_response(200, {{"people", people}});
}

net::HttpResponse add_person(ApiContext& context, const ApiCall& call) {
  const auto name = text_of(call.body, "name", 40);
  const auto display = written_of(call.body, "display", 60, limits::kNameBytesMax);
  const auto role = text_of(call.body, "role", 20);
  if (!name || !desk::is_sign_in_name(*name))
    return problem(422, "invalid", "That sign-in name cannot be taken",
                   "2 to 40 of a-z, 0-9, dot, hyphen, beginning with a letter");
  if (!display) return problem(422, "invalid", "A name to be shown is needed");
  if (!role || (*role != "clerk" && *role != "administrator"))
    return problem(422, "invalid", "The role is clerk or administrator");
  const auto added = desk::new_person(context.hashes, *name, *display,
                                      *role == "clerk" ? desk::Role::kClerk : desk::Role::kAdministrator,
                                      call.person->name, context.clocks.office());
  if (!added.ok()) return problem_of(added.error());
  const Status stored =
      context.writer.act_and_wait([act = added->act](log::LedgerWriter& ledger, StoreWriter&) -> Status {
        const auto entry = ledger.append_act(act);
        if (!entry.ok()) return entry.error();
        return {};
      });
  if (!stored.ok() && stored.error().code == Code::kConflict)
    return problem(409, "conflict", "There is somebody with this sign-in name", "take another one");
  if (!stored.ok()) return problem_of(stored.error());
  return json_response(201, {{"first_password", added->first_password}});
}

}  // namespace

std::optional<net::HttpResponse> session_routes(ApiContext& context, const ApiCall& call) {
  if (call.path.empty() || call.path[0] != "session") return std::nullopt;
  const std::string& method = call.request.method;
  if (call.path.size() == 1 && method == "POST") return sign_in(context, call);
  if (call.path.size() == 1 && method == "GET") return json_response(200, person_json(*call.person));
  if (call.path.size() == 1 && method == "DELETE") {
    context.sessions.close(call.person->token);
    auto response = no_content();
    response.headers.emplace_back("Set-Cookie",
                                  "huiyin_office=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    return response;
  }
  if (call.path.size() == 2 && call.path[1] == "password" && method == "POST")
    return change_password(context, call);
  return std::nullopt;
}

std::optional<net::HttpResponse> people_routes(ApiContext& context, const ApiCall& call) {
  if (call.path != std::vector<std::string>{"people"}) return std::nullopt;
  if (call.person->role != desk::Role::kAdministrator)
    return problem(403, "refused", "Only administrators see and change who works here");
  if (call.request.method == "GET") return list_people(context);
  if (call.request.method == "POST") return add_person(context, call);
  return std::nullopt;
}

}  // namespace huiyin::office
