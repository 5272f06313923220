#pragma once
/// The device port: one OfficeSession per connection, driven over TLS frames. Reads the registry
/// and the buckets in short transactions on the I/O thread; everything that is written goes
/// through the Writer.
///
/// Threads: everything on the Runtime's thread; the writer's answers are posted back to it.

#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "protocol/office_session.hpp"
#include "shared/civic/rules.hpp"
#include "shared/net/frame_link.hpp"
#include "sync-server/desk/devices/devices.hpp"
#include "sync-server/keys/office_keys.hpp"
#include "sync-server/sync/section_opener.hpp"
#include "sync-server/sync/writer.hpp"

namespace huiyin::office {

/// Where the office's programs take the time from.
struct Clocks {
  std::function<OfficeTime()> office;
  std::function<BootTime()> boot;
};

class DevicePort {
 public:
  struct Setup {
    net::Runtime& runtime;
    Store& store;
    const HashPort& hashes;
    const OfficeKeys& keys;
    const civic::Rules& rules;
    SectionOpener& opener;
    Writer& writer;
    Clocks clocks;
    std::function<void(const std::string&)> log;
  };
  explicit DevicePort(Setup setup);
  ~DevicePort();

  [[nodiscard]] Status listen(const std::string& address, std::uint16_t port);
  [[nodiscard]] std::uint16_t port() const { return server_ ? server_->port() : 0; }

  /// Any thread.
  void buckets_changed();
  void device_revoked(const DeviceId& device);
  /// Any thread: which devices are connected now.
  [[nodiscard]] std::set<DeviceId> connected_devices() const;

  /// Stops accepting and says goodbye to everybody.
  void stop();

 private:
  struct Connection;
  void accept(std::shared_ptr<net::FrameLink> link);
  void feed(const std::shared_ptr<Connection>& connection, const protocol::OfficeSession::Input& input);
  void carry_out(const std::shared_ptr<Connection>& connection, protocol::OfficeSession::Output& output);
  void look_up(const std::shared_ptr<Connection>& connection, const protocol::OfficeSession::LookUp& wanted);
  void enrol(const std::shared_ptr<Connection>& connection, const protocol::OfficeSession::TryEnrol& wish);
  void ingest(const std::shared_ptr<Connection>& connection, protocol::OfficeSession::Ingest& ingest);
  void read_round(const std::shared_ptr<Connection>& connection,
                  const protocol::OfficeSession::ReadBuckets& wanted);
  void arm(const std::shared_ptr<Connection>& connection);
  void drop(const std::shared_ptr<Connection>& connection);
  void save_presence(const Connection& connection);

  Setup setup_;
  std::unique_ptr<net::FrameServer> server_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::map<DeviceId, std::shared_ptr<Connection>> connected_;
  mutable std::mutex mutex_;
  std::set<DeviceId> connected_ids_;  ///< guarded by mutex_: connected_ for other threads
  bool stopping_ = false;
};

}  // namespace huiyin::office
