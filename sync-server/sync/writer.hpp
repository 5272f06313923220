#pragma once
/// The one writer: a thread that takes whatever has arrived, puts it into one store transaction
/// (ledger and views together), commits, and only then answers everybody. Batches form while the
/// commit before them runs; there is no artificial delay.
///
/// Threads: submit functions may be called from any thread; answers come on the writer thread and
/// must not block it (post them elsewhere). Lifetime: stop() lets what is queued finish, then joins;
/// what is submitted afterwards is answered kBusy.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "shared/log/ledger.hpp"
#include "sync-server/desk/downlink/buckets.hpp"

namespace huiyin::office {

struct WriterSetup {
  Store& store;
  const HashPort& hashes;
  log::Folds folds;                     ///< in the order in which they run
  desk::BucketFold* buckets = nullptr;  ///< one of them: asked whether anything went down
  OfficeId office;
  OfficeEpoch office_epoch;
  const SignPort& ack_key;
  log::Judge judge;
  std::function<void()> on_buckets_changed;  ///< on the writer thread, after the commit
};

class Writer {
 public:
  static constexpr std::size_t kQueueJobsMax = 4096;
  static constexpr std::size_t kGroupRecordsMax = 4000;

  explicit Writer(WriterSetup setup);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  using AckDone = std::function<void(std::variant<protocol::Ack, Error>)>;
  void ingest(log::IngestBatch batch, OfficeTime at, AckDone done);

  /// One or more acts that stand or fall together. `work` may read through the ledger's
  /// transaction; it may run more than once, so it must only write through its arguments.
  using ActWork = std::function<Status(log::LedgerWriter&, StoreWriter&)>;
  using ActDone = std::function<void(Status)>;
  void act(ActWork work, ActDone done);
  /// The same, waiting for the commit; never from the writer thread.
  [[nodiscard]] Status act_and_wait(ActWork work);

  void stop();

  struct Counts {
    std::uint64_t commits = 0;
    std::uint64_t records = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Job {
    std::optional<log::IngestBatch> batch;  ///< an ingest job, or
    ActWork work;                           ///< an act job
    OfficeTime at;
    AckDone ack_done;
    ActDone act_done;
    // Filled while the group is built:
    log::IngestOutcome outcome;
    std::optional<Error> failure;
  };
  void submit(Job job);
  void run();
  void commit_group(std::vector<Job>& group);
  Status apply_job(log::LedgerWriter& ledger, StoreWriter& writer, Job& job);
  void answer(Job& job, std::uint64_t tree_size, const Hash& root, std::uint64_t backed_up_size);

  WriterSetup setup_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  Counts counts_;
  std::thread thread_;
};

}  // namespace huiyin::office
