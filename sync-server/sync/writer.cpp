#include "sync-server/sync/writer.hpp"

#include <future>

namespace huiyin::office {

namespace {
/// Whether the disk, and not the job, is to blame: then nobody of the group was stored.
bool is_storage_failure(const Error& failure) {
  return failure.code == Code::kStorage || failure.code == Code::kStorageFull ||
         failure.code == Code::kDamaged;
}
}  // namespace

Writer::Writer(WriterSetup setup) : setup_(std::move(setup)), thread_([this] { run(); }) {}

Writer::~Writer() { stop(); }

void Writer::stop() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Writer::Counts Writer::counts() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return counts_;
}

void Writer::ingest(log::IngestBatch batch, OfficeTime at, AckDone done) {
  Job job;
  job.batch = std::move(batch);
  job.at = at;
  job.ack_done = std::move(done);
  submit(std::move(job));
}

void Writer::act(ActWork work, ActDone done) {
  Job job;
  job.work = std::move(work);
  job.act_done = std::move(done);
  submit(std::move(job));
}

Status Writer::act_and_wait(ActWork work) {
  auto promise = std::make_shared<std::promise<Status>>();
  auto future = promise->get_future();
  act(std::move(work), [promise](Status status) { promise->set_value(std::move(status)); });
  return future.get();
}

void Writer::submit(Job job) {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (!stopping_ && queue_.size() < kQueueJobsMax) {
      queue_.push_back(std::move(job));
      arrived_.notify_one();
      return;
    }
  }
  job.failure = error(Code::kBusy, "the office is too busy or stops", "writer", "try again later");
  answer(job, 0, {}, 0);
}

void Writer::run() {
  for (;;) {
    std::vector<Job> group;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      std::size_t records = 0;
      while (!queue_.empty() && records < kGroupRecordsMax) {
        records += queue_.front().batch ? queue_.front().batch->records.size() : 1;
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    commit_group(group);
  }
}

Status Writer::apply_job(log::LedgerWriter& ledger, StoreWriter& writer, Job& job) {
  if (!job.batch) return job.work(ledger, writer);
  auto outcome = ledger.ingest(*job.batch, job.at, setup_.judge);
  if (!outcome.ok()) return outcome.error();
  job.outcome = std::move(*outcome);
  return {};
}

void Writer::commit_group(std::vector<Job>& group) {
  // One peer's or person's failing job must not take the others with it: it is taken out and the
  // rest is done again. The loop ends, since every round takes one job out.
  std::uint64_t size = 0;
  Hash root;
  std::uint64_t backed_up = 0;
  for (;;) {
    Job* to_blame = nullptr;
    const Status status = setup_.store.write([&](StoreWriter& writer) -> Status {
      auto ledger = log::LedgerWriter::begin(writer, setup_.hashes, setup_.folds);
      if (!ledger.ok()) return ledger.error();
      for (Job& job : group) {
        if (job.failure) continue;
        if (Status done = apply_job(*ledger, writer, job); !done.ok()) {
          to_blame = &job;
          return done;
        }
      }
      HUIYIN_TRY(ledger->finish());
      const auto state = log::ledger_state(writer, setup_.hashes);
      if (!state.ok()) return state.error();
      size = state->size;
      root = state->root;
      backed_up = state->backed_up_size;
      return {};
    });
    if (status.ok()) break;
    if (to_blame != nullptr && !is_storage_failure(status.error())) {
      to_blame->failure = status.error();
      continue;
    }
    for (Job& job : group)
      if (!job.failure) job.failure = status.error();
    break;
  }
  const bool changed = setup_.buckets != nullptr && setup_.buckets->take_changed();
  std::uint64_t records = 0;
  for (Job& job : group) {
    if (job.batch && !job.failure) records += job.batch->records.size();
    answer(job, size, root, backed_up);
  }
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    ++counts_.commits;
    counts_.records += records;
  }
  if (changed && setup_.on_buckets_changed) setup_.on_buckets_changed();
}

void Writer::answer(Job& job, std::uint64_t tree_size, const Hash& root, std::uint64_t backed_up_size) {
  if (!job.batch) {
    if (job.act_done) job.act_done(job.failure ? Status(*job.failure) : Status());
    return;
  }
  if (job.failure) return job.ack_done(*job.failure);
  protocol::AckBody body;
  body.office = setup_.office;
  body.office_epoch = setup_.office_epoch;
  body.device = job.batch->device;
  body.epoch = job.batch->epoch;
  body.branch = job.outcome.branch;
  body.runs.items = std::move(job.outcome.runs);
  body.exceptions.items = std::move(job.outcome.exceptions);
  body.tree_size = tree_size;
  body.root = root;
  body.backed_up_size = backed_up_size;
  job.ack_done(protocol::sign_ack(setup_.ack_key, std::move(body)));
}

}  // namespace huiyin::office
