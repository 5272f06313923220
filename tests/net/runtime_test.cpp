#include "shared/net/runtime.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "tests/net/loop.hpp"

namespace huiyin::net {
namespace {

using namespace std::chrono_literals;

TEST(Runtime_posts_from_many_threads, run_in_order_on_the_loops_thread) {
  Runtime runtime;
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i)
      runtime.post([&, i] {
        order.push_back(i);
        threads.push_back(std::this_thread::get_id());
        if (i == 99) runtime.stop();
      });
  });

  runtime.run({});
  other.join();

  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
    EXPECT_EQ(threads[static_cast<std::size_t>(i)], std::this_thread::get_id());
  }
}

TEST(Runtime_timers, fire_once_in_time_order_unless_cancelled) {
  Loop loop;
  std::vector<int> fired;
  loop.runtime.after(Duration{20}, [&] { fired.push_back(2); });
  loop.runtime.after(Duration{1}, [&] { fired.push_back(1); });
  const auto cancelled = loop.runtime.after(Duration{5}, [&] { fired.push_back(3); });
  EXPECT_NE(cancelled, 0U);

  loop.runtime.cancel(cancelled);
  loop.runtime.cancel(cancelled);
  loop.runtime.cancel(0);
  ASSERT_TRUE(loop.until([&] { return fired.size() == 2; }));
  loop.run_for(20ms);

  EXPECT_EQ(fired, (std::vector<int>{1, 2}));
}

TEST(Runtime_timer_cancelled_by_one_that_fires_at_the_same_moment, stays_silent) {
  Loop loop;
  int fired = 0;
  std::uint64_t second = 0;
  loop.runtime.after(Duration{0}, [&] {
    ++fired;
    std::this_thread::sleep_for(5ms);  // the other is certainly due by now
    loop.runtime.cancel(second);
  });
  second = loop.runtime.after(Duration{1}, [&] { ++fired; });

  loop.run_for(30ms);

  EXPECT_EQ(fired, 1);
}

TEST(Runtime_exception_in_a_callback, is_reported_and_the_loop_goes_on) {
  Loop loop;
  bool later = false;
  loop.runtime.post([] { throw std::runtime_error("one"); });
  loop.runtime.post([] { throw 2; });
  loop.runtime.post([&] { later = true; });

  ASSERT_TRUE(loop.until([&] { return later; }));

  ASSERT_EQ(loop.errors.size(), 2U);
  EXPECT_EQ(loop.errors[0], "one");
}

TEST(Runtime_stop_signals, call_the_work_each_time) {
  Loop loop;
  int calls = 0;
  loop.runtime.on_stop_signal([&] { ++calls; });

  ::raise(SIGTERM);
  ASSERT_TRUE(loop.until([&] { return calls == 1; }));
  ::raise(SIGINT);
  ASSERT_TRUE(loop.until([&] { return calls == 2; }));
}

TEST(Runtime_stopped_before_run, returns_at_once) {
  Runtime runtime;
  runtime.stop();
  runtime.run({});
}

TEST(Runtime_destroyed_with_work_waiting, frees_it_without_running_it) {
  const auto witness = std::make_shared<int>(0);
  struct CancelsAtTheEnd {
    Runtime& runtime;
    std::uint64_t timer;
    std::shared_ptr<int> witness;
    ~CancelsAtTheEnd() { runtime.cancel(timer); }
  };
  {
    Runtime runtime;
    runtime.after(Duration{60'000}, [witness] { ++*witness; });
    runtime.post([witness] { ++*witness; });
    const auto holder =
        std::make_shared<CancelsAtTheEnd>(runtime, runtime.after(Duration{60'000}, [] {}), witness);
    runtime.post([holder] { ++*holder->witness; });
  }

  EXPECT_EQ(*witness, 0);
  EXPECT_EQ(witness.use_count(), 1);
}

}  // namespace
}  // namespace huiyin::net
