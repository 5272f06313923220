#pragma once
/// A whole office on free ports in a folder of its own, a browser that calls it, and devices that
/// speak to it over TLS.

#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "protocol/edge_session.hpp"
#include "shared/net/frame_link.hpp"
#include "sync-server/office.hpp"
#include "tests/net/loop.hpp"
#include "tests/sync-server/desk_world.hpp"

namespace huiyin::office::testing {

using Json = nlohmann::json;

/// The office of made_office(), so that office_keys() are its keys; starts locked.
class RunningOffice {
 public:
  explicit RunningOffice(const std::function<void(OfficeOptions&)>& change = {});
  ~RunningOffice() { stop(); }
  /// As SIGTERM does it; how long it took.
  Duration stop();
  [[nodiscard]] std::string first_password() const;
  /// Over the control socket, as the command line does it.
  [[nodiscard]] Json control(const Json& request) const;
  void unlock() const;
  [[nodiscard]] std::string log();

  TestFolder folder;
  std::string data;
  std::unique_ptr<Office> office;

 private:
  std::thread thread_;
  std::mutex mutex_;
  std::string log_;
};

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;
  Json body;  ///< null when there is none
  [[nodiscard]] std::string type() const {
    return body.is_object() && body.contains("type") ? body["type"].get<std::string>() : "";
  }
};

/// One session's calls. Adds what our own pages add.
class Browser {
 public:
  explicit Browser(std::uint16_t port) : port_(port) {}
  Answer get(const std::string& path) { return call("GET", path); }
  Answer post(const std::string& path, const Json& body) { return call("POST", path, body.dump()); }
  Answer call(const std::string& method, const std::string& path, const std::string& body = {},
              std::map<std::string, std::string> headers = {{"X-Huiyin", "1"}});
  Answer sign_in(const std::string& name, const std::string& password);

 private:
  std::uint16_t port_;
  std::string cookie_;
};

/// One connection of a device, driven as a kiosk drives it, without its timers.
class NetSession {
 public:
  /// Of an enrolled device.
  NetSession(net::Loop& loop, std::uint16_t port, TestKiosk& kiosk);
  /// To enrol.
  NetSession(net::Loop& loop, TestKiosk& kiosk, const std::string& enrolment_line);
  ~NetSession();

  /// True when everything saved was acknowledged and the buckets stand.
  [[nodiscard]] bool sync();
  [[nodiscard]] bool until_closed();
  [[nodiscard]] bool until_enrolled_or_refused();
  void appended() { feed(protocol::EdgeSession::Appended{}); }

  std::function<Bytes(Bytes)> tamper;  ///< changes what is sent
  std::optional<protocol::Welcome> welcome;
  std::optional<protocol::EnrolResult> enrolled;
  std::optional<protocol::HelloError> refused;
  std::optional<protocol::GoAway> away;
  std::vector<protocol::Ack> acks;
  std::vector<protocol::BucketEntry> entries;
  std::size_t checkpoints = 0;
  std::optional<std::string> closed;  ///< why
  std::shared_ptr<net::FrameLink> link;

 private:
  using Session = protocol::EdgeSession;
  void connect(net::FrameClientOptions target);
  void feed(Session::Input input);
  void carry_out(Session::Output& output);
  [[nodiscard]] static BootTime now();

  net::Loop& loop_;
  TestKiosk& kiosk_;
  std::unique_ptr<Session> session_;
  std::deque<Session::Input> waiting_;
  bool feeding_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

/// Issues a code for this kiosk and enrols it; the admin's browser must be signed in.
void enrol(Browser& admin, net::Loop& loop, TestKiosk& kiosk);
/// A new session in which the kiosk sends all it has.
[[nodiscard]] bool sync_all(net::Loop& loop, std::uint16_t port, TestKiosk& kiosk);

}  // namespace huiyin::office::testing
