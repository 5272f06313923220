#pragma once
/// The storage thread: the one owner of journal and downlink. The loop's thread asks, the answer
/// comes back as a post to the loop; neither ever waits for the other.
///
/// Lifetime: made and destroyed on the loop's thread, before the Runtime goes. stop() runs every
/// job that was taken, so that nothing said to be accepted is dropped; answers that come after the
/// loop has ended are dropped with it.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "kiosk/clock.hpp"
#include "kiosk/worker.hpp"
#include "shared/log/downlink.hpp"
#include "shared/net/runtime.hpp"
#include "shared/store/lmdb_store.hpp"

namespace huiyin::kiosk {

/// What of the disk is used and left.
struct DiskUse {
  std::uint64_t used_bytes = 0;
  std::uint64_t free_bytes = 0;
};

/// Numbers for screens, read together.
struct Facts {
  log::JournalCounts counts;
  std::uint64_t replies = 0;
  EpochId epoch;
  std::optional<OfficeTime> last_contact;
  DiskUse disk;
};

/// What the office sent down for everybody; absent parts did not come yet.
struct Settings {
  protocol::KeyRing ring;
  civic::CategoryList categories;
  civic::AreaList areas;
  std::optional<civic::OfficeInfo> office;
};

/// What the storage thread owns once the device is enrolled.
struct Logs {
  log::Journal journal;
  log::Downlink downlink;
};

class Storage {
 public:
  struct Setup {
    net::Runtime& runtime;
    const Clock& clock;
    const HashPort& hashes;
    const SignPort& key;
    std::unique_ptr<Store> store;
    /// On the storage thread: used and free bytes. For tests and for LMDB alike.
    std::function<Result<DiskUse>()> disk;
  };
  explicit Storage(Setup setup);

  template <class T>
  using Done = std::function<void(Result<T>)>;

  /// Opens journal and downlink of that office: the first thing asked, and again after it failed.
  /// `before` runs first (it makes the enrolment durable); its failure is open()'s.
  void open(protocol::EnrolResult enrolled, std::function<Status()> before, Done<Settings> done);

  /// Durable when `done` is called with success.
  void append(log::Capture capture, Done<log::Saved> done);

  /// Runs `job` on the storage thread and `done` on the loop's. kBusy at once when too much waits,
  /// kNotFound when open() has not succeeded.
  template <class T>
  void ask(std::function<Result<T>(Logs&)> job, Done<T> done) {
    post_job<T>(
        [this, job = std::move(job)]() -> Result<T> {
          if (!logs_) return error(Code::kNotFound, "the journal is not open");
          return job(*logs_);
        },
        std::move(done));
  }
  void facts(Done<Facts> done);
  void settings(Done<Settings> done);

  /// Loop thread. Runs what was taken, ends the thread, closes the store.
  void stop();

 private:
  template <class T>
  void post_job(std::function<Result<T>()> job, Done<T> done);
  Result<Facts> read_facts(Logs& logs) const;

  Setup setup_;
  std::optional<Logs> logs_;  ///< the storage thread's alone
  Worker worker_;             ///< the last member: its thread ends before the others go
};

[[nodiscard]] Result<Settings> read_settings(log::Downlink& downlink);

template <class T>
void Storage::post_job(std::function<Result<T>()> job, Done<T> done) {
  // In a shared place because a std::function must be copyable and answers are not all.
  const auto reply = std::make_shared<Done<T>>(std::move(done));
  net::Runtime& runtime = setup_.runtime;
  const bool taken = worker_.post([job = std::move(job), reply, &runtime] {
    const auto result = std::make_shared<Result<T>>(job());
    runtime.post([reply, result] { (*reply)(std::move(*result)); });
  });
  if (taken) return;
  runtime.post([reply] { (*reply)(error(Code::kBusy, "the storage has too much to do")); });
}

}  // namespace huiyin::kiosk
