// A whole daemon, driven as the page drives it, with a small office of the test's own.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "kiosk/kiosk.hpp"
#include "shared/crypto/hash.hpp"
#include "tests/kiosk/fake_office.hpp"
#include "tests/kiosk/http_client.hpp"
#include "tests/kiosk/test_folder.hpp"

namespace huiyin::kiosk {
namespace {

using nlohmann::json;

/// Time moves as the machine's does, and jumps when a test says so.
class TestClock final : public Clock {
 public:
  [[nodiscard]] log::ClockReading read() const override {
    log::ClockReading now = real_.read();
    now.boot_time.ms += ahead_ms;
    now.boot.bytes[0] ^= boot_number;
    return now;
  }
  std::atomic<std::int64_t> ahead_ms{0};
  std::atomic<std::uint8_t> boot_number{0};

 private:
  SystemClock real_ = SystemClock::make().value();
};

/// A daemon on a thread of its own, and a page that is loaded.
class Daemon {
 public:
  Daemon(const std::string& folder, const Clock& clock, std::function<void(Config&)> change = {}) {
    Config config;
    config.data = folder;
    config.port = 0;
    config.store_bytes_max = std::size_t{64} * 1024 * 1024;
    config.retry_max = Duration{100};
    if (change) change(config);
    kiosk_ = std::move(Kiosk::start(runtime_, clock, config).value());
    port_ = kiosk_->port();
    thread_ =
        std::thread([this] { runtime_.run([](const std::string& problem) { ADD_FAILURE() << problem; }); });
    load();
  }
  ~Daemon() {
    runtime_.post([this] { kiosk_->stop([this] { runtime_.stop(); }); });
    thread_.join();
  }

  void load() {
    const HttpAnswer page = http_call(port_, "GET", "/");
    const std::string mark = "name=\"huiyin-token\" content=\"";
    const std::size_t at = page.body.find(mark);
    ASSERT_NE(at, std::string::npos) << page.status;
    const std::size_t from = at + mark.size();
    headers = {{"X-Huiyin-Token", page.body.substr(from, page.body.find('"', from) - from)},
               {"Cookie", page.headers.at("set-cookie").substr(0, page.headers.at("set-cookie").find(';'))}};
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  struct Told {
    int status;
    json body;
    [[nodiscard]] std::string type() const { return body.value("type", ""); }
  };
  Told call(const std::string& method, const std::string& path, const std::string& body = {}) {
    const HttpAnswer answer = http_call(port_, method, path, headers, body);
    return {answer.status, answer.body.empty() ? json::object() : json::parse(answer.body)};
  }
  Told get(const std::string& path) { return call("GET", path); }
  Told post(const std::string& path, const json& body) { return call("POST", path, body.dump()); }

  /// The status once it is as `wanted` says; the last one after 20 s.
  template <class Wanted>
  json until(Wanted wanted) {
    for (int i = 0; i < 2000; ++i) {
      const json status = get("/api/status").body;
      if (wanted(status)) return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "waited too long: " << get("/api/status").body.dump();
    return get("/api/status").body;
  }
  void enrol(FakeOffice& office) {
    ASSERT_EQ(post("/api/enrol", {{"line", office.new_line()}}).status, 200);
    until([](const json& status) { return status["link"] == "online"; });
    for (int i = 0; i < 2000 && get("/api/categories").body["categories"].empty(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  /// Leaves feedback, waiting while receipts are prepared.
  Told say(const json& said) {
    for (int i = 0;; ++i) {
      Told told = post("/api/feedback", said);
      if (told.type() != "huiyin:try-again" || i == 500) return told;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  std::string receipt_of(const Told& saved) {
    std::string digits;
    for (const auto& group : saved.body["receipt"]["groups"]) digits += group.get<std::string>();
    return digits;
  }

  std::map<std::string, std::string> headers;

 private:
  net::Runtime runtime_;
  std::unique_ptr<Kiosk> kiosk_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

json feedback(const std::string& text) {
  return {{"category", 101}, {"feeling", 2}, {"text", text}, {"language", "zh"}};
}

void eventually(const std::function<bool()>& wanted) {
  for (int i = 0; i < 2000; ++i) {
    if (wanted()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ADD_FAILURE() << "waited too long";
}

bool any_file_holds(const std::filesystem::path& folder, const std::string& needle) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (bytes.find(needle) != std::string::npos) return true;
  }
  return false;
}

class DaemonTest : public ::testing::Test {
 protected:
  TestFolder folder_;
  TestClock clock_;
  FakeOffice office_;
};

// --- who may call

TEST_F(DaemonTest, Call_from_another_host_name_or_origin_is_refused) {
  Daemon daemon(folder_.file("data"), clock_);
  const std::string port = std::to_string(daemon.port());

  for (const auto& [name, value] : std::map<std::string, std::string>{{"Host", "evil.example:" + port},
                                                                      {"Origin", "http://evil.example"}}) {
    auto headers = daemon.headers;
    headers[name] = value;
    const HttpAnswer answer = http_call(daemon.port(), "GET", "/api/status", headers);
    EXPECT_EQ(answer.status, 403) << name << " " << value;
    EXPECT_EQ(json::parse(answer.body)["type"], "huiyin:foreign");
  }
  EXPECT_EQ(http_call(daemon.port(), "GET", "/", {{"Host", "127.0.0.1:1"}}).status, 403);
  EXPECT_EQ(http_call(daemon.port(), "GET", "/",
                      {{"Host", "127.0.0.1:" + port}, {"Origin", "http://localhost:" + port}})
                .status,
            403);
  EXPECT_EQ(http_call(daemon.port(), "GET", "/",
                      {{"Host", "localhost:" + port}, {"Origin", "http://localhost:" + port}})
                .status,
            200);
}

TEST_F(DaemonTest, Call_without_cookie_or_token_is_told_to_reload) {
  Daemon daemon(folder_.file("data"), clock_);
  for (const char* missing : {"Cookie", "X-Huiyin-Token"}) {
    auto headers = daemon.headers;
    headers.erase(missing);
    const HttpAnswer answer = http_call(daemon.port(), "GET", "/api/status", headers);
    EXPECT_EQ(answer.status, 401) << missing;
    EXPECT_EQ(json::parse(answer.body)["type"], "huiyin:reload");
    EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
  }
}

TEST_F(DaemonTest, Page_sets_a_strict_cookie_that_another_kiosk_does_not_overwrite) {
  Daemon daemon(folder_.file("data"), clock_);
  const std::string cookie = http_call(daemon.port(), "GET", "/").headers.at("set-cookie");
  EXPECT_EQ(cookie.rfind("huiyin-" + std::to_string(daemon.port()) + "=", 0), 0U) << cookie;
  EXPECT_NE(cookie.find("SameSite=Strict"), std::string::npos);
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
}

TEST_F(DaemonTest, Unknown_path_wrong_method_and_json_that_is_none_are_problems) {
  Daemon daemon(folder_.file("data"), clock_);
  EXPECT_EQ(daemon.get("/api/nothing").status, 404);
  EXPECT_EQ(daemon.get("/api/feedback").status, 405);
  EXPECT_EQ(daemon.post("/api/status", json::object()).status, 405);
  for (const std::string& body :
       {std::string(), std::string("null"), std::string("[]"), std::string("{\"text\":"),
        std::string("{\"text\":\"\xff\"}"), std::string(200'000, '['),
        "{\"a\":" + std::string(9, '[') + std::string(9, ']') + "}"}) {
    const auto told = daemon.call("POST", "/api/feedback", body);
    EXPECT_EQ(told.status, 400) << body.substr(0, 20);
    EXPECT_EQ(told.type(), "huiyin:malformed");
  }
  EXPECT_EQ(
      http_call(daemon.port(), "POST", "/api/feedback", daemon.headers, std::string(1024 * 1024, 'x')).status,
      413);
  EXPECT_EQ(daemon.get("/api/status").status, 200);
}

// --- before and during enrolment

TEST_F(DaemonTest, Unenrolled_daemon_says_so_and_takes_nothing) {
  Daemon daemon(folder_.file("data"), clock_);
  const json status = daemon.get("/api/status").body;
  EXPECT_EQ(status["state"], "unenrolled");
  EXPECT_TRUE(status["problem"].is_null());
  EXPECT_EQ(status["languages"], json({"zh", "en"}));
  EXPECT_FALSE(status.contains("device"));
  EXPECT_EQ(daemon.post("/api/feedback", feedback("停水")).type(), "huiyin:not-enrolled");
  EXPECT_EQ(daemon.post("/api/answer", {{"code", "00000000000000000002"}}).type(), "huiyin:not-enrolled");
  EXPECT_EQ(daemon.get("/api/categories").status, 409);
}

TEST_F(DaemonTest, Enrolment_refusals_are_told_apart) {
  Daemon daemon(folder_.file("data"), clock_);
  const auto problem_of = [&](const protocol::EnrolmentLine& line) {
    return daemon.post("/api/enrol", {{"line", protocol::make_enrolment_line(line)}}).type();
  };
  EXPECT_EQ(daemon.post("/api/enrol", {{"line", "nonsense"}}).type(), "huiyin:line-mistyped");

  protocol::EnrolmentLine other_code = office_.new_line_parts();
  other_code.code.bytes[3] ^= 1;
  EXPECT_EQ(problem_of(other_code), "huiyin:code-refused");

  protocol::EnrolmentLine other_pin = office_.new_line_parts();
  other_pin.pin.bytes[0] ^= 1;
  EXPECT_EQ(problem_of(other_pin), "huiyin:wrong-pin");

  protocol::EnrolmentLine nobody = office_.new_line_parts();
  nobody.port = 1;
  EXPECT_EQ(problem_of(nobody), "huiyin:unreachable");
  EXPECT_EQ(daemon.get("/api/status").body["state"], "unenrolled");

  daemon.enrol(office_);
  EXPECT_EQ(problem_of(office_.new_line_parts()), "huiyin:enrolled");
}

TEST_F(DaemonTest, Enrolled_daemon_shows_place_office_and_offered_categories) {
  Daemon daemon(folder_.file("data"), clock_);
  daemon.enrol(office_);
  const json status =
      daemon.until([](const json& now) { return now["unsent"] == 0 && now["last_contact"].is_string(); });
  EXPECT_EQ(status["state"], "ready");
  EXPECT_EQ(status["device"]["name"], "柳树湾 1 号");
  EXPECT_EQ(status["place"]["village"]["en"], "Liushuwan");
  EXPECT_EQ(status["place"]["town"]["zh"], "三合镇");
  EXPECT_TRUE(status["can_save"]);
  EXPECT_EQ(status["last_contact"].get<std::string>().substr(19), "+08:00");
  const json categories = daemon.get("/api/categories").body["categories"];
  ASSERT_EQ(categories.size(), 2U) << "the confidential one has no key to be sealed to";
  EXPECT_EQ(categories[0]["code"], 101);
  EXPECT_EQ(categories[0]["kind"], "complaint");
  EXPECT_EQ(categories[0]["picture"], "water");
}

// --- the whole way

TEST_F(DaemonTest, Voice_reaches_the_office_sealed_and_its_answer_opens_with_the_receipt_alone) {
  Daemon daemon(folder_.file("data"), clock_);
  daemon.enrol(office_);
  const auto saved = daemon.say(feedback("村口停水三天了，孩子没水喝"));
  ASSERT_EQ(saved.status, 201) << saved.body.dump();
  EXPECT_TRUE(saved.body["saved"]);
  EXPECT_EQ(saved.body["link"], "online");
  EXPECT_EQ(saved.body["answer_by_days"], 7);
  const json& qr = saved.body["receipt"]["qr"];
  EXPECT_EQ(qr["rows"].size(), qr["size"].get<std::size_t>());
  const std::string code = daemon.receipt_of(saved);
  ASSERT_EQ(code.size(), 20U);

  eventually([&] { return office_.opened().size() == 1; });
  const FakeOffice::Opened opened = office_.opened().front();
  EXPECT_EQ(opened.text->text.value, "村口停水三天了，孩子没水喝");
  EXPECT_EQ(opened.routing->category.value, 101);
  EXPECT_EQ(opened.routing->feeling, 2);
  EXPECT_FALSE(any_file_holds(folder_.path(), "村口停水"));
  EXPECT_FALSE(any_file_holds(folder_.path(), code));
  EXPECT_FALSE(any_file_holds(folder_.path(), to_string(opened.routing->receipt.view())));

  EXPECT_EQ(daemon.post("/api/answer", {{"code", code}}).body, json({{"found", false}}));
  EXPECT_EQ(daemon.post("/api/rating", {{"code", code}, {"solved", "yes"}, {"stars", 4}}).type(),
            "huiyin:no-answer");

  office_.reply(opened.routing->receipt, 2, "<b>水管</b>已修好");
  eventually([&] { return daemon.post("/api/answer", {{"code", code}}).body["found"] == true; });
  const json answer = daemon.post("/api/answer", {{"code", code}}).body;
  EXPECT_EQ(answer["reply"]["text"], "<b>水管</b>已修好");
  EXPECT_EQ(answer["reply"]["unit"]["en"], "Water bureau");
  EXPECT_EQ(answer["reply"]["kind"], "done");
  EXPECT_EQ(answer["reply"]["date"], "2026-11-18");
  EXPECT_TRUE(answer["corrected"]);
  EXPECT_TRUE(answer["can_rate"]);
  EXPECT_FALSE(any_file_holds(folder_.path(), "已修好"));

  EXPECT_EQ(daemon.post("/api/rating", {{"code", code}, {"solved", "partly"}, {"stars", 4}}).status, 201);
  EXPECT_TRUE(daemon.post("/api/answer", {{"code", code}}).body["rated"]);
  eventually([&] { return office_.opened().size() == 2; });
  const auto rating = office_.opened().back().rating;
  ASSERT_TRUE(rating);
  EXPECT_EQ(rating->stars, 4);
  EXPECT_EQ(rating->reply_version, 2U);
  EXPECT_TRUE(protocol::verify_rating(crypto::hash_port(), office_.ring().office, *rating));
}

TEST_F(DaemonTest, Text_stays_what_was_typed_but_for_what_would_hide_other_text) {
  Daemon daemon(folder_.file("data"), clock_);
  daemon.enrol(office_);
  ASSERT_EQ(daemon.say(feedback("<script>alert(1)</script> & \"x\"")).status, 201);
  ASSERT_EQ(daemon.say(feedback("a\u202Eb\u2066c")).status, 201);
  eventually([&] { return office_.opened().size() == 2; });
  EXPECT_EQ(office_.opened()[0].text->text.value, "<script>alert(1)</script> & \"x\"");
  EXPECT_EQ(office_.opened()[1].text->text.value, "abc");
}

TEST_F(DaemonTest, Feedback_that_cannot_be_taken_is_told_why_and_not_saved) {
  Daemon daemon(folder_.file("data"), clock_);
  daemon.enrol(office_);
  const std::size_t before = office_.records();
  const auto type_of = [&](json said) { return daemon.post("/api/feedback", said).type(); };
  json said = feedback("好");
  said["category"] = 999;
  EXPECT_EQ(type_of(said), "huiyin:no-such-category");
  said["category"] = 199;
  EXPECT_EQ(type_of(said), "huiyin:no-such-category");
  said["category"] = 70000;
  EXPECT_EQ(type_of(said), "huiyin:malformed");
  said = feedback(" \n ");
  said["feeling"] = 0;
  EXPECT_EQ(type_of(said), "huiyin:nothing-said");
  EXPECT_EQ(type_of(feedback("bell \a")), "huiyin:text-refused");
  std::string long_text;
  for (int i = 0; i < 1001; ++i) long_text += "水";
  EXPECT_EQ(type_of(feedback(long_text)), "huiyin:text-too-long");
  EXPECT_EQ(daemon.get("/api/status").body["unsent"], 0);
  EXPECT_EQ(office_.records(), before);

  long_text.resize(long_text.size() - 3);
  EXPECT_EQ(daemon.say(feedback(long_text)).status, 201);
}

TEST_F(DaemonTest, Voices_saved_while_the_office_is_away_arrive_once_after_a_restart) {
  {
    Daemon daemon(folder_.file("data"), clock_);
    daemon.enrol(office_);
    office_.cut();
    daemon.until([](const json& status) { return status["link"] == "offline"; });
    for (const char* text : {"一", "二", "三"}) ASSERT_EQ(daemon.say(feedback(text)).body["link"], "offline");
    EXPECT_EQ(daemon.until([](const json& status) { return status["unsent"] == 3; })["can_save"], true);
  }
  office_.join();
  clock_.boot_number = 1;  // the machine was switched off and on
  Daemon daemon(folder_.file("data"), clock_);
  const json first = daemon.get("/api/status").body;
  EXPECT_EQ(first["state"], "ready");
  daemon.until([](const json& status) { return status["link"] == "online" && status["unsent"] == 0; });
  std::vector<std::string> texts;
  for (const auto& opened : office_.opened()) texts.push_back(opened.text->text.value);
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(texts, (std::vector<std::string>{"一", "三", "二"}));
  EXPECT_EQ(daemon.get("/api/categories").body["categories"].size(), 2U);
}

TEST_F(DaemonTest, Page_of_an_earlier_start_is_told_to_reload) {
  std::map<std::string, std::string> old_headers;
  {
    Daemon daemon(folder_.file("data"), clock_);
    old_headers = daemon.headers;
  }
  Daemon daemon(folder_.file("data"), clock_);
  EXPECT_EQ(http_call(daemon.port(), "GET", "/api/status", old_headers).status, 401);
}

// --- guessing

TEST_F(DaemonTest, Five_wrong_codes_pause_and_a_mistyped_one_costs_nothing) {
  Daemon daemon(folder_.file("data"), clock_);
  daemon.enrol(office_);
  const auto ask = [&](const std::string& code) { return daemon.post("/api/answer", {{"code", code}}); };
  EXPECT_EQ(ask("12345678901234567890").type(), "huiyin:code-mistyped");
  EXPECT_EQ(ask("1234").type(), "huiyin:code-mistyped");

  const std::string same(crypto::ReceiptCode::generate().digits());
  for (int i = 0; i < 8; ++i) EXPECT_EQ(ask(same).body, json({{"found", false}}));
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(ask(std::string(crypto::ReceiptCode::generate().digits())).status, 200);
  const auto paused = ask(same);
  EXPECT_EQ(paused.status, 429);
  EXPECT_EQ(paused.type(), "huiyin:slow-down");
  EXPECT_GT(paused.body["retry_after_seconds"], 50);
  clock_.ahead_ms = 61'000;
  EXPECT_EQ(ask(same).status, 200);
}

TEST_F(DaemonTest, Staff_page_needs_the_pin_and_pauses_after_five_wrong_ones) {
  Daemon daemon(folder_.file("data"), clock_);
  daemon.enrol(office_);
  const auto sign_in = [&](const char* pin) { return daemon.post("/api/staff/sign-in", {{"pin", pin}}); };
  EXPECT_EQ(daemon.get("/api/staff").type(), "huiyin:staff-sign-in");

  const auto in = sign_in("123456");
  ASSERT_EQ(in.status, 200);
  daemon.headers["X-Huiyin-Staff"] = in.body["staff"];
  const json page = daemon.get("/api/staff").body;
  EXPECT_EQ(page["office"]["address"], "127.0.0.1:" + std::to_string(office_.port()));
  EXPECT_EQ(page["office"]["pin"].get<std::string>().size(), 32U);
  EXPECT_GE(page["records"]["saved"], 1);
  EXPECT_GT(page["disk"]["free_bytes"], 0);
  EXPECT_EQ(daemon.post("/api/staff/sign-out", json::object()).status, 204);
  EXPECT_EQ(daemon.get("/api/staff").status, 401);

  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign_in("000000").type(), "huiyin:pin-wrong");
  EXPECT_EQ(sign_in("123456").type(), "huiyin:slow-down");
  clock_.ahead_ms = 61'000;
  EXPECT_EQ(sign_in("123456").status, 200);
}

TEST_F(DaemonTest, Revoked_daemon_says_so_and_takes_nothing_more) {
  Daemon daemon(folder_.file("data"), clock_);
  daemon.enrol(office_);
  office_.revoke();
  const json status = daemon.until([](const json& now) { return now["problem"] == "huiyin:revoked"; });
  EXPECT_EQ(status["can_save"], false);
  EXPECT_EQ(daemon.post("/api/feedback", feedback("还能说吗")).type(), "huiyin:revoked");
}

// --- the disk

TEST_F(DaemonTest, Second_process_on_the_same_folder_is_refused) {
  Daemon daemon(folder_.file("data"), clock_);
  net::Runtime runtime;
  Config config;
  config.data = folder_.file("data");
  config.port = 0;
  const auto second = Kiosk::start(runtime, clock_, config);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kBusy);
  EXPECT_EQ(daemon.get("/api/status").status, 200);
}

TEST_F(DaemonTest, Full_store_is_told_and_nothing_is_claimed_to_be_saved) {
  Daemon daemon(folder_.file("data"), clock_,
                [](Config& config) { config.store_bytes_max = kSpareBytes + 320 * 1024; });
  daemon.enrol(office_);
  std::size_t saved = 0;
  Daemon::Told told = daemon.say(feedback("满"));
  for (; told.status == 201 && saved < 5000; ++saved) told = daemon.say(feedback("满"));
  EXPECT_EQ(told.status, 507);
  EXPECT_EQ(told.type(), "huiyin:storage-full");
  EXPECT_FALSE(told.body.contains("receipt"));
  const json status = daemon.get("/api/status").body;
  EXPECT_EQ(status["problem"], "huiyin:storage-full");
  EXPECT_EQ(status["can_save"], false);
  eventually([&] { return office_.opened().size() == saved; });
}

TEST_F(DaemonTest, Damaged_store_keeps_the_page_and_deletes_nothing) {
  const std::string store = folder_.file("data/store/kiosk.mdb");
  {
    Daemon daemon(folder_.file("data"), clock_);
    daemon.enrol(office_);
    ASSERT_EQ(daemon.say(feedback("在")).status, 201);
  }
  std::filesystem::resize_file(store, 5000);
  Daemon daemon(folder_.file("data"), clock_);
  const json status =
      daemon.until([](const json& now) { return now["problem"] == "huiyin:storage-damaged"; });
  EXPECT_EQ(status["state"], "ready");
  EXPECT_EQ(status["can_save"], false);
  EXPECT_EQ(daemon.post("/api/feedback", feedback("x")).type(), "huiyin:storage-damaged");
  EXPECT_EQ(std::filesystem::file_size(store), 5000U);
}

TEST_F(DaemonTest, Damaged_enrolment_file_is_neither_believed_nor_overwritten) {
  {
    Daemon daemon(folder_.file("data"), clock_);
    daemon.enrol(office_);
  }
  {
    std::fstream file(folder_.file("data/enrolment"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(60);
    file.put('\x5a');
  }
  Daemon daemon(folder_.file("data"), clock_);
  EXPECT_EQ(daemon.get("/api/status").body["problem"], "huiyin:storage-damaged");
  EXPECT_EQ(daemon.post("/api/enrol", {{"line", office_.new_line()}}).type(), "huiyin:storage-damaged");
}

// --- the command line

TEST_F(DaemonTest, Control_socket_enrols_and_tells_the_status) {
  Daemon daemon(folder_.file("data"), clock_);
  const auto say = [&](const json& line) {
    return json::parse(
        net::control_call(folder_.file("data/control.sock"), line.dump(), Duration{20'000}).value());
  };
  EXPECT_EQ(say({{"command", "dance"}})["type"], "huiyin:malformed");
  const json refused = say({{"command", "enrol"}, {"line", "x"}});
  EXPECT_EQ(refused["ok"], false);
  EXPECT_EQ(refused["type"], "huiyin:line-mistyped");
  EXPECT_FALSE(refused["error"].get<std::string>().empty());
  EXPECT_EQ(say({{"command", "enrol"}, {"line", office_.new_line()}})["state"], "ready");
  eventually([&] { return say({{"command", "status"}})["link"] == "online"; });
  const json status = say({{"command", "status"}});
  EXPECT_EQ(status["replies"], 0);
  EXPECT_EQ(status["device_id"].get<std::string>().size(), 32U);
  EXPECT_EQ(status["epoch"].get<std::string>().size(), 16U);
}

}  // namespace
}  // namespace huiyin::kiosk
