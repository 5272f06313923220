#pragma once
/// Keeps the device in touch with its office: connects, runs one session a connection, carries
/// its questions to the storage thread, waits and connects again.
///
/// Thread: the loop's. Lifetime: storage, clock, ports and runtime outlive it.
/// Promise, checked after every step: while started, a connection, its preparation or a timer is
/// there, so nothing that waits to be sent is ever forgotten.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/connection.hpp"
#include "kiosk/device_files.hpp"
#include "kiosk/storage.hpp"
#include "shared/core/backoff.hpp"

namespace huiyin::kiosk {

/// Why the office does not take us, as the page's problem types say it.
enum class LinkTrouble { kNone, kRevoked, kOfficeKey };

class SyncDriver {
 public:
  struct Setup {
    net::Runtime& runtime;
    const Clock& clock;
    Storage& storage;
    const HashPort& hashes;
    const SignPort& key;
    BackoffPolicy backoff;
    Prng jitter;
  };
  /// Called on the loop's thread, never from inside start() or stop().
  struct Events {
    std::function<void(bool online)> on_link;
    /// The present state of trouble, and words for staff and the log.
    std::function<void(LinkTrouble trouble, const std::string& words)> on_trouble;
    std::function<void()> on_acked;
    std::function<void(const log::AppliedRound&)> on_applied;
  };
  SyncDriver(Setup setup, Events events);

  void start(std::string host, std::uint16_t port);
  /// A record was appended durably.
  void appended();
  /// Says good-bye; nothing happens afterwards.
  void stop();

  [[nodiscard]] bool is_online() const { return welcome_at_.has_value(); }
  /// The office's clock when it was last heard in this run.
  [[nodiscard]] std::optional<OfficeTime> last_contact() const { return last_contact_; }

 private:
  using Session = protocol::EdgeSession;
  /// What a connection begins with, read on the storage thread.
  struct Beginning {
    protocol::EdgeIdentity identity;
    std::vector<KeyPin> pins;
  };
  struct Wait {
    Duration at_least{};   ///< as the office asked
    bool is_slow = false;  ///< it will not change its mind within seconds
  };

  void attempt();
  void connect(Beginning beginning);
  void on_output(Session::Output output);
  void on(Session::NeedBatch& need);
  void on(Session::StoreAck& store);
  void on(Session::Apply& apply);
  void on(Session::Welcomed& welcomed);
  void on(Session::Refused& refused);
  void on(Session::WentAway& went);
  void on_closed(const Error& why);
  /// Ends the connection because of our own trouble.
  void abandon(const Error& why);
  void heard();
  void try_again_later();
  void keep_contact();
  void check_armed() const;
  static Result<Beginning> begin(Logs& logs, const log::ClockReading& now);

  Setup setup_;
  Events events_;
  std::string host_;
  std::uint16_t port_ = 0;
  bool started_ = false;
  bool preparing_ = false;
  std::shared_ptr<Connection> connection_;
  std::uint64_t timer_ = 0;
  unsigned failures_ = 0;
  std::size_t pin_index_ = 0;  ///< of the ring's pins: the present one, then the next
  std::size_t pin_count_ = 1;
  Wait wait_;  ///< for the next try alone
  OfficeEpoch office_epoch_;
  OfficeTime welcome_time_;
  std::optional<BootTime> welcome_at_;  ///< set while online
  std::optional<OfficeTime> last_contact_;
};

}  // namespace huiyin::kiosk
