/// The one writer: who is answered when, and what one job's failure means for the others.

#include "sync-server/sync/writer.hpp"

#include <atomic>
#include <condition_variable>
#include <future>

#include "protocol/archive.hpp"
#include "tests/sync-server/desk_world.hpp"

namespace huiyin::office::testing {
namespace {

/// A store that can be held before a write, fails when told, and says when it committed.
class WatchedStore final : public Store {
 public:
  Status read(const ReadWork& work) override { return disk.read(work); }
  Status write(const WriteWork& work) override {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      ++waiting_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !held_; });
      --waiting_;
    }
    const bool fails = fail_in > 0 && --fail_in == 0;
    const Status done = disk.write([&](StoreWriter& writer) -> Status {
      HUIYIN_TRY(work(writer));
      if (fails) return error(Code::kStorage, "the disk is gone");
      return {};
    });
    if (done.ok()) note("commit");
    return done;
  }
  void hold() {
    const std::lock_guard<std::mutex> guard(mutex_);
    held_ = true;
  }
  void let_go() {
    const std::lock_guard<std::mutex> guard(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  void wait_until_held() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void note(const std::string& what) {
    const std::lock_guard<std::mutex> guard(mutex_);
    events_.push_back(what);
  }
  [[nodiscard]] std::vector<std::string> events() {
    const std::lock_guard<std::mutex> guard(mutex_);
    return events_;
  }

  MemoryStore disk;
  std::atomic<int> fail_in{0};  ///< the n-th write from now fails; 0: none

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int waiting_ = 0;
  std::vector<std::string> events_;
};

class Writing : public ::testing::Test {
 protected:
  Writing() { make(); }
  void make() {
    writer.emplace(WriterSetup{store,
                               hashes(),
                               {&devices, &buckets},
                               &buckets,
                               office_keys().office(),
                               office_keys().epoch(),
                               office_keys().ack(),
                               {},
                               [this] { store.note("buckets changed"); }});
  }
  /// An act on a stream of its own.
  [[nodiscard]] static log::Act act_named(const std::string& name) {
    return plain_act(log::person_stream(hashes(), name), 77, to_bytes(as_bytes(name)), {1'790'000'000'000},
                     name);
  }
  [[nodiscard]] static Writer::ActWork appending(const log::Act& act) {
    return [act](log::LedgerWriter& ledger, StoreWriter&) -> Status {
      const auto entry = ledger.append_act(act);
      if (!entry.ok()) return entry.error();
      return {};
    };
  }
  void submit(const std::string& name, Writer::ActWork work) {
    writer->act(std::move(work), [this, name](const Status& done) {
      store.note(name +
                 (done.ok() ? " done" : " failed " + std::to_string(static_cast<int>(done.error().code))));
    });
  }
  /// One job sits in a write that is held; what is submitted now makes the next group.
  void hold_with_one_inside() {
    store.hold();
    submit("first", appending(act_named("first")));
    store.wait_until_held();
  }
  [[nodiscard]] std::uint64_t ledger_size() {
    std::uint64_t size = 0;
    EXPECT_OK(store.disk.read([&](StoreReader& reader) -> Status {
      size = log::ledger_state(reader, hashes())->size;
      return {};
    }));
    return size;
  }
  [[nodiscard]] static std::string failed(const std::string& name, Code code) {
    return name + " failed " + std::to_string(static_cast<int>(code));
  }
  using Events = std::vector<std::string>;

  WatchedStore store;
  desk::DeviceFold devices;
  desk::BucketFold buckets;
  std::optional<Writer> writer;
};

TEST_F(Writing, group_is_answered_after_its_one_commit) {
  hold_with_one_inside();
  for (const char* name : {"a", "b", "c"}) submit(name, appending(act_named(name)));
  store.let_go();
  writer->stop();

  EXPECT_EQ(store.events(), (Events{"commit", "first done", "commit", "a done", "b done", "c done"}));
  EXPECT_EQ(ledger_size(), 4U);
  EXPECT_EQ(writer->counts().commits, 2U);
}

TEST_F(Writing, failing_job_does_not_take_the_others_with_it) {
  hold_with_one_inside();
  auto late = act_named("first");
  late.expected_head = StreamVersion{0};  // somebody was first
  submit("a", appending(act_named("a")));
  submit("late", appending(late));
  submit("strange", [](log::LedgerWriter& ledger, StoreWriter&) -> Status {
    static_cast<void>(ledger.append_act(act_named("written before it failed")));
    return error(Code::kInvalid, "no");
  });
  submit("b", appending(act_named("b")));
  store.let_go();
  writer->stop();

  EXPECT_EQ(store.events(),
            (Events{"commit", "first done", "commit", "a done", failed("late", Code::kConflict),
                    failed("strange", Code::kInvalid), "b done"}));
  EXPECT_EQ(ledger_size(), 3U) << "nothing of a failed job stays";
}

TEST_F(Writing, storage_failure_answers_the_whole_group_and_the_next_works) {
  hold_with_one_inside();
  for (const char* name : {"a", "b", "c"}) submit(name, appending(act_named(name)));
  std::promise<Status> last;
  writer->act(appending(act_named("d")), [&last](Status done) { last.set_value(std::move(done)); });
  store.fail_in = 2;  // the group after the one in hand
  store.let_go();
  EXPECT_EQ(last.get_future().get().error().code, Code::kStorage);
  EXPECT_OK(writer->act_and_wait(appending(act_named("after"))));
  writer->stop();

  const Events events = store.events();
  const Events expected{"commit", "first done", failed("a", Code::kStorage), failed("b", Code::kStorage),
                        failed("c", Code::kStorage)};
  ASSERT_GE(events.size(), expected.size());
  EXPECT_EQ(Events(events.begin(), events.begin() + 5), expected);
  EXPECT_EQ(ledger_size(), 2U) << "first and after";
}

TEST_F(Writing, damage_met_by_one_job_is_told_and_the_next_group_works) {
  const Status broken = writer->act_and_wait([](log::LedgerWriter& ledger, StoreWriter&) -> Status {
    static_cast<void>(ledger.append_act(act_named("lost")));
    return error(Code::kDamaged, "a row is not what was written");
  });

  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().code, Code::kDamaged);
  EXPECT_OK(writer->act_and_wait(appending(act_named("later"))));
  writer->stop();
  EXPECT_EQ(ledger_size(), 1U);
}

TEST_F(Writing, full_map_is_told_and_ends_when_there_is_room) {
  EXPECT_OK(writer->act_and_wait(appending(act_named("a"))));
  store.disk.set_capacity(store.disk.used_bytes() + 10);

  const Status full = writer->act_and_wait(appending(act_named("b")));
  store.disk.set_capacity(SIZE_MAX);
  const Status room = writer->act_and_wait(appending(act_named("c")));

  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, Code::kStorageFull);
  EXPECT_OK(room);
  writer->stop();
  EXPECT_EQ(ledger_size(), 2U);
}

TEST_F(Writing, full_queue_is_told_at_once_and_what_is_queued_is_done) {
  hold_with_one_inside();
  std::atomic<std::size_t> done{0};
  for (std::size_t i = 0; i < Writer::kQueueJobsMax; ++i)
    writer->act([](log::LedgerWriter&, StoreWriter&) -> Status { return {}; },
                [&done](const Status& status) { done += status.ok() ? 1 : 0; });
  const Status busy = writer->act_and_wait(appending(act_named("too many")));
  EXPECT_EQ(done, 0U);
  store.let_go();
  writer->stop();

  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.error().code, Code::kBusy);
  EXPECT_EQ(done, Writer::kQueueJobsMax) << "stop finishes the queue";
  EXPECT_EQ(writer->counts().commits, 3U) << "4,096 jobs are two groups";
}

TEST_F(Writing, stopped_writer_answers_busy) {
  writer->stop();

  const Status act = writer->act_and_wait(appending(act_named("late")));
  Code code = Code::kNone;
  TestKiosk kiosk("late kiosk");
  writer->ingest(kiosk.take().at(0), {1}, [&](const std::variant<protocol::Ack, Error>& result) {
    code = std::get<Error>(result).code;
  });

  ASSERT_FALSE(act.ok());
  EXPECT_EQ(act.error().code, Code::kBusy);
  EXPECT_EQ(code, Code::kBusy);
}

TEST_F(Writing, ack_is_signed_and_states_what_is_durable) {
  TestKiosk kiosk("kiosk");
  kiosk.say(receipt_named("r").sign.public_key(), "x");
  const auto batch = kiosk.take().at(0);
  std::promise<std::variant<protocol::Ack, Error>> promise;
  writer->ingest(batch, {1'790'000'000'000}, [&](auto result) { promise.set_value(std::move(result)); });
  const auto result = promise.get_future().get();

  ASSERT_TRUE(std::holds_alternative<protocol::Ack>(result));
  const auto& ack = std::get<protocol::Ack>(result);
  EXPECT_TRUE(protocol::verify_ack(hashes(), office_keys().ring().ack, ack));
  EXPECT_EQ(ack.body.device, kiosk.id());
  EXPECT_EQ(ack.body.epoch, batch.epoch);
  EXPECT_EQ(ack.body.runs.items, (std::vector<protocol::AckRun>{{{1}, 2, {0}}}));
  EXPECT_EQ(ack.body.tree_size, 2U);
  EXPECT_EQ(ack.body.office_epoch, office_keys().epoch());
  Hash root;
  ASSERT_OK(store.disk.read([&](StoreReader& reader) -> Status {
    root = log::ledger_state(reader, hashes())->root;
    return {};
  }));
  EXPECT_EQ(ack.body.root, root);
  EXPECT_EQ(writer->counts().records, 2U);
}

TEST_F(Writing, changed_buckets_are_told_after_the_commit_and_only_then) {
  desk::SettingsPublished settings;
  settings.bucket = protocol::bucket_for_everyone();
  settings.type = 3;
  EXPECT_OK(writer->act_and_wait(appending(act_named("nothing for buckets"))));
  EXPECT_OK(writer->act_and_wait(appending(plain_act(log::office_stream(), desk::act::kSettingsPublished,
                                                     protocol::to_wire(settings), {1}, "s"))));
  writer->stop();

  EXPECT_EQ(store.events(), (Events{"commit", "commit", "buckets changed"}));
}

TEST_F(Writing, many_threads_lose_nothing) {
  constexpr int kThreads = 8;
  constexpr int kEach = 40;
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const std::string name = std::to_string(thread) + "/" + std::to_string(i);
        if (writer->act_and_wait(appending(act_named(name))).ok()) ++done;
        static_cast<void>(writer->counts());
      }
    });
  TestKiosk kiosk("kiosk");
  for (int i = 0; i < 20; ++i) {
    kiosk.say(receipt_named("r").sign.public_key(), "x");
    for (auto& batch : kiosk.take())
      writer->ingest(std::move(batch), {1'790'000'000'000}, [&](const auto& result) {
        done += std::holds_alternative<protocol::Ack>(result) ? 1 : 0;
      });
  }
  for (std::thread& thread : threads) thread.join();
  writer->stop();

  EXPECT_EQ(done, kThreads * kEach + 20);
  EXPECT_EQ(ledger_size(), static_cast<std::uint64_t>(kThreads * kEach + 21));
  EXPECT_LE(writer->counts().commits, static_cast<std::uint64_t>(kThreads * kEach + 20));
}

TEST_F(Writing, stop_from_beside_running_submitters_answers_every_one) {
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 50; ++i)
        writer->act(appending(act_named(std::to_string(thread) + "/" + std::to_string(i))),
                    [&](const Status&) { ++answered; });
    });
  writer->stop();
  for (std::thread& thread : threads) thread.join();
  writer->stop();

  EXPECT_EQ(answered, 200);
}

}  // namespace
}  // namespace huiyin::office::testing
