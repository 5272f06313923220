#pragma once
/// One office, a few kiosks and the cables between them, in virtual time. Everything that
/// happens, and how likely it is, is drawn from one seed. First chaos, judged all the while;
/// then everything is healed and must come to rest.
///
/// A disk is a value: copied, rolled back, put into a second machine. Random numbers belong to
/// the machine, not to the disk.

#include <memory>
#include <optional>
#include <set>
#include <tuple>

#include "protocol/edge_session.hpp"
#include "shared/log/downlink.hpp"
#include "shared/log/journal.hpp"
#include "tests/sim/office.hpp"
#include "tests/sim/scheduler.hpp"

namespace huiyin::sim {

struct Outcome {
  std::string failure;      ///< empty: everything held
  std::uint64_t trace = 0;  ///< the same for the same seed
  std::uint64_t events = 0;
  std::uint64_t records = 0;  ///< appended, over all disks that ever were
  std::uint64_t restores = 0;
  std::uint64_t clones = 0;
  std::uint64_t roll_backs = 0;
};

class World {
 public:
  World(std::uint64_t seed, const Bugs& bugs);
  [[nodiscard]] Outcome run();

 private:
  /// How often what goes wrong, in thousandths of all that happens.
  struct Odds {
    std::uint64_t cut = 0, kill = 0, reboot = 0, roll_back = 0, clone = 0, office_kill = 0,
                  office_restore = 0, disk_fault = 0, erase = 0, clock_jump = 0, unplug = 0;
  };
  struct Kiosk {
    std::size_t name = 0;  ///< which key; a clone has its original's
    Prng prng{0};
    std::unique_ptr<MemoryStore> disk = std::make_unique<MemoryStore>();
    std::unique_ptr<MemoryStore> snapshot;
    BootId boot;
    std::int64_t booted_at = 0;
    std::int64_t wall_offset = 0;
    bool plugged = true;
    std::optional<log::Journal> journal;  ///< nothing while the process is dead
    std::optional<log::Downlink> downlink;
    std::uint64_t link = 0;
  };
  /// One connection: both sessions and what travels between them.
  struct Link {
    std::size_t kiosk = 0;
    std::optional<protocol::EdgeSession> edge;
    std::optional<protocol::OfficeSession> office;
    bool wire = true;           ///< cut: nothing arrives any more, and nobody is told
    std::int64_t down_due = 0;  ///< deliveries keep their order
    std::int64_t up_due = 0;
    std::int64_t work_due = 0;
    std::uint64_t edge_timer = 0;
    std::uint64_t office_timer = 0;
  };

  void chaos_step();
  void append(std::size_t kiosk);
  void publish();
  void start(std::size_t kiosk);
  void stop(std::size_t kiosk);
  void connect(std::size_t kiosk);
  void reconnect_later(std::size_t kiosk);
  void cut(std::uint64_t link);
  void kill_office(bool restore);
  void heal();
  [[nodiscard]] bool at_rest();
  void judge_end();
  void judge_disk(Kiosk& kiosk, const std::map<Hash, int>& counts);
  void judge_downlink(Kiosk& kiosk);
  void judge_ack(Kiosk& kiosk, const protocol::Ack& ack);
  void judge_positions(const DeviceId& device, const List<protocol::EpochPosition, 64>& have);

  void edge_input(std::uint64_t link, const protocol::EdgeSession::Input& input);
  std::optional<protocol::EdgeSession::Input> carry_out(std::uint64_t link,
                                                        protocol::EdgeSession::Output& output);
  void edge_closed(std::uint64_t link);
  void office_input(std::uint64_t link, const protocol::OfficeSession::Input& input);
  void carry_out(std::uint64_t link, protocol::OfficeSession::Output& output);
  void office_closed(std::uint64_t link);
  void ingest(std::uint64_t link, protocol::OfficeSession::Ingest work);
  /// To be done by this life of the office, after the work before it.
  void office_work(std::uint64_t link, std::function<void()> work);
  void send(std::uint64_t link, bool to_office, Bytes frame);
  Link* find(std::uint64_t link);

  [[nodiscard]] log::ClockReading clock_of(const Kiosk& kiosk) const;
  [[nodiscard]] BootTime office_boot_time() const { return {scheduler_.now()}; }
  [[nodiscard]] OfficeTime office_now() const { return {1'750'000'000'000 + scheduler_.now()}; }
  [[nodiscard]] std::int64_t delay();
  [[nodiscard]] const SimKey& key_of(const Kiosk& kiosk) const { return keys_[kiosk.name]; }
  [[nodiscard]] DeviceId device_of(const Kiosk& kiosk) const {
    return protocol::device_id_of(hashes(), key_of(kiosk).public_key());
  }
  void trace(std::uint64_t what, std::uint64_t detail);
  void fail(std::string text);

  std::uint64_t seed_;
  Prng prng_;
  Bugs bugs_;
  Scheduler scheduler_;
  SimOffice office_;
  Odds odds_;
  Outcome outcome_;
  std::int64_t delay_max_ = 0;
  std::uint64_t chaos_left_ = 0;
  bool healed_ = false;
  bool office_up_ = true;
  std::uint64_t office_life_ = 0;
  std::vector<SimKey> keys_;
  std::vector<std::unique_ptr<Kiosk>> kiosks_;
  std::map<std::uint64_t, std::unique_ptr<Link>> links_;
  std::uint64_t next_link_ = 1;
  std::set<Hash> appended_;
  std::uint32_t versions_ = 0;
  std::map<std::tuple<OfficeEpoch, DeviceId, EpochId>, std::uint64_t> marks_;
};

}  // namespace huiyin::sim
