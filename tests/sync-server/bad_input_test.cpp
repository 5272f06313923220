/// Peers that send what they should not, over real TLS: each is refused in words or dropped, the
/// office lives, and an honest kiosk still syncs.

#include <sys/wait.h>

#include <cstdio>
#include <fstream>

#include "protocol/enrolment.hpp"
#include "shared/store/lmdb_store.hpp"
#include "sync-server/keys/private_file.hpp"
#include "tests/net/raw_peer.hpp"
#include "tests/sync-server/office_server.hpp"

namespace huiyin::office::testing {
namespace {

namespace fs = std::filesystem;
using protocol::HelloErrorCode;
using protocol::MessageType;

const std::string kPassword = "a password of the test";

/// A device's link without any protocol behind it.
class RawLink {
 public:
  RawLink(net::Loop& loop, std::uint16_t port, const KeyPin& pin = made_office().report.pin) : loop_(loop) {
    net::FrameClientOptions target;
    target.host = "127.0.0.1";
    target.port = port;
    target.pin = pin;
    target.frame_bytes_max = 4 * limits::kFrameBytesMax;  // more than the office takes
    bool done = false;
    net::connect_frame_link(loop.runtime, target, [&](Result<std::shared_ptr<net::FrameLink>> made) {
      done = true;
      if (!made.ok()) {
        failure = made.error();
        return;
      }
      link_ = *made;
      net::LinkHandlers handlers;
      handlers.on_frame = [this](ByteView frame) { frames.push_back(to_bytes(frame)); };
      handlers.on_closed = [this](const std::string&) { closed = true; };
      link_->set_handlers(std::move(handlers));
    });
    EXPECT_TRUE(loop.until([&] { return done && (failure || !frames.empty() || closed); }));
  }
  void send(Bytes frame) { link_->send(std::move(frame)); }
  [[nodiscard]] bool until_closed() {
    return loop_.until([this] { return closed; });
  }
  /// What the office said before it closed.
  [[nodiscard]] std::optional<HelloErrorCode> refusal() const {
    for (const Bytes& frame : frames) {
      const auto envelope = protocol::open_envelope(frame);
      if (!envelope.ok()) continue;
      if (const auto reason = protocol::decode<protocol::HelloError>(*envelope); reason.ok())
        return reason->code;
    }
    return std::nullopt;
  }

  std::vector<Bytes> frames;
  bool closed = false;
  std::optional<Error> failure;

 private:
  net::Loop& loop_;
  std::shared_ptr<net::FrameLink> link_;
};

class BadInput : public ::testing::Test {
 protected:
  struct World {
    RunningOffice running;
    net::Loop loop;
    Browser admin{running.office->web_port()};
    TestKiosk honest{"honest kiosk"};
  };
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>();
    const std::string first = world_->running.first_password();
    ASSERT_EQ(world_->admin.sign_in("admin", first).status, 200);
    ASSERT_EQ(world_->admin.post("/session/password", {{"old", first}, {"new", kPassword}}).status, 204);
    enrol(world_->admin, world_->loop, world_->honest);
  }
  static void TearDownTestSuite() { world_.reset(); }
  /// Whatever the test did: the office lives and an honest kiosk syncs.
  void TearDown() override {
    const auto saved = w().honest.say(receipt_named("honest").sign.public_key(), "still here");
    EXPECT_TRUE(sync_all(w().loop, port(), w().honest));
    EXPECT_EQ(w().admin.get("/cases/" + case_of(saved).text()).status, 200);
    EXPECT_TRUE(w().loop.errors.empty());
  }
  static World& w() { return *world_; }
  static std::uint16_t port() { return w().running.office->device_port(); }
  /// A new link, one frame; the office must close.
  static std::optional<HelloErrorCode> refusal_of(Bytes frame) {
    RawLink link(w().loop, port());
    link.send(std::move(frame));
    EXPECT_TRUE(link.until_closed());
    return link.refusal();
  }
  static Json device_row(const TestKiosk& kiosk) {
    const Json listed = w().admin.get("/devices").body;
    for (const Json& row : listed["devices"])
      if (row["id"] == kiosk.id().text()) return row;
    return {};
  }

 private:
  static inline std::unique_ptr<World> world_;
};

Bytes text_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }

TEST_F(BadInput, frames_that_are_no_frames_are_refused_in_words) {
  Bytes wrong_length = protocol::encode(protocol::Ping{});
  wrong_length[6] ^= 0x80U;
  Bytes wrong_magic = protocol::encode(protocol::Ping{});
  wrong_magic[1] = 'X';
  const std::vector<Bytes> frames{text_bytes("H"),
                                  text_bytes("HY\x01\x03\x01"),
                                  text_bytes("GET / HTTP/1.1\r\n\r\n"),
                                  wrong_length,
                                  wrong_magic,
                                  Bytes(9, 0),
                                  Bytes(1000, 0xff)};
  for (const Bytes& frame : frames)
    EXPECT_EQ(refusal_of(frame), HelloErrorCode::kMalformed) << hex(frame).substr(0, 40);
}

TEST_F(BadInput, frame_of_another_protocol_version_is_told_so) {
  for (const std::uint8_t version : {std::uint8_t{0}, std::uint8_t{2}, std::uint8_t{255}}) {
    Bytes frame = protocol::encode(protocol::Ping{});
    frame[2] = version;
    EXPECT_EQ(refusal_of(frame), HelloErrorCode::kVersion) << int{version};
  }
}

TEST_F(BadInput, messages_before_hello_are_refused) {
  for (const int type : {2, 4, 6, 7, 8, 9, 10, 11, 12, 77, 255})
    EXPECT_EQ(refusal_of(protocol::make_frame(static_cast<MessageType>(type), 1, {})),
              HelloErrorCode::kMalformed)
        << type;
}

TEST_F(BadInput, oversized_frame_closes_the_link) {
  RawLink link(w().loop, port());
  Bytes frame(limits::kFrameBytesMax + 1, 0x48);
  frame[1] = 'Y';
  link.send(std::move(frame));

  EXPECT_TRUE(link.until_closed());
}

TEST_F(BadInput, nine_bytes_that_declare_a_million_million_elements_cost_nothing) {
  const Bytes leb{0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0, 0, 0};  // 2^40, seven bits each
  const Bytes little{0, 0, 0, 0, 0, 1, 0, 0, 0};                 // 2^40, eight bytes
  const Bytes all_ones(9, 0xff);
  for (const Bytes& count : {leb, little, all_ones}) {
    Bytes hello(3 + DeviceId::kSize + Nonce::kSize, 1);  // up to the first list of Hello
    append(hello, count);
    EXPECT_EQ(refusal_of(protocol::make_frame(MessageType::kHello, 1, hello)), HelloErrorCode::kMalformed);
    EXPECT_EQ(refusal_of(protocol::make_frame(MessageType::kHello, 1, count)), HelloErrorCode::kMalformed);
    EXPECT_EQ(refusal_of(protocol::make_frame(MessageType::kEnrol, 1, count)), HelloErrorCode::kMalformed);
  }
}

TEST_F(BadInput, malformed_messages_of_a_welcomed_device_close_its_link_alone) {
  NetSession bystander(w().loop, port(), w().honest);
  ASSERT_TRUE(bystander.sync());
  TestKiosk broken("broken kiosk", {10102});
  enrol(w().admin, w().loop, broken);
  const std::vector<Bytes> bodies{
      {}, Bytes(9, 0xff), {0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0, 0, 0}, Bytes(5000, 0)};
  for (const MessageType type : {MessageType::kPush, MessageType::kPull, MessageType::kPing,
                                 MessageType::kWelcome, MessageType::kHello})
    for (const Bytes& body : bodies) {
      NetSession session(w().loop, port(), broken);
      ASSERT_TRUE(session.sync());
      session.link->send(protocol::make_frame(type, 1, body));
      EXPECT_TRUE(session.until_closed()) << int(type) << " " << body.size();
      ASSERT_TRUE(session.refused.has_value()) << int(type) << " " << body.size();
      EXPECT_EQ(session.refused->code, HelloErrorCode::kMalformed);
    }
  EXPECT_FALSE(bystander.closed.has_value());
}

TEST_F(BadInput, hello_with_any_turned_byte_is_not_welcomed) {
  std::size_t frame_bytes = 11;
  std::size_t tried = 0;
  for (std::size_t at = 0; at < frame_bytes; at += at < 16 ? 1 : 9) {
    if (at == 5) continue;  // flags that nobody knows mean nothing
    NetSession session(w().loop, port(), w().honest);
    session.tamper = [&](Bytes frame) {
      frame_bytes = frame.size();
      frame[at] ^= 0x10U;
      return frame;
    };
    ASSERT_TRUE(session.until_closed()) << at;
    EXPECT_FALSE(session.welcome.has_value()) << at;
    EXPECT_TRUE(session.refused.has_value()) << at;
    ++tried;
  }
  EXPECT_GT(tried, 25U);
}

TEST_F(BadInput, hello_cut_anywhere_is_not_welcomed) {
  for (const std::size_t keep : {0U, 5U, 10U, 11U, 40U, 61U, 100U, 150U}) {
    NetSession session(w().loop, port(), w().honest);
    session.tamper = [&](Bytes frame) {
      frame.resize(std::min(frame.size(), keep));
      if (keep > protocol::kEnvelopeBytes)
        frame[6] = static_cast<std::uint8_t>(keep - protocol::kEnvelopeBytes), frame[7] = 0;
      return frame;
    };
    ASSERT_TRUE(session.until_closed()) << keep;
    EXPECT_FALSE(session.welcome.has_value()) << keep;
  }
}

TEST_F(BadInput, push_with_a_turned_byte_stores_nothing_that_was_not_saved) {
  TestKiosk kiosk("kiosk with bad memory", {10103});
  enrol(w().admin, w().loop, kiosk);
  const auto saved = kiosk.say(receipt_named("bad memory").sign.public_key(), "一字不差");
  std::size_t frame_bytes = 11;
  std::size_t refused = 0;
  std::size_t acked = 0;
  for (std::size_t at = 6; at < frame_bytes; at += 7) {
    const auto twin = kiosk.cloned(1);  // forgets what was acknowledged, so that it pushes each time
    NetSession session(w().loop, port(), *twin);
    session.tamper = [&](Bytes frame) {
      if (frame[3] != static_cast<std::uint8_t>(MessageType::kPush)) return frame;
      frame_bytes = frame.size();
      frame[at] ^= 0x04U;
      return frame;
    };
    ASSERT_TRUE(w().loop.until([&] { return session.closed || !session.acks.empty(); })) << at;
    session.acks.empty() ? ++refused : ++acked;
    if (!session.acks.empty()) break;  // the office has them now: what follows would be duplicates
  }
  EXPECT_GT(refused, 5U);
  ASSERT_TRUE(sync_all(w().loop, port(), kiosk));

  const Json row = device_row(kiosk);
  EXPECT_EQ(row["records"], 2);
  EXPECT_EQ(row["branches"], 0);
  EXPECT_EQ(row["quarantined"], 0);
  w().running.unlock();
  const Answer opened = w().admin.post("/cases/" + case_of(saved).text() + "/open", {{"reason", "test"}});
  EXPECT_EQ(opened.body["text"], "一字不差");
}

TEST_F(BadInput, unknown_device_is_refused_and_leaves_no_trace) {
  TestKiosk stranger("never enrolled");
  stranger.say(receipt_named("s").sign.public_key(), "let me in");
  NetSession session(w().loop, port(), stranger);

  ASSERT_TRUE(session.until_closed());

  ASSERT_TRUE(session.refused.has_value());
  EXPECT_EQ(session.refused->code, HelloErrorCode::kUnknownDevice);
  EXPECT_TRUE(device_row(stranger).is_null());
  EXPECT_EQ(stranger.journal->counts()->unsent(), 2U) << "the device keeps what it has";
}

TEST_F(BadInput, device_that_pretends_to_be_another_is_refused) {
  TestKiosk thief("thief");
  NetSession session(w().loop, port(), thief);
  session.tamper = [&](Bytes frame) {
    // The honest kiosk's name over the thief's signature.
    const Bytes name = to_bytes(w().honest.id().view());
    std::copy(name.begin(), name.end(), frame.begin() + protocol::kEnvelopeBytes + 3);
    return frame;
  };

  ASSERT_TRUE(session.until_closed());

  ASSERT_TRUE(session.refused.has_value());
  EXPECT_EQ(session.refused->code, HelloErrorCode::kBadSignature);
}

TEST_F(BadInput, device_with_another_pin_does_not_speak_at_all) {
  RawLink link(w().loop, port(), id_named<KeyPin>("another office"));

  ASSERT_TRUE(link.failure.has_value());
  EXPECT_EQ(link.failure->code, Code::kRefused);
  EXPECT_TRUE(link.frames.empty());
}

TEST_F(BadInput, used_and_mistyped_codes_are_refused_alike) {
  const Answer issued = w().admin.post("/devices/codes", {{"name", "spare"}, {"area", 10101}});
  ASSERT_EQ(issued.status, 201);
  const std::string line = issued.body["line"];
  auto mistyped = protocol::parse_enrolment_line(line).value();
  mistyped.code.bytes[3] ^= 1U;
  TestKiosk first("first of two");
  TestKiosk second("second of two");
  const auto ask = [&](TestKiosk& kiosk, const std::string& with) {
    NetSession session(w().loop, kiosk, with);
    EXPECT_TRUE(session.until_enrolled_or_refused());
    return session.enrolled ? std::string("enrolled")
                            : (session.refused ? session.refused->text : session.closed.value_or(""));
  };

  const std::string wrong = ask(first, protocol::make_enrolment_line(mistyped));
  EXPECT_EQ(ask(first, line), "enrolled");
  EXPECT_EQ(ask(first, line), "enrolled") << "the answer may have been lost";
  const std::string used = ask(second, line);

  EXPECT_NE(wrong, "enrolled");
  EXPECT_EQ(used, wrong);
  EXPECT_TRUE(device_row(second).is_null());
}

TEST_F(BadInput, garbage_before_tls_is_dropped) {
  for (const std::string& garbage : {std::string(2000, 'x'), std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                                     std::string("\x16\x03\x01\x02\x00\x01", 6), std::string(300, '\0')}) {
    net::RawPeer peer(port());
    ASSERT_TRUE(peer.connected());
    static_cast<void>(peer.send(garbage));
    peer.finish_sending();
    EXPECT_TRUE(peer.closed_within(std::chrono::seconds(5)));
  }
  std::vector<std::unique_ptr<net::RawPeer>> silent;
  for (int i = 0; i < 30; ++i) silent.push_back(std::make_unique<net::RawPeer>(port()));
  EXPECT_TRUE(sync_all(w().loop, port(), w().honest)) << "beside peers that say nothing";
}

TEST_F(BadInput, second_connection_of_a_device_replaces_the_first) {
  NetSession first(w().loop, port(), w().honest);
  ASSERT_TRUE(first.sync());
  const auto twin = w().honest.cloned(3);
  NetSession second(w().loop, port(), *twin);

  ASSERT_TRUE(second.sync());

  EXPECT_TRUE(first.until_closed());
  EXPECT_FALSE(second.closed.has_value());
  EXPECT_EQ(device_row(w().honest)["connected"], true);
  EXPECT_EQ(w().admin.get("/overview").body["devices"]["connected"], 1);
}

TEST_F(BadInput, many_links_that_come_and_go_leave_nothing_behind) {
  for (int i = 0; i < 40; ++i) {
    RawLink link(w().loop, port());
    if (i % 2 == 0) link.send(Bytes(50, 0x55));
  }
  EXPECT_TRUE(w().loop.until([&] { return w().admin.get("/overview").body["devices"]["connected"] == 0; }));
}

// --- start and stop

struct Ended {
  int code = -1;
  std::string said;
};
Ended run_server(const std::string& data, const std::string& rules) {
  const std::string line = std::string(HUIYIN_SERVER) + " --data " + data + " --rules " + rules +
                           " --device-port 0 --web-port 0 2>&1";
  Ended ended;
  FILE* pipe = ::popen(line.c_str(), "r");
  if (pipe == nullptr) return ended;
  char buffer[4096];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) ended.said += buffer;
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  return ended;
}

TEST(ServerProgram, second_server_on_the_same_data_ends_with_three_and_says_why) {
  RunningOffice running;

  const Ended second = run_server(running.data, county_folder());

  EXPECT_EQ(second.code, 3) << second.said;
  EXPECT_NE(second.said.find("huiyin-server: "), std::string::npos);
  EXPECT_NE(second.said.find(running.data), std::string::npos) << second.said;
  Browser browser(running.office->web_port());
  EXPECT_EQ(browser.get("/health").status, 200) << "the first goes on";
}

TEST(ServerProgram, wrong_folders_end_with_two_and_say_which) {
  const TestFolder folder;

  const Ended no_office = run_server(folder.file("nothing"), county_folder());
  const Ended no_rules = run_server(copy_of_data(folder), folder.file("norules"));

  EXPECT_EQ(no_office.code, 2) << no_office.said;
  EXPECT_NE(no_office.said.find("huiyin office init"), std::string::npos) << no_office.said;
  EXPECT_EQ(no_rules.code, 2) << no_rules.said;
  EXPECT_NE(no_rules.said.find("office.toml"), std::string::npos) << no_rules.said;
}

Result<std::unique_ptr<Office>> start_on(const std::string& data,
                                         const std::function<void(OfficeOptions&)>& change = {}) {
  OfficeOptions options;
  options.data_dir = data;
  options.rules_dir = county_folder();
  options.device_port = 0;
  options.web_port = 0;
  options.map_bytes = std::size_t{64} * 1024 * 1024;
  options.log = [](const std::string&) {};
  if (change) change(options);
  return Office::start(std::move(options));
}

TEST(OfficeStart, damaged_ledger_file_is_told_and_left_as_it_is) {
  RunningOffice running;
  running.stop();
  const std::string file = running.data + "/ledger.mdb";
  ASSERT_OK(start_on(running.data)) << "whole, it opens again";
  const auto size = fs::file_size(file);
  const std::string whole = running.folder.file("whole");
  fs::copy_file(file, whole);
  const auto damaged = [&](const std::string& how) {
    const auto started = start_on(running.data);
    ASSERT_FALSE(started.ok()) << how;
    EXPECT_EQ(started.error().code, Code::kDamaged) << how << ": " << started.error().text();
    EXPECT_NE(started.error().text().find("ledger.mdb"), std::string::npos)
        << how << ": " << started.error().text();
    fs::copy_file(whole, file, fs::copy_options::overwrite_existing);
  };

  fs::resize_file(file, 5000);
  damaged("cut");
  fs::resize_file(file, size - 4096);
  damaged("last page gone");
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary) << std::string(8192, 'x');
  damaged("header pages overwritten");
  std::ofstream(file, std::ios::trunc) << "not a ledger";
  damaged("text");
  EXPECT_OK(start_on(running.data));
}

TEST(OfficeStart, taken_ports_and_wrong_options_are_told) {
  RunningOffice running;
  const TestFolder folder;
  const std::string data = copy_of_data(folder);

  const auto device_port =
      start_on(data, [&](OfficeOptions& o) { o.device_port = running.office->device_port(); });
  const auto web_port = start_on(data, [&](OfficeOptions& o) { o.web_port = running.office->web_port(); });
  const auto address = start_on(data, [](OfficeOptions& o) { o.device_address = "kiosk.example"; });
  const auto key_file = start_on(data, [&](OfficeOptions& o) { o.text_key_file = folder.file("no-key"); });
  const auto small = start_on(data, [&](OfficeOptions& o) { o.text_key_file = made_office().text_key; });

  for (const auto* refused : {&device_port, &web_port, &address, &key_file}) EXPECT_FALSE(refused->ok());
  EXPECT_EQ(address.error().code, Code::kInvalid);
  EXPECT_EQ(key_file.error().code, Code::kNotFound);
  EXPECT_OK(small) << "after all those refusals";
}

TEST(OfficeStop, connected_devices_are_told_and_it_is_over_at_once) {
  RunningOffice running;
  net::Loop loop;
  Browser admin(running.office->web_port());
  const std::string first = running.first_password();
  ASSERT_EQ(admin.sign_in("admin", first).status, 200);
  ASSERT_EQ(admin.post("/session/password", {{"old", first}, {"new", kPassword}}).status, 204);
  std::vector<std::unique_ptr<TestKiosk>> kiosks;
  std::vector<std::unique_ptr<NetSession>> sessions;
  for (int i = 0; i < 3; ++i) {
    kiosks.push_back(std::make_unique<TestKiosk>("kiosk " + std::to_string(i)));
    enrol(admin, loop, *kiosks.back());
    kiosks.back()->say(receipt_named("r").sign.public_key(), "x");
    sessions.push_back(std::make_unique<NetSession>(loop, running.office->device_port(), *kiosks.back()));
    ASSERT_TRUE(sessions.back()->sync());
  }

  const Duration took = loop.beside([&] { return running.stop(); });

  RecordProperty("stop_ms", static_cast<int>(took.ms));
  EXPECT_LT(took.ms, 3000);
  for (const auto& session : sessions) {
    ASSERT_TRUE(session->until_closed());
    ASSERT_TRUE(session->away.has_value());
    EXPECT_EQ(session->away->retry_after_s, 5U);
  }
  // What was acknowledged is there when it starts again, and nobody gets a new first password.
  ASSERT_OK(start_on(running.data));
  EXPECT_EQ(running.first_password(), first);
  auto store = store::open_lmdb_store(running.data + "/ledger.mdb");
  ASSERT_OK(store);
  ASSERT_OK((*store)->read([&](StoreReader& reader) -> Status {
    const auto counts = desk::case_counts(reader);
    std::uint64_t cases = 0;
    for (const std::uint64_t count : *counts) cases += count;
    EXPECT_EQ(cases, 3U);
    std::uint64_t findings = 0;
    const auto verified =
        log::verify_ledger(reader, hashes(), [&](const std::string& what) { ADD_FAILURE() << what; });
    if (!verified.ok()) return verified.error();
    findings = verified->findings;
    EXPECT_EQ(findings, 0U);
    return {};
  }));
}

}  // namespace
}  // namespace huiyin::office::testing
