#include <algorithm>
#include <array>
#include <map>

#include "protocol/archive.hpp"
#include "shared/core/utf8.hpp"
#include "shared/crypto/secret.hpp"
#include "sync-server/api/api.hpp"
#include "sync-server/desk/cases/rules.hpp"
#include "sync-server/desk/people/people.hpp"

namespace huiyin::office {

namespace {

using civic::CaseState;
using desk::CaseRow;
constexpr std::array<const char*, 4> kReplyKinds{"done", "will-do", "cannot", "need-more"};
constexpr std::array<const char*, 3> kSolvedWords{"no", "partly", "yes"};
constexpr std::size_t kPageMax = 200;

/// Names of people and devices, read once for a page of cases.
struct Names {
  std::map<std::string, std::string> people;
  std::map<DeviceId, std::string> devices;
};
Result<Names> read_names(StoreReader& reader) {
  Names names;
  const auto people = desk::list_people(reader);
  if (!people.ok()) return people.error();
  for (const auto& row : *people) names.people[row.name.value] = row.display.value;
  const auto devices = desk::list_devices(reader);
  if (!devices.ok()) return devices.error();
  for (const auto& row : *devices) names.devices[row.id] = row.name.value;
  return names;
}

/// The filters of the inbox: what a person would call open is everything before the answer.
bool is_in(const std::string& filter, CaseState state) {
  if (filter == "new") return state == CaseState::kNew;
  if (filter == "open") return state != CaseState::kAnswered && state != CaseState::kClosed;
  if (filter == "answered") return state == CaseState::kAnswered;
  if (filter == "closed") return state == CaseState::kClosed;
  return filter.empty() || filter == "all";
}

Json case_json(const ApiContext& context, const Names& names, const CaseRow& row) {
  const std::int32_t offset = context.rules.office.utc_offset_minutes;
  const civic::Category* category = context.rules.category(row.category);
  const auto device = names.devices.find(row.device);
  Json rating;
  if (row.rating.given)
    rating = {{"solved", kSolvedWords[static_cast<std::size_t>(row.rating.solved.value)]},
              {"stars", row.rating.stars},
              {"date", iso_time(row.rating.at, offset)}};
  return {{"id", row.id.text()},
          {"category", row.category.value},
          {"kind", category != nullptr ? Json(civic::kind_word(category->kind.value)) : Json()},
          {"area", row.area.value},
          {"zone", row.zone.value},
          {"device", device != names.devices.end() ? device->second : row.device.text()},
          {"feeling", row.feeling},
          {"state", civic::state_word(static_cast<CaseState>(row.state))},
          {"captured",
           {{"from", row.captured_known ? Json(iso_time(row.captured_from, offset)) : Json()},
            {"to", iso_time(row.captured_known ? row.captured_to : row.received, offset)}}},
          {"received", iso_time(row.received, offset)},
          {"due", iso_time(desk::due_at(context.rules, row), offset)},
          {"replies", row.replies},
          {"rating", rating},
          {"readable", row.readable},
          {"erased", row.erased},
          {"version", row.version.value}};
}

net::HttpResponse list(ApiContext& context, const ApiCall& call) {
  const auto& query = call.request.query;
  const auto value = [&](const char* name) {
    const auto at = query.find(name);
    return at == query.end() ? std::string() : at->second;
  };
  const std::string filter = value("state");
  if (!is_in(filter, CaseState::kNew) && !is_in(filter, CaseState::kAnswered) &&
      !is_in(filter, CaseState::kClosed))
    return problem(422, "invalid", "There is no such list", "new, open, answered, closed or all");
  std::optional<CaseId> after;
  if (const std::string text = value("after"); !text.empty()) {
    after = CaseId::from_text(text);
    if (!after) return problem(422, "invalid", "after is not a case");
  }
  std::size_t limit = 50;
  if (const std::string text = value("limit"); !text.empty()) {
    const bool is_number = text.size() <= 3 && text.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number || std::stoul(text) == 0 || std::stoul(text) > kPageMax)
      return problem(422, "invalid", "limit is 1 to 200");
    limit = std::stoul(text);
  }
  Json cases = Json::array();
  Json next;
  const Status read = context.store.read([&](StoreReader& reader) -> Status {
    const auto names = read_names(reader);
    if (!names.ok()) return names.error();
    const auto page = desk::list_cases(
        reader, [&](const CaseRow& row) { return is_in(filter, static_cast<CaseState>(row.state)); }, after,
        limit);
    if (!page.ok()) return page.error();
    for (const CaseRow& row : page->cases) cases.push_back(case_json(context, *names, row));
    if (page->next) next = page->next->text();
    return {};
  });
  if (!read.ok()) return problem_of(read.error());
  return json_response(
      200, {{"cases", cases},
            {"next", next},
            {"as_of", iso_time(context.clocks.office(), context.rules.office.utc_offset_minutes)}});
}

Json event_json(const ApiContext& context, const Names& names, const desk::CaseEvent& event) {
  const auto person = names.people.find(event.row.actor.value);
  return {{"at", iso_time(event.row.at, context.rules.office.utc_offset_minutes)},
          {"who", event.row.actor.value.empty()
                      ? Json()
                      : Json(person != names.people.end() ? person->second : event.row.actor.value)},
          {"what", desk::event_word(static_cast<desk::CaseEventKind>(event.row.kind))},
          {"entry", event.entry.value},
          {"note", event.row.note.value}};
}

/// The replies of a case; with their text when it may be shown.
Json replies_json(const ApiContext& context, const Names& names, const CaseId& id,
                  const std::vector<desk::CaseReply>& replies, bool with_text) {
  Json json = Json::array();
  for (const desk::CaseReply& reply : replies) {
    Json text;
    if (with_text) {
      const auto plain = context.keys.open_office_copy(reply.act.for_office.value, reply.act.generation,
                                                       desk::office_copy_aad(id, reply.act.version));
      if (plain.ok())
        if (const auto body = protocol::from_wire<protocol::ReplyBody>(*plain, "reply"); body.ok())
          text = body->text.value;
    }
    const auto person = names.people.find(reply.person);
    json.push_back({{"version", reply.act.version},
                    {"date", iso_time(reply.at, context.rules.office.utc_offset_minutes)},
                    {"kind", kReplyKinds[static_cast<std::size_t>(reply.act.kind.value)]},
                    {"unit", reply.act.unit},
                    {"person", person != names.people.end() ? person->second : reply.person},
                    {"text", text}});
  }
  return json;
}

net::HttpResponse show(ApiContext& context, const ApiCall& call, const CaseId& id) {
  const bool opened = context.sessions.has_opened(call.person->token, id);
  Json json;
  const Status read = context.store.read([&](StoreReader& reader) -> Status {
    const auto row = desk::find_case(reader, id);
    if (!row.ok()) return row.error();
    if (!*row) return error(Code::kNotFound, "there is no such case", id.text());
    const auto names = read_names(reader);
    if (!names.ok()) return names.error();
    const auto events = desk::case_events(reader, id);
    if (!events.ok()) return events.error();
    const auto replies = desk::case_replies(reader, context.hashes, id);
    if (!replies.ok()) return replies.error();
    json = case_json(context, *names, **row);
    json["events"] = Json::array();
    for (const desk::CaseEvent& event : *events) json["events"].push_back(event_json(context, *names, event));
    json["replies"] = replies_json(context, *names, id, *replies, opened);
    return {};
  });
  if (!read.ok()) return problem_of(read.error());
  return json_response(200, json);
}

/// First the ledger entry, then the text: who reads has left a trace before seeing a word.
net::HttpResponse open(ApiContext& context, const ApiCall& call, const CaseId& id) {
  const auto reason = written_of(call.body, "reason", 200, 200);
  if (!reason) return problem(422, "invalid", "A reason is needed", "at most 200 bytes");
  if (context.keys.is_locked())
    return problem(423, "locked", "The office is locked", "an administrator runs: huiyin office unlock");
  auto entry_number = std::make_shared<std::uint64_t>(0);
  auto record = std::make_shared<LedgerOffset>();
  log::Act act;
  act.stream = log::case_stream(id);
  act.type = desk::act::kCaseOpened;
  act.at = context.clocks.office();
  act.actor = call.person->name;
  act.salt = crypto::random_id<Salt>();
  act.body = protocol::to_wire(desk::CaseOpened{{*reason}});
  const Status stored = context.writer.act_and_wait(
      [act, id, entry_number, record](log::LedgerWriter& ledger, StoreWriter& writer) -> Status {
        const auto row = desk::find_case(writer, id);
        if (!row.ok()) return row.error();
        if (!*row) return error(Code::kNotFound, "there is no such case", id.text());
        *record = (*row)->record;
        const auto entry = ledger.append_act(act);
        if (!entry.ok()) return entry.error();
        *entry_number = entry->offset.value;
        return {};
      });
  if (!stored.ok()) return problem_of(stored.error());

  Json json{{"entry", *entry_number}};
  std::optional<net::HttpResponse> refusal;
  const Status read = context.store.read([&](StoreReader& reader) -> Status {
    const auto entry = log::ledger_entry(reader, *record);
    if (!entry.ok()) return entry.error();
    const auto payload = log::ledger_payload(reader, context.hashes, *entry);
    if (!payload.ok()) return payload.error();
    if (!*payload) {
      refusal = problem(410, "erased", "The text was erased");
      return {};
    }
    const auto header = protocol::parse_header(entry->header);
    if (!header.ok()) return header.error();
    const auto plain = context.keys.open_text(*header, **payload);
    if (!plain.ok()) {
      if (plain.error().code == Code::kLocked) return plain.error();
      refusal = problem(422, "cannot-open", "The text cannot be opened", plain.error().text());
      return {};
    }
    const auto text = protocol::from_wire<protocol::FeedbackText>(*plain, "text");
    if (!text.ok()) {
      refusal = problem(422, "cannot-open", "The text cannot be read", text.error().text());
      return {};
    }
    const auto names = read_names(reader);
    if (!names.ok()) return names.error();
    const auto replies = desk::case_replies(reader, context.hashes, id);
    if (!replies.ok()) return replies.error();
    json["text"] = text->text.value;
    json["language"] = text->language.value;
    json["replies"] = replies_json(context, *names, id, *replies, true);
    return {};
  });
  if (!read.ok()) return problem_of(read.error());
  if (refusal) return *refusal;
  context.sessions.opened_case(call.person->token, id);
  return json_response(200, json);
}

/// Reads the case, lets `make` decide, and appends if nobody was first. `version` is what the
/// person saw.
net::HttpResponse decide(ApiContext& context, const ApiCall& call, const CaseId& id, int status,
                         const std::function<Result<log::Act>(const CaseRow&)>& make) {
  const auto version = number_of(call.body, "version", 0, INT64_MAX);
  if (!version) return problem(422, "invalid", "version is needed: the one that was read");
  auto now_at = std::make_shared<std::uint64_t>(0);
  const Status stored = context.writer.act_and_wait(
      [&make, id, version, now_at](log::LedgerWriter& ledger, StoreWriter& writer) -> Status {
        auto row = desk::find_case(writer, id);
        if (!row.ok()) return row.error();
        if (!*row) return error(Code::kNotFound, "there is no such case", id.text());
        if (static_cast<std::uint64_t>(*version) > (*row)->version.value)
          return error(Code::kConflict, "nobody can have read that version yet", "case " + id.text(),
                       "read the case again, then decide");
        // An opening moves the stream as well; it changes nothing that a decision rests on.
        const auto events = desk::case_events(writer, id);
        if (!events.ok()) return events.error();
        for (const desk::CaseEvent& event : *events) {
          const auto kind = static_cast<desk::CaseEventKind>(event.row.kind);
          if (kind == desk::CaseEventKind::kOpened || kind == desk::CaseEventKind::kReceived ||
              kind == desk::CaseEventKind::kRated)
            continue;
          const auto entry = log::ledger_entry(writer, event.entry);
          if (!entry.ok()) return entry.error();
          if (entry->version.value > static_cast<std::uint64_t>(*version))
            return error(Code::kConflict, "somebody else was first", "case " + id.text(),
                         "read the case again, then decide");
        }
        const auto act = make(**row);
        if (!act.ok()) return act.error();
        const auto entry = ledger.append_act(*act);
        if (!entry.ok()) return entry.error();
        *now_at = entry->version.value;
        return {};
      });
  if (!stored.ok()) {
    if (stored.error().code == Code::kInvalid)
      return problem(422, "not-allowed", "That does not belong here", stored.error().text());
    return problem_of(stored.error());
  }
  return json_response(status, {{"version", *now_at}});
}

net::HttpResponse reply(ApiContext& context, const ApiCall& call, const CaseId& id) {
  const auto text = written_of(call.body, "text", limits::kTextCharactersMax, limits::kTextBytesMax);
  const auto kind = text_of(call.body, "kind", 20);
  const auto unit = number_of(call.body, "unit", 1, UINT32_MAX);
  if (!text)
    return problem(422, "invalid", "A reply needs a text",
                   "at most 1,000 characters, without control characters");
  const auto known = std::find_if(kReplyKinds.begin(), kReplyKinds.end(),
                                  [&](const char* word) { return kind && *kind == word; });
  if (known == kReplyKinds.end())
    return problem(422, "invalid", "kind is done, will-do, cannot or need-more");
  if (!unit) return problem(422, "invalid", "The unit that answers is needed");
  desk::NewReply wanted;
  wanted.kind = static_cast<protocol::ReplyKind>(known - kReplyKinds.begin());
  wanted.unit = static_cast<std::uint32_t>(*unit);
  wanted.language = text_of(call.body, "language", 16).value_or("");
  wanted.text = *text;
  const OfficeTime now = context.clocks.office();
  return decide(context, call, id, 201, [&](const CaseRow& row) {
    return desk::make_reply(context.keys, context.hashes, context.rules, row, wanted, call.person->name, now,
                            crypto::random_id<Salt>());
  });
}

net::HttpResponse move(ApiContext& context, const ApiCall& call, const CaseId& id) {
  const auto word = text_of(call.body, "state", 20);
  const auto state = word ? civic::state_of(*word) : std::nullopt;
  if (!state) return problem(422, "invalid", "state is accepted, in-progress or closed");
  const auto note = text_of(call.body, "note", 1000).value_or("");
  if (!check_person_text(note, 300, 1000).ok())
    return problem(422, "invalid", "The note cannot be taken", "at most 300 characters");
  const OfficeTime now = context.clocks.office();
  return decide(context, call, id, 200, [&](const CaseRow& row) {
    return desk::make_move(row, *state, clean_person_text(note), call.person->name, now,
                           crypto::random_id<Salt>());
  });
}

}  // namespace

std::optional<net::HttpResponse> case_routes(ApiContext& context, const ApiCall& call) {
  if (call.path.empty() || call.path[0] != "cases") return std::nullopt;
  const std::string& method = call.request.method;
  if (call.path.size() == 1 && method == "GET") return list(context, call);
  if (call.path.size() < 2) return std::nullopt;
  const auto id = CaseId::from_text(call.path[1]);
  if (!id) return problem(404, "not-found", "There is no such case");
  if (call.path.size() == 2 && method == "GET") return show(context, call, *id);
  if (call.path.size() != 3 || method != "POST") return std::nullopt;
  if (call.path[2] == "open") return open(context, call, *id);
  if (call.path[2] == "reply") return reply(context, call, *id);
  if (call.path[2] == "state") return move(context, call, *id);
  return std::nullopt;
}

}  // namespace huiyin::office
