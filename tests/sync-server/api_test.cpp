/// The office API over HTTP, from a real office with its real costs.

#include "protocol/enrolment.hpp"
#include "tests/sync-server/office_server.hpp"

namespace huiyin::office::testing {
namespace {

const std::string kAdminPassword = "管理员的新口令 long enough";
const std::string kClerkPassword = "clerk's long password";

/// One office for all tests of this file: every password costs a tenth of a second and more.
class Api : public ::testing::Test {
 protected:
  struct World {
    RunningOffice running;
    net::Loop loop;
    TestKiosk kiosk{"柳树湾终端"};
    Browser admin{running.office->web_port()};
    Browser clerk{running.office->web_port()};
    Answer first_sign_in;
    std::vector<Answer> blocked;  ///< before the first password was changed
    std::vector<Answer> weak;
    Answer changed;
  };
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>();
    World& w = *world_;
    w.first_sign_in = w.admin.sign_in("admin", w.running.first_password());
    for (const char* path : {"/overview", "/cases", "/people", "/devices", "/areas", "/no-such-call"})
      w.blocked.push_back(w.admin.get(path));
    w.blocked.push_back(w.admin.post("/people", {{"name", "x1"}, {"display", "X"}, {"role", "clerk"}}));
    const std::string old_password = w.running.first_password();
    w.weak.push_back(w.admin.post("/session/password", {{"old", old_password}, {"new", "short"}}));
    w.weak.push_back(w.admin.post("/session/password", {{"old", old_password}, {"new", "admin12345"}}));
    w.changed = w.admin.post("/session/password", {{"old", old_password}, {"new", kAdminPassword}});
    const Answer added = w.admin.post("/people", {{"name", "li"}, {"display", "李"}, {"role", "clerk"}});
    ASSERT_EQ(added.status, 201) << added.body;
    const std::string first = added.body["first_password"];
    ASSERT_EQ(w.clerk.sign_in("li", first).status, 200);
    ASSERT_EQ(w.clerk.post("/session/password", {{"old", first}, {"new", kClerkPassword}}).status, 204);
    enrol(w.admin, w.loop, w.kiosk);
  }
  static void TearDownTestSuite() { world_.reset(); }
  static World& w() { return *world_; }

  /// A case that the office has received.
  static std::string said(const std::string& text, const std::string& receipt = "receipt") {
    const auto saved = w().kiosk.say(receipt_named(receipt).sign.public_key(), text);
    EXPECT_TRUE(sync_all(w().loop, w().running.office->device_port(), w().kiosk));
    return case_of(saved).text();
  }
  static Json reply_body(const std::string& text, std::int64_t version = 0) {
    return {{"text", text}, {"kind", "done"}, {"unit", 1}, {"version", version}};
  }

 private:
  static inline std::unique_ptr<World> world_;
};

TEST_F(Api, first_sign_in_works_and_everything_else_waits_for_a_new_password) {
  EXPECT_EQ(w().first_sign_in.status, 200);
  EXPECT_EQ(w().first_sign_in.body["must_change_password"], true);
  EXPECT_EQ(w().first_sign_in.body["person"]["role"], "administrator");
  for (const Answer& answer : w().blocked) {
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.type(), "huiyin:change-password");
  }
  for (const Answer& answer : w().weak) {
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(answer.type(), "huiyin:password-weak");
  }
  EXPECT_EQ(w().changed.status, 204);
  EXPECT_EQ(w().admin.get("/session").body["must_change_password"], false);
}

TEST_F(Api, session_cookie_is_for_our_pages_alone) {
  const std::string cookie = w().first_sign_in.headers.at("set-cookie");

  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Strict"), std::string::npos);
  EXPECT_EQ(w().first_sign_in.headers.at("cache-control"), "no-store");
}

TEST_F(Api, wrong_password_and_unknown_name_are_told_in_the_same_words) {
  Browser browser(w().running.office->web_port());

  const Answer wrong = browser.sign_in("li", "not the password");
  const Answer unknown = browser.sign_in("nobody", "not the password");

  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.type(), "huiyin:wrong-password");
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(unknown.body, wrong.body);
  EXPECT_EQ(browser.get("/session").status, 401);
}

TEST_F(Api, five_wrong_passwords_make_a_name_wait_and_no_other) {
  Browser browser(w().running.office->web_port());
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(browser.sign_in("guessed", "password " + std::to_string(i)).status, 401);

  const Answer sixth = browser.sign_in("guessed", "password 6");

  EXPECT_EQ(sixth.status, 429);
  EXPECT_EQ(sixth.type(), "huiyin:slow-down");
  EXPECT_GT(std::stoi(sixth.headers.at("retry-after")), 0);
  EXPECT_EQ(browser.sign_in("li", kClerkPassword).status, 200);
}

TEST_F(Api, sign_out_ends_the_session) {
  Browser browser(w().running.office->web_port());
  ASSERT_EQ(browser.sign_in("li", kClerkPassword).status, 200);

  EXPECT_EQ(browser.call("DELETE", "/session").status, 204);

  EXPECT_EQ(browser.get("/session").status, 401);
  EXPECT_EQ(w().clerk.get("/session").status, 200) << "another session of the same person goes on";
}

TEST_F(Api, sign_in_takes_only_texts_of_bounded_length) {
  Browser browser(w().running.office->web_port());

  EXPECT_EQ(browser.post("/session", {{"name", 5}, {"password", "x"}}).status, 422);
  EXPECT_EQ(browser.post("/session", {{"name", "li"}}).status, 422);
  EXPECT_EQ(browser.post("/session", {{"name", "li"}, {"password", std::string(201, 'x')}}).status, 422);
  EXPECT_EQ(browser.post("/session", {{"name", std::string(41, 'x')}, {"password", "x"}}).status, 422);
}

TEST_F(Api, health_needs_no_sign_in_and_says_nothing_else) {
  Browser nobody(w().running.office->web_port());

  const Answer health = nobody.call("GET", "/health", {}, {});

  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.body, (Json{{"status", "ok"}}));
  for (const char* path : {"/overview", "/cases", "/areas", "/categories", "/units", "/devices", "/people",
                           "/session", "/nothing"}) {
    const Answer answer = nobody.get(path);
    EXPECT_EQ(answer.status, 401) << path;
    EXPECT_EQ(answer.type(), "huiyin:sign-in") << path;
  }
  for (const char* path : {"/cases/0000000000000000/open", "/devices/codes", "/people", "/session/password"})
    EXPECT_EQ(nobody.post(path, Json::object()).status, 401) << path;
}

TEST_F(Api, calls_of_other_pages_are_refused) {
  const std::string own = "127.0.0.1:" + std::to_string(w().running.office->web_port());
  const auto post = [&](std::map<std::string, std::string> headers) {
    return w().clerk.call("POST", "/cases/0000000000000000/open", R"({"reason":"x"})", std::move(headers));
  };

  ASSERT_EQ(w().running.control({{"command", "lock"}})["ok"], true);
  EXPECT_EQ(post({}).type(), "huiyin:foreign") << "without our header";
  EXPECT_EQ(post({{"X-Huiyin", "2"}}).status, 403);
  EXPECT_EQ(post({{"X-Huiyin", "1"}, {"Origin", "http://evil.example"}}).status, 403);
  EXPECT_EQ(post({{"X-Huiyin", "1"}, {"Origin", "null"}}).status, 403);
  EXPECT_EQ(w().clerk.call("GET", "/cases", {}, {{"Origin", "http://evil.example"}}).status, 403);
  EXPECT_EQ(post({{"X-Huiyin", "1"}, {"Origin", "http://" + own}}).status, 423)
      << "our own page, a locked office";
  EXPECT_EQ(w().clerk.call("DELETE", "/session", {}, {}).status, 403) << "nobody else signs a clerk out";
}

TEST_F(Api, bodies_that_are_no_small_json_object_are_refused) {
  const auto post = [&](const std::string& body) {
    return w().clerk.call("POST", "/cases/0000000000000000/reply", body).status;
  };

  EXPECT_EQ(post("{"), 400);
  EXPECT_EQ(post("[]"), 400);
  EXPECT_EQ(post("null"), 400);
  EXPECT_EQ(post("\"text\""), 400);
  EXPECT_EQ(post("{\"text\":\"\xff\"}"), 400) << "not UTF-8";
  EXPECT_EQ(post("{\"a\":1e999}"), 400);
  EXPECT_EQ(post(std::string(100'000, '[')), 400);
  EXPECT_EQ(post("{\"a\":" + std::string(60'000, '[') + std::string(60'000, ']') + "}"), 400);
  std::string nested = "1";
  for (int i = 0; i < 20; ++i) nested = "{\"a\":" + nested + "}";
  EXPECT_EQ(post(nested), 400);
  EXPECT_EQ(post("{\"text\":\"" + std::string(300'000, 'x') + "\"}"), 413);
  EXPECT_EQ(w().clerk.get("/session").status, 200) << "the office lives";
}

TEST_F(Api, unknown_calls_are_not_found) {
  for (const char* path : {"/nothing", "/cases/xyz", "/cases/0000000000000000/nothing", "/session/nothing",
                           "/devices/a/b/c", "/overview/x"})
    EXPECT_EQ(w().admin.get(path).status, 404) << path;
  EXPECT_EQ(w().admin.post("/overview", Json::object()).status, 404);
  EXPECT_EQ(w().admin.post("/cases/0000000000000000/nothing", Json::object()).status, 404);
  EXPECT_EQ(w().admin.call("PUT", "/session", "{}").status, 404);
  EXPECT_EQ(w().admin.get("/cases/0123456789abcdef").status, 404);
}

TEST_F(Api, clerk_neither_sees_people_nor_enrols_nor_revokes) {
  EXPECT_EQ(w().clerk.get("/people").status, 403);
  EXPECT_EQ(w().clerk.post("/people", {{"name", "x2"}, {"display", "X"}, {"role", "administrator"}}).status,
            403);
  EXPECT_EQ(w().clerk.post("/devices/codes", {{"name", "x"}, {"area", 10101}}).status, 403);
  EXPECT_EQ(w().clerk.post("/devices/" + w().kiosk.id().text() + "/revoke", {{"reason", "x"}}).status, 403);
  EXPECT_EQ(w().clerk.get("/devices").status, 200);
  EXPECT_EQ(w().clerk.get("/session").body["person"]["role"], "clerk");
}

TEST_F(Api, people_are_listed_without_their_passwords_and_names_are_given_once) {
  const Answer people = w().admin.get("/people");

  ASSERT_EQ(people.status, 200);
  EXPECT_EQ(people.body["people"].size(), 2U);
  EXPECT_EQ(people.body.dump().find("argon2"), std::string::npos);
  EXPECT_EQ(w().admin.post("/people", {{"name", "li"}, {"display", "Another"}, {"role", "clerk"}}).status,
            409);
  for (const char* name : {"", "L", "Li", "1li", "a b", "x"})
    EXPECT_EQ(w().admin.post("/people", {{"name", name}, {"display", "X"}, {"role", "clerk"}}).status, 422)
        << name;
  EXPECT_EQ(w().admin.post("/people", {{"name", "wang"}, {"display", " \u202e"}, {"role", "clerk"}}).status,
            422);
  EXPECT_EQ(w().admin.post("/people", {{"name", "wang"}, {"display", "X"}, {"role", "king"}}).status, 422);
}

TEST_F(Api, rules_are_shown) {
  EXPECT_GE(w().clerk.get("/areas").body["areas"].size(), 10U);
  EXPECT_EQ(w().clerk.get("/categories").body["categories"][0]["code"], 101);
  EXPECT_EQ(w().clerk.get("/units").body["units"][0]["names"]["en"], "Water Bureau");
}

TEST_F(Api, overview_counts_what_is_there) {
  const Json before = w().clerk.get("/overview").body;
  said("one more");
  const Json after = w().clerk.get("/overview").body;

  EXPECT_EQ(after["counts"]["all"].get<int>(), before["counts"]["all"].get<int>() + 1);
  EXPECT_EQ(after["counts"]["new"].get<int>(), before["counts"]["new"].get<int>() + 1);
  EXPECT_GT(after["ledger"]["size"].get<int>(), before["ledger"]["size"].get<int>());
  EXPECT_NE(after["ledger"]["root"], before["ledger"]["root"]);
  EXPECT_GE(after["devices"]["enrolled"].get<int>(), 1);
}

TEST_F(Api, list_is_paged_and_filtered_and_refuses_what_it_does_not_know) {
  const std::string first = said("first");
  const std::string second = said("second");
  const std::string third = said("third");

  const Answer page = w().clerk.get("/cases?state=new&limit=2");
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(page.body["cases"][0]["id"], third);
  EXPECT_EQ(page.body["cases"][1]["id"], second);
  EXPECT_EQ(page.body["next"], second);
  const Answer next = w().clerk.get("/cases?state=new&limit=1&after=" + second);
  EXPECT_EQ(next.body["cases"][0]["id"], first);
  const Json& row = page.body["cases"][0];
  EXPECT_EQ(row["device"], "柳树湾终端");
  EXPECT_EQ(row["kind"], "complaint");
  EXPECT_EQ(row["state"], "new");
  EXPECT_TRUE(row["rating"].is_null());
  EXPECT_EQ(row["received"].get<std::string>().substr(19), "+08:00");

  for (const char* query :
       {"state=strange", "limit=0", "limit=201", "limit=-1", "limit=ten", "after=xyz", "limit=99999999999"})
    EXPECT_EQ(w().clerk.get("/cases?" + std::string(query)).status, 422) << query;
  EXPECT_EQ(w().clerk.get("/cases?after=0123456789abcdef").body["cases"].size(), 0U);
  for (const char* filter : {"new", "open", "answered", "closed", "all"})
    EXPECT_EQ(w().clerk.get("/cases?state=" + std::string(filter)).status, 200) << filter;
}

TEST_F(Api, opening_a_text_needs_an_unlocked_office_and_leaves_its_entry_first) {
  const std::string id = said("水管坏了三天");
  const std::string path = "/cases/" + id;
  ASSERT_EQ(w().running.control({{"command", "lock"}})["ok"], true);

  const Answer locked = w().clerk.post(path + "/open", {{"reason", "answer"}});
  EXPECT_EQ(locked.status, 423);
  EXPECT_EQ(locked.type(), "huiyin:locked");
  EXPECT_EQ(w().clerk.get("/overview").body["locked"], true);
  w().running.unlock();
  const Answer opened = w().clerk.post(path + "/open", {{"reason", "answer\u202e"}});

  ASSERT_EQ(opened.status, 200) << opened.body;
  EXPECT_EQ(opened.body["text"], "水管坏了三天");
  EXPECT_EQ(opened.body["language"], "zh");
  const Json events = w().clerk.get(path).body["events"];
  ASSERT_EQ(events.size(), 2U) << "the refused opening left none";
  EXPECT_EQ(events[1]["what"], "opened");
  EXPECT_EQ(events[1]["who"], "李");
  EXPECT_EQ(events[1]["entry"], opened.body["entry"]);
  EXPECT_EQ(events[1]["note"], "answer") << "what changes how text looks is taken out";
  EXPECT_LT(opened.body["entry"].get<std::uint64_t>(),
            w().clerk.get("/overview").body["ledger"]["size"].get<std::uint64_t>());
}

TEST_F(Api, opening_needs_a_reason_and_a_case) {
  const std::string id = said("text");
  w().running.unlock();

  for (const Json& body :
       {Json::object(), Json{{"reason", ""}}, Json{{"reason", "  \u200b"}},
        Json{{"reason", std::string(201, 'x')}}, Json{{"reason", "a\u0001"}}, Json{{"reason", 5}}})
    EXPECT_EQ(w().clerk.post("/cases/" + id + "/open", body).status, 422) << body;
  EXPECT_EQ(w().clerk.post("/cases/0123456789abcdef/open", {{"reason", "x"}}).status, 404);
  EXPECT_EQ(w().clerk.get("/cases/" + id).body["events"].size(), 1U);
}

TEST_F(Api, record_without_a_text_says_that_it_cannot_be_opened) {
  const auto saved = w().kiosk.capture_routing(protocol::record_type::kFeedback, as_bytes("strange"));
  ASSERT_TRUE(sync_all(w().loop, w().running.office->device_port(), w().kiosk));
  w().running.unlock();

  const Answer opened = w().clerk.post("/cases/" + case_of(saved).text() + "/open", {{"reason", "x"}});
  const Answer replied = w().clerk.post("/cases/" + case_of(saved).text() + "/reply", reply_body("答", 1));

  EXPECT_EQ(opened.status, 422);
  EXPECT_EQ(opened.type(), "huiyin:cannot-open");
  EXPECT_EQ(replied.status, 422);
  EXPECT_EQ(w().clerk.get("/cases/" + case_of(saved).text()).body["readable"], false);
}

TEST_F(Api, reply_is_checked_cleaned_and_stored) {
  const std::string path = "/cases/" + said("text");
  const auto post = [&](const Json& change) {
    Json body = reply_body("答复");
    body.update(change);
    return w().clerk.post(path + "/reply", body).status;
  };
  std::string chinese;
  for (int i = 0; i < 1001; ++i) chinese += "字";

  EXPECT_EQ(post({{"text", chinese}}), 422) << "1,001 characters";
  EXPECT_EQ(post({{"text", ""}}), 422);
  EXPECT_EQ(post({{"text", " \n\t"}}), 422);
  EXPECT_EQ(post({{"text", "\u202e\u200b\ufeff"}}), 422) << "nothing is left of it";
  EXPECT_EQ(post({{"text", "a\u0007b"}}), 422);
  EXPECT_EQ(post({{"text", std::string("a\0b", 3)}}), 422);
  EXPECT_EQ(post({{"text", Json()}}), 422);
  EXPECT_EQ(post({{"kind", "maybe"}}), 422);
  EXPECT_EQ(post({{"kind", 1}}), 422);
  EXPECT_EQ(post({{"unit", 0}}), 422);
  EXPECT_EQ(post({{"unit", 99}}), 422);
  EXPECT_EQ(post({{"unit", 1.5}}), 422);
  EXPECT_EQ(post({{"version", Json()}}), 422);
  EXPECT_EQ(post({{"version", -1}}), 422);
  EXPECT_EQ(post({{"version", 18446744073709551615U}}), 422);
}

TEST_F(Api, thousand_characters_and_tricks_arrive_clean) {
  const std::string path = "/cases/" + said("text");
  w().running.unlock();
  std::string chinese;
  for (int i = 0; i < 1000; ++i) chinese += "字";

  const Answer longest = w().clerk.post(path + "/reply", reply_body(chinese + "\u202e"));
  ASSERT_EQ(longest.status, 201) << longest.body;
  EXPECT_EQ(longest.body["version"], 1);
  const Answer corrected = w().clerk.post(path + "/reply", reply_body("第一行\r\n第二行\u202e\u2066", 1));
  ASSERT_EQ(corrected.status, 201);

  EXPECT_TRUE(w().clerk.get(path).body["replies"][0]["text"].is_null()) << "not opened in this session";
  ASSERT_EQ(w().clerk.post(path + "/open", {{"reason", "read"}}).status, 200);
  const Json replies = w().clerk.get(path).body["replies"];
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(replies[0]["text"], chinese);
  EXPECT_EQ(replies[1]["text"], "第一行\n第二行");
  EXPECT_EQ(replies[1]["version"], 2);
  EXPECT_EQ(replies[1]["person"], "李");
  EXPECT_TRUE(w().admin.get(path).body["replies"][0]["text"].is_null()) << "another session opened nothing";
}

TEST_F(Api, second_of_two_who_decide_gets_a_conflict_but_openings_do_not_count) {
  const std::string path = "/cases/" + said("text");
  w().running.unlock();
  ASSERT_EQ(w().admin.post(path + "/open", {{"reason", "look"}}).status, 200);

  ASSERT_EQ(w().clerk.post(path + "/reply", reply_body("一", 0)).status, 201)
      << "the opening of another is no conflict";
  const Answer late = w().admin.post(path + "/reply", reply_body("二", 1));
  const Answer late_move =
      w().admin.post(path + "/state", {{"state", "closed"}, {"note", ""}, {"version", 0}});

  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(late.type(), "huiyin:conflict");
  EXPECT_EQ(late_move.status, 409);
  EXPECT_EQ(w().admin.post(path + "/reply", reply_body("三", 99)).status, 409)
      << "a version that was never read";
  EXPECT_EQ(w().admin.get(path).body["replies"].size(), 1U);
}

TEST_F(Api, states_move_as_the_rules_say) {
  const std::string path = "/cases/" + said("text");
  const auto move = [&](const char* state, int version, const std::string& note = "note") {
    return w().clerk.post(path + "/state", {{"state", state}, {"note", note}, {"version", version}});
  };

  EXPECT_EQ(move("strange", 0).status, 422);
  const Answer refused = move("answered", 0);
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.type(), "huiyin:not-allowed");
  EXPECT_NE(refused.body["detail"].get<std::string>().find("allowed: accepted, in-progress, closed"),
            std::string::npos);
  EXPECT_EQ(move("accepted", 0, std::string(301, 'x')).status, 422);
  EXPECT_EQ(move("accepted", 0).status, 200);
  EXPECT_EQ(move("in-progress", 1).status, 200);
  EXPECT_EQ(move("closed", 2).body["version"], 3);
  EXPECT_EQ(w().clerk.get(path).body["state"], "closed");
}

TEST_F(Api, rating_reaches_the_case) {
  const std::string path = "/cases/" + said("text", "a rated receipt");
  ASSERT_EQ(w().clerk.post(path + "/reply", reply_body("修好了")).status, 201);
  w().kiosk.rate(receipt_named("a rated receipt"), 1, protocol::Solved::kPartly, 4);
  ASSERT_TRUE(sync_all(w().loop, w().running.office->device_port(), w().kiosk));

  const Json row = w().clerk.get(path).body;

  EXPECT_EQ(row["rating"]["solved"], "partly");
  EXPECT_EQ(row["rating"]["stars"], 4);
  EXPECT_TRUE(row["events"].back()["who"].is_null()) << "the resident";
}

TEST_F(Api, reply_reaches_the_connected_kiosk_at_once) {
  const std::string path = "/cases/" + said("text", "a waiting receipt");
  NetSession session(w().loop, w().running.office->device_port(), w().kiosk);
  ASSERT_TRUE(session.sync());
  const std::size_t before = session.entries.size();

  ASSERT_EQ(w().clerk.post(path + "/reply", reply_body("马上")).status, 201);

  EXPECT_TRUE(w().loop.until([&] { return session.entries.size() > before; }));
  EXPECT_EQ(session.entries.back().type, protocol::bucket_entry_type::kReply);
}

TEST_F(Api, codes_are_checked_and_never_kept) {
  for (const Json& body :
       {Json{{"name", ""}, {"area", 10101}}, Json{{"name", " \u200b "}, {"area", 10101}}, Json{{"name", "x"}},
        Json{{"name", "x"}, {"area", 99999}}, Json{{"name", std::string(121, 'x')}, {"area", 10101}},
        Json{{"name", "x"}, {"area", "10101"}}})
    EXPECT_EQ(w().admin.post("/devices/codes", body).status, 422) << body;
  const Answer issued = w().admin.post("/devices/codes", {{"name", "spare"}, {"area", 10102}});
  ASSERT_EQ(issued.status, 201);
  const auto line = protocol::parse_enrolment_line(issued.body["line"].get<std::string>());
  ASSERT_OK(line);
  EXPECT_EQ(line->port, w().running.office->device_port());
  EXPECT_EQ(line->pin, made_office().report.pin);
  EXPECT_EQ(issued.body["staff_pin"].get<std::string>().size(), 6U);

  const Json listed = w().admin.get("/devices").body;
  EXPECT_EQ(listed.dump().find(base32(line->code.view())), std::string::npos);
  EXPECT_EQ(listed["codes"].back().contains("staff_pin"), false);
}

TEST_F(Api, revoked_device_is_disconnected_and_not_welcomed_again) {
  TestKiosk lost("lost kiosk", {10102});
  enrol(w().admin, w().loop, lost);
  NetSession session(w().loop, w().running.office->device_port(), lost);
  ASSERT_TRUE(session.sync());
  const std::string path = "/devices/" + lost.id().text() + "/revoke";
  EXPECT_EQ(w().admin.post(path, {{"reason", " "}}).status, 422);
  EXPECT_EQ(w().admin.post("/devices/" + std::string(32, '0') + "/revoke", {{"reason", "x"}}).status, 404);

  ASSERT_EQ(w().admin.post(path, {{"reason", "stolen"}}).status, 204);

  EXPECT_TRUE(session.until_closed());
  NetSession again(w().loop, w().running.office->device_port(), lost);
  ASSERT_TRUE(again.until_closed());
  ASSERT_TRUE(again.refused.has_value());
  EXPECT_EQ(again.refused->code, protocol::HelloErrorCode::kRevoked);
  EXPECT_EQ(w().admin.post(path, {{"reason", "again"}}).status, 204) << "revoking twice is no error";
  const Json listed = w().admin.get("/devices").body;
  for (const Json& device : listed["devices"])
    if (device["id"] == lost.id().text()) {
      EXPECT_EQ(device["state"], "revoked");
      EXPECT_EQ(device["connected"], false);
    }
}

TEST_F(Api, control_socket_answers_what_it_does_not_understand) {
  EXPECT_EQ(w().running.control({{"command", "dance"}})["ok"], false);
  EXPECT_EQ(w().running.control(Json::array())["ok"], false);
  EXPECT_EQ(w().running.control({{"command", "unlock"}, {"text_key", "zz"}})["ok"], false);
  const Json wrong = w().running.control({{"command", "unlock"}, {"text_key", std::string(64, 'a')}});
  EXPECT_EQ(wrong["ok"], false);
  EXPECT_EQ(w().running.control({{"command", "status"}})["ok"], true);
}

TEST(DeviceAddressText, only_what_an_enrolment_line_can_carry_is_taken) {
  const auto name = parse_device_address("kiosk.example:7443");
  ASSERT_OK(name);
  EXPECT_EQ(name->host, "kiosk.example");
  EXPECT_EQ(name->port, 7443);
  const auto six = parse_device_address("[::1]:7443");
  ASSERT_OK(six);
  EXPECT_EQ(six->host, "::1");
  for (const char* wrong : {"", "kiosk.example", ":7443", "host:", "host:0", "host:65536", "host:99999999999",
                            "host:74x3", "::1:7443", "[host]:7443", "ho st/x:7443", "[]:7443"})
    EXPECT_FALSE(parse_device_address(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace huiyin::office::testing
