#pragma once
/// The office server: everything wired together, its start and its stop.
///
/// Threads: one for the event loop (device port, pages, control socket), a few that open sections
/// ahead of the writer, one writer, two API workers. start() and run() on the thread that owns the object.

#include <atomic>
#include <memory>
#include <string>

#include "shared/net/control_socket.hpp"
#include "shared/net/http_server.hpp"
#include "shared/store/lmdb_store.hpp"
#include "sync-server/api/api.hpp"
#include "sync-server/desk/cases/cases.hpp"
#include "sync-server/desk/people/people.hpp"

namespace huiyin::office {

struct OfficeOptions {
  std::string data_dir;
  std::string rules_dir;
  std::string address = "127.0.0.1";
  std::uint16_t device_port = 7443;
  std::uint16_t web_port = 7080;
  std::string device_address;  ///< what enrolment lines name; empty: address and port as bound
  std::string text_key_file;   ///< empty: start locked
  std::size_t map_bytes = std::size_t{64} * 1024 * 1024 * 1024;
  std::function<void(const std::string&)> log;
};

class Office {
 public:
  /// Loads keys and rules, opens the store, folds nothing anew, listens. Any refusal is an Error
  /// with what to do.
  [[nodiscard]] static Result<std::unique_ptr<Office>> start(OfficeOptions options);
  ~Office();

  /// Until a stop signal or stop(); returns after everything was written and closed.
  void run();
  /// Any thread.
  void stop();

  [[nodiscard]] std::uint16_t device_port() const { return devices_->port(); }
  [[nodiscard]] std::uint16_t web_port() const { return web_->port(); }

 private:
  explicit Office(OfficeOptions options);
  Status open();
  Status publish_settings();
  Status first_administrator();
  void serve(net::HttpRequest request, net::HttpRespond respond);
  [[nodiscard]] std::string control(const std::string& line);
  void begin_stop();

  OfficeOptions options_;
  Clocks clocks_;
  civic::Rules rules_;
  net::Runtime runtime_;
  std::unique_ptr<OfficeKeys> keys_;
  std::unique_ptr<store::LmdbStore> store_;
  std::unique_ptr<desk::DeviceFold> device_fold_;
  std::unique_ptr<desk::CaseFold> case_fold_;
  std::unique_ptr<desk::PeopleFold> people_fold_;
  std::unique_ptr<desk::BucketFold> bucket_fold_;
  std::unique_ptr<SectionOpener> opener_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<DevicePort> devices_;
  WebSessions sessions_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<net::HttpServer> web_;
  std::unique_ptr<net::ControlServer> control_;
  bool stopping_ = false;
};

/// Why a verified record should wait for a person: its payload does not follow its own format.
[[nodiscard]] std::optional<std::string> judge_record(const protocol::Record& record);

}  // namespace huiyin::office
