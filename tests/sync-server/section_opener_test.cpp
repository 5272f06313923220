/// The stage before the writer: it changes when a section is opened, never to what.

#include "sync-server/sync/section_opener.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "tests/sync-server/desk_world.hpp"

namespace huiyin::office {
namespace {

struct Counted {
  std::atomic<int> openings{0};
  SectionOpener::Open open = [this](const protocol::RecordHeader&, ByteView payload) -> std::optional<Bytes> {
    ++openings;
    if (payload.empty()) return std::nullopt;
    return to_bytes(payload.first(1));
  };
};

log::IngestBatch batch_of(std::uint8_t device, std::uint64_t first, std::uint64_t count) {
  log::IngestBatch batch;
  batch.device.bytes[0] = device;
  for (std::uint64_t i = 0; i < count; ++i) {
    protocol::Record record;
    record.header.device = batch.device;
    record.header.seq = {first + i};
    record.header.type = protocol::record_type::kFeedback;
    record.payload = {static_cast<std::uint8_t>(first + i), 7};
    batch.records.push_back(record);
  }
  return batch;
}

/// Submits and waits until it was handed on.
void pass(SectionOpener& opener, const log::IngestBatch& batch) {
  std::promise<void> passed;
  opener.submit(batch, [&](const log::IngestBatch&) { passed.set_value(); });
  passed.get_future().wait();
}

TEST(SectionOpener, Section_opened_ahead_is_not_opened_again) {
  Counted counted;
  SectionOpener opener(crypto::hash_port(), counted.open, 1);
  const auto batch = batch_of(1, 5, 3);

  pass(opener, batch);

  EXPECT_EQ(counted.openings, 3);
  for (const auto& record : batch.records)
    EXPECT_EQ(opener.open(record.header, record.payload), to_bytes(ByteView(record.payload).first(1)));
  EXPECT_EQ(counted.openings, 3);
}

TEST(SectionOpener, Section_asked_for_twice_is_opened_then_and_there_to_the_same) {
  Counted counted;
  SectionOpener opener(crypto::hash_port(), counted.open, 1);
  const auto batch = batch_of(1, 5, 1);
  pass(opener, batch);
  const auto& record = batch.records[0];

  const auto first = opener.open(record.header, record.payload);
  const auto second = opener.open(record.header, record.payload);

  EXPECT_EQ(first, second);
  EXPECT_EQ(counted.openings, 2);
}

TEST(SectionOpener, Section_of_another_payload_under_the_same_number_is_another) {
  Counted counted;
  SectionOpener opener(crypto::hash_port(), counted.open, 1);
  const auto batch = batch_of(1, 5, 1);
  pass(opener, batch);

  const Bytes forked{9, 9};
  EXPECT_EQ(opener.open(batch.records[0].header, forked), Bytes{9});
}

TEST(SectionOpener, Section_that_cannot_be_opened_stays_so) {
  Counted counted;
  SectionOpener opener(crypto::hash_port(), counted.open, 1);
  auto batch = batch_of(1, 5, 1);
  batch.records[0].payload.clear();
  pass(opener, batch);

  EXPECT_EQ(opener.open(batch.records[0].header, {}), std::nullopt);
}

TEST(SectionOpener, Batches_of_one_device_are_handed_on_in_their_order) {
  Counted counted;
  std::mutex mutex;
  std::map<std::uint8_t, std::vector<std::uint64_t>> seen;
  {
    SectionOpener opener(crypto::hash_port(), counted.open, 3);
    for (std::uint64_t i = 1; i <= 200; ++i)
      for (std::uint8_t device = 0; device < 5; ++device)
        opener.submit(batch_of(device, i, 1), [&](const log::IngestBatch& batch) {
          const std::lock_guard<std::mutex> guard(mutex);
          seen[batch.device.bytes[0]].push_back(batch.records[0].header.seq.value);
        });
  }

  ASSERT_EQ(seen.size(), 5U);
  for (const auto& [device, numbers] : seen) {
    ASSERT_EQ(numbers.size(), 200U);
    EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  }
}

TEST(SectionOpener, Batch_after_the_stop_goes_on_unopened) {
  Counted counted;
  SectionOpener opener(crypto::hash_port(), counted.open, 1);
  opener.stop();
  bool passed = false;

  opener.submit(batch_of(1, 1, 1), [&](const log::IngestBatch&) { passed = true; });

  EXPECT_TRUE(passed);
  EXPECT_EQ(counted.openings, 0);
}

}  // namespace
}  // namespace huiyin::office
