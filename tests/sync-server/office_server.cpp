#include "tests/sync-server/office_server.hpp"

#include <chrono>

#include "protocol/enrolment.hpp"
#include "shared/net/control_socket.hpp"
#include "sync-server/keys/private_file.hpp"
#include "tests/kiosk/http_client.hpp"

namespace huiyin::office::testing {

// --- the office

RunningOffice::RunningOffice(const std::function<void(OfficeOptions&)>& change) : data(copy_of_data(folder)) {
  OfficeOptions options;
  options.data_dir = data;
  options.rules_dir = county_folder();
  options.device_port = 0;
  options.web_port = 0;
  options.map_bytes = std::size_t{64} * 1024 * 1024;
  options.log = [this](const std::string& line) {
    const std::lock_guard<std::mutex> guard(mutex_);
    log_ += line + "\n";
  };
  if (change) change(options);
  auto started = Office::start(std::move(options));
  office = std::move(started).value();
  thread_ = std::thread([this] { office->run(); });
}

Duration RunningOffice::stop() {
  if (!thread_.joinable()) return {0};
  const auto begin = std::chrono::steady_clock::now();
  office->stop();
  thread_.join();
  const auto took = std::chrono::steady_clock::now() - begin;
  office.reset();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(took).count()};
}

std::string RunningOffice::first_password() const {
  std::string line = read_small_file(data + "/first-password.txt").value();
  return line.substr(0, line.find('\n'));
}

Json RunningOffice::control(const Json& request) const {
  const auto answer = net::control_call(data + "/control.sock", request.dump(), Duration{20'000});
  return answer.ok() ? Json::parse(*answer) : Json{{"failed", answer.error().text()}};
}

void RunningOffice::unlock() const {
  const auto key = read_text_key(made_office().text_key, std::nullopt);
  const Json done = control({{"command", "unlock"}, {"text_key", hex(key->view())}});
  EXPECT_EQ(done, (Json{{"ok", true}}));
}

std::string RunningOffice::log() {
  const std::lock_guard<std::mutex> guard(mutex_);
  return log_;
}

// --- the browser

Answer Browser::call(const std::string& method, const std::string& path, const std::string& body,
                     std::map<std::string, std::string> headers) {
  if (!cookie_.empty() && headers.count("Cookie") == 0) headers["Cookie"] = cookie_;
  headers["Content-Type"] = "application/json";
  const auto got = kiosk::http_call(port_, method, "/api/v1" + path, headers, body);
  Answer answer{got.status, got.headers, Json()};
  if (!got.body.empty()) answer.body = Json::parse(got.body, nullptr, false);
  return answer;
}

Answer Browser::sign_in(const std::string& name, const std::string& password) {
  cookie_.clear();
  Answer answer = post("/session", {{"name", name}, {"password", password}});
  if (const auto at = answer.headers.find("set-cookie"); at != answer.headers.end())
    cookie_ = at->second.substr(0, at->second.find(';'));
  return answer;
}

// --- a device

BootTime NetSession::now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

NetSession::NetSession(net::Loop& loop, std::uint16_t port, TestKiosk& kiosk) : loop_(loop), kiosk_(kiosk) {
  protocol::EdgeIdentity identity;
  identity.office = office_keys().office();
  identity.ack_key = office_keys().ring().ack;
  identity.device = kiosk.id();
  identity.epochs = kiosk.journal->positions().value();
  identity.boot = kiosk.clock.boot;
  identity.wall_time = kiosk.clock.wall_time;
  identity.unsent = kiosk.journal->counts()->unsent();
  session_ = std::make_unique<Session>(hashes(), kiosk.key, identity);
  net::FrameClientOptions target;
  target.host = "127.0.0.1";
  target.port = port;
  target.pin = made_office().report.pin;
  connect(target);
}

NetSession::NetSession(net::Loop& loop, TestKiosk& kiosk, const std::string& enrolment_line)
    : loop_(loop), kiosk_(kiosk) {
  const auto line = protocol::parse_enrolment_line(enrolment_line);
  const Hash key = protocol::enrolment_code_key(hashes(), line->code);
  const protocol::EnrolWish wish{protocol::enrolment_code_id(hashes(), key), key};
  session_ = std::make_unique<Session>(hashes(), kiosk.key, wish);
  net::FrameClientOptions target;
  target.host = line->host;
  target.port = line->port;
  target.pin = line->pin;
  connect(target);
}

NetSession::~NetSession() = default;

void NetSession::connect(net::FrameClientOptions target) {
  const std::weak_ptr<int> alive = alive_;
  net::connect_frame_link(loop_.runtime, std::move(target),
                          [this, alive](Result<std::shared_ptr<net::FrameLink>> made) {
                            if (alive.expired()) return;
                            if (!made.ok()) {
                              closed = made.error().text();
                              return;
                            }
                            link = *made;
                            net::LinkHandlers handlers;
                            handlers.on_frame = [this, alive](ByteView frame) {
                              if (!alive.expired()) feed(Session::FrameReceived{frame});
                            };
                            handlers.on_closed = [this, alive](const std::string& reason) {
                              if (!alive.expired() && !closed) closed = reason;
                            };
                            link->set_handlers(std::move(handlers));
                            feed(Session::TransportUp{link->exporter(), id_named<Nonce>("device nonce")});
                          });
}

void NetSession::feed(Session::Input input) {
  waiting_.push_back(std::move(input));
  if (feeding_) return;
  feeding_ = true;
  while (!waiting_.empty()) {
    const Session::Input next = std::move(waiting_.front());
    waiting_.pop_front();
    session_->handle(next, now());
    while (auto output = session_->poll()) carry_out(*output);
  }
  feeding_ = false;
}

void NetSession::carry_out(Session::Output& output) {
  if (auto* send = std::get_if<Session::SendFrame>(&output)) {
    link->send(tamper ? tamper(std::move(send->frame)) : std::move(send->frame));
  } else if (const auto* need = std::get_if<Session::NeedBatch>(&output)) {
    auto push = kiosk_.journal->next_batch(need->from);
    feed(Session::BatchReady{std::move(push).value()});
  } else if (const auto* store = std::get_if<Session::StoreAck>(&output)) {
    EXPECT_OK(kiosk_.journal->store_ack(store->ack));
    acks.push_back(store->ack);
  } else if (const auto* apply = std::get_if<Session::Apply>(&output)) {
    for (const auto& delta : apply->deltas)
      entries.insert(entries.end(), delta.entries.items.begin(), delta.entries.items.end());
    ++checkpoints;
    feed(Session::Applied{true});
  } else if (const auto* hello = std::get_if<Session::Welcomed>(&output)) {
    welcome = hello->welcome;
    auto points = kiosk_.journal->resume(hello->welcome, kiosk_.clock);
    feed(Session::Resume{std::move(points).value()});
  } else if (const auto* done = std::get_if<Session::Enrolled>(&output)) {
    enrolled = done->result;
  } else if (const auto* reason = std::get_if<Session::Refused>(&output)) {
    refused = reason->reason;
  } else if (const auto* went = std::get_if<Session::WentAway>(&output)) {
    away = went->message;
  } else if (const auto* close = std::get_if<Session::Close>(&output)) {
    if (!closed) closed = close->reason;
    link->close(net::CloseCode::kNormal, close->reason.substr(0, 100));
  }
}

bool NetSession::sync() {
  return loop_.until([this] { return closed || (session_->is_idle() && checkpoints > 0); }) && !closed;
}
bool NetSession::until_closed() {
  return loop_.until([this] { return closed.has_value(); });
}
bool NetSession::until_enrolled_or_refused() {
  return loop_.until([this] { return enrolled || refused || closed; });
}

void enrol(Browser& admin, net::Loop& loop, TestKiosk& kiosk) {
  const Answer issued = admin.post("/devices/codes", {{"name", kiosk.name}, {"area", kiosk.area.value}});
  ASSERT_EQ(issued.status, 201) << issued.body;
  NetSession session(loop, kiosk, issued.body["line"].get<std::string>());
  ASSERT_TRUE(session.until_enrolled_or_refused());
  ASSERT_TRUE(session.enrolled.has_value()) << session.closed.value_or("");
}

bool sync_all(net::Loop& loop, std::uint16_t port, TestKiosk& kiosk) {
  NetSession session(loop, port, kiosk);
  const bool done = session.sync();
  EXPECT_TRUE(done) << session.closed.value_or("not in time")
                    << (session.refused ? session.refused->text : "");
  return done && kiosk.journal->counts()->unsent() == 0;
}

}  // namespace huiyin::office::testing
