#pragma once
/// The daemon as one object: makes every part, connects them, and ends them in order.
///
/// Threads: the loop's (all of it here), the storage thread, the receipts thread.
/// Order of the end: no new requests → good-bye to the office → receipts end → storage runs what
/// it has taken and closes. It goes before its Runtime, which is not running any more by then.

#include <memory>
#include <string>

#include "kiosk/local_api.hpp"
#include "kiosk/service.hpp"
#include "shared/net/control_socket.hpp"

namespace huiyin::kiosk {

/// Exit codes of the program.
namespace exit_code {
constexpr int kUsage = 2;  ///< the command line or the configuration file
constexpr int kBusy = 3;   ///< another process works on this data folder
constexpr int kStartFailed = 4;
}  // namespace exit_code

class Kiosk {
 public:
  /// Before the loop runs, or on its thread. kBusy when another process has the data folder. A
  /// damaged store does not keep the page from starting: the page says so and takes nothing.
  [[nodiscard]] static Result<std::unique_ptr<Kiosk>> start(net::Runtime& runtime, const Clock& clock,
                                                            Config config);
  ~Kiosk();
  Kiosk(const Kiosk&) = delete;
  Kiosk& operator=(const Kiosk&) = delete;

  /// Where the page is served.
  [[nodiscard]] std::uint16_t port() const { return http_->port(); }
  /// Loop thread. Ends orderly, then calls `stopped`, once.
  void stop(std::function<void()> stopped);

 private:
  Kiosk(net::Runtime& runtime, const Clock& clock, Config config, crypto::KeyPair key);
  Status open_parts(Result<std::unique_ptr<store::LmdbStore>> opened);
  Status listen();
  void read_enrolment();
  void open_kept_logs();
  void open_logs(std::function<Status()> before, std::function<void(Status)> done);
  void on_enrolled(Enrolment enrolment, std::function<void(Status)> done);
  void on_settings(Settings settings);
  void on_applied(const log::AppliedRound& round);
  void on_storage_failure(const Error& failure);
  void on_link(bool online);
  void on_link_trouble(LinkTrouble trouble, const std::string& words);
  void begin_sync();
  void refresh();
  void refresh_regularly();
  void damaged(const Error& failure);
  void on_control(std::string line, std::function<void(std::string)> respond);

  net::Runtime& runtime_;
  const Clock& clock_;
  const DeviceFiles files_;
  const crypto::KeyPair key_;
  State state_;
  bool opening_ = false;
  bool refreshing_ = false;
  bool refresh_again_ = false;
  bool stopping_ = false;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<Receipts> receipts_;
  std::unique_ptr<SyncDriver> sync_;
  std::unique_ptr<Enroller> enroller_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<LocalApi> api_;
  std::unique_ptr<net::ControlServer> control_;
  std::unique_ptr<net::HttpServer> http_;
};

}  // namespace huiyin::kiosk
