#include <set>

#include "tests/log/world.hpp"
#include "tests/store/test_folder.hpp"
#include "shared/store/lmdb_store.hpp"

namespace huiyin::log::testing {
namespace {

protocol::EpochOpen opening(Journal& journal, std::uint64_t seq) {
  const auto record = journal.read({seq});
  EXPECT_TRUE(record.ok());
  EXPECT_EQ(record->header.type, protocol::record_type::kEpochOpen);
  const auto open =
      protocol::wire_value<protocol::EpochOpen>(protocol::split_payload(record->payload)->clear, "open");
  EXPECT_TRUE(open.ok());
  return *open;
}

std::uint64_t findings(Device& device, Store& disk) {
  const auto verified =
      Journal::verify(disk, hashes(), device.key.public_key(), office_id(), [](const std::string&) {});
  EXPECT_TRUE(verified.ok());
  return verified.ok() ? verified->findings : 999;
}

/// The main path on any store: three boots, one chain each, everything verifies.
void walk_three_boots(Store& disk) {
  Device device("kiosk", &disk);
  EpochId first_epoch;
  Hash first_end;
  {
    auto journal = device.open();
    ASSERT_OK(journal);
    EXPECT_EQ(journal->last().value, 1U);
    EXPECT_EQ(opening(*journal, 1).reason.value, protocol::EpochReason::kFirst);
    EXPECT_TRUE(opening(*journal, 1).parent.is_none());
    const auto saved = device.save(*journal, "one");
    ASSERT_OK(saved);
    EXPECT_EQ(saved->seq.value, 2U);
    first_epoch = saved->epoch;
  }
  {
    auto journal = device.open();  // the same boot: the process was restarted
    ASSERT_OK(journal);
    EXPECT_EQ(journal->last().value, 2U);
    EXPECT_EQ(journal->epoch(), first_epoch);
    const auto saved = device.save(*journal, "two");
    ASSERT_OK(saved);
    EXPECT_EQ(saved->seq.value, 3U);
    first_end = saved->hash;
  }
  device.reboot("boot 2");
  auto journal = device.open();
  ASSERT_OK(journal);
  EXPECT_EQ(journal->last().value, 4U) << "numbers go on across epochs";
  const auto open = opening(*journal, 4);
  EXPECT_EQ(open.reason.value, protocol::EpochReason::kBoot);
  EXPECT_EQ(open.parent, first_epoch);
  EXPECT_EQ(open.parent_through.value, 3U);
  EXPECT_EQ(open.parent_hash, first_end);
  EXPECT_EQ(open.boot, device.clock.boot);
  EXPECT_FALSE(journal->epoch() == first_epoch);
  EXPECT_EQ(findings(device, disk), 0U);
}

TEST(Journal, Boots_open_epochs_and_restarts_continue) {
  MemoryStore disk;
  walk_three_boots(disk);
}

TEST(Journal, Boots_open_epochs_and_restarts_continue_on_LMDB) {
  const TestFolder folder;
  auto disk = store::open_lmdb_store(folder.file("journal"));
  ASSERT_OK(disk);
  walk_three_boots(**disk);
}

TEST(Journal, Times_are_floored_to_ten_minutes) {
  Device device("kiosk");
  auto journal = device.open();
  ASSERT_OK(journal);
  device.clock.boot_time = {5 * kCoarseMs + kCoarseMs - 1};
  ASSERT_OK(device.save(*journal, "x"));
  const auto record = journal->read({2});
  EXPECT_EQ(record->header.boot_steps, 5U);
  device.clock.wall_time = {-5};
  ASSERT_OK(device.save(*journal, "a clock before 1970"));
  EXPECT_EQ(journal->read({3})->header.wall_steps, 0U);
}

TEST(Journal, Refusing_or_oversized_payload_takes_no_number) {
  Device device("kiosk");
  auto journal = device.open();
  ASSERT_OK(journal);
  EXPECT_EQ(device.save(*journal, Bytes(limits::kPayloadBytesMax + 1)).error().code, Code::kTooLarge);
  Capture refusing;
  refusing.payload = [](const protocol::RecordHeader&) -> Result<Bytes> {
    return error(Code::kLocked, "no key");
  };
  EXPECT_EQ(journal->append(refusing, device.clock).error().code, Code::kLocked);
  EXPECT_EQ(device.save(*journal, "x")->seq.value, 2U);
}

TEST(Journal, Payload_is_made_for_the_number_it_gets) {
  Device device("kiosk");
  auto journal = device.open();
  ASSERT_OK(journal);
  protocol::RecordHeader seen;
  Capture capture;
  capture.generation = {3};
  capture.payload = [&](const protocol::RecordHeader& header) -> Result<Bytes> {
    seen = header;
    return Bytes{0};
  };
  const auto saved = journal->append(capture, device.clock);
  ASSERT_OK(saved);
  EXPECT_EQ(seen.seq, saved->seq);
  EXPECT_EQ(seen.epoch, saved->epoch);
  EXPECT_EQ(seen.device, device.id());
  EXPECT_TRUE(equal(protocol::seal_aad(journal->read(saved->seq)->header), protocol::seal_aad(seen)));
}

TEST(Journal, Salt_seeds_change_with_the_block_and_with_the_epoch) {
  Device device("kiosk");
  std::set<std::string> seeds;
  const auto count = [&] {
    seeds.clear();
    const Status status = device.disk.read([&](StoreReader& reader) {
      return reader.scan(device_table::kSaltSeeds, {}, [&](ByteView, ByteView value) {
        seeds.insert(hex(value));
        return true;
      });
    });
    EXPECT_TRUE(status.ok());
    return seeds.size();
  };
  auto journal = device.open();
  ASSERT_OK(journal);
  while (journal->last().value < 63) ASSERT_OK(device.save(*journal, "x"));
  EXPECT_EQ(count(), 1U);
  ASSERT_OK(device.save(*journal, "number 64"));
  EXPECT_EQ(count(), 2U);
  device.reboot("boot 2");
  auto again = device.open();
  ASSERT_OK(again);
  EXPECT_EQ(count(), 3U) << "the same block of another epoch";
}

// --- batches

TEST(Journal, Batches_end_at_128_records_at_64_KiB_and_at_the_epoch) {
  Device device("kiosk");
  auto journal = device.open();
  ASSERT_OK(journal);
  while (journal->last().value < 300) ASSERT_OK(device.save(*journal, "small"));
  const EpochId epoch = journal->epoch();
  const auto size_after = [&](std::uint64_t after) {
    const auto push = journal->next_batch({epoch, {after}, true});
    EXPECT_TRUE(push.ok());
    return push->has_value() ? (*push)->batch.shape_of.items.size() : 0;
  };
  EXPECT_EQ(size_after(0), 128U);
  EXPECT_EQ(size_after(172), 128U);
  EXPECT_EQ(size_after(173), 127U);
  EXPECT_EQ(size_after(299), 1U);
  EXPECT_EQ(size_after(300), 0U);
  EXPECT_EQ((*journal->next_batch({epoch, {63}, true}))->batch.salt_seeds.items.size(), 2U);
  EXPECT_EQ((*journal->next_batch({epoch, {62}, true}))->batch.salt_seeds.items.size(), 3U)
      << "63, a block, and one more";
  device.reboot("boot 2");
  auto again = device.open();
  ASSERT_OK(again);
  for (int i = 0; i < 3; ++i) ASSERT_OK(device.save(*again, Bytes(limits::kPayloadBytesMax - 3, 'x')));
  const auto end = again->next_batch({epoch, {299}, true});
  EXPECT_EQ((*end)->batch.shape_of.items.size(), 1U) << "the epoch ends the batch";
  const auto big = again->next_batch({again->epoch(), {301}, true});
  EXPECT_EQ((*big)->batch.shape_of.items.size(), 2U) << "two of 32 KiB fill it to the byte";
  EXPECT_EQ((*big)->batch.payloads.value.size(), limits::kBatchBytesMax);
  EXPECT_EQ(again->next_batch({id_named<EpochId>("nobody's"), {1}, true}).error().code, Code::kNotFound);
}

TEST(Journal, Batch_names_the_hash_before_it_as_the_receiver_needs_it) {
  Device device("kiosk");
  auto journal = device.open();
  ASSERT_OK(journal);
  ASSERT_OK(device.save(*journal, "x"));
  ASSERT_OK(device.save(*journal, "y"));
  const EpochId epoch = journal->epoch();
  EXPECT_EQ((*journal->next_batch({epoch, {2}, true}))->batch.previous.value.size(), 8U);
  const auto full = (*journal->next_batch({epoch, {2}, false}))->batch.previous.value;
  EXPECT_TRUE(equal(full, journal->read({2})->hash.view()));
  EXPECT_TRUE(equal((*journal->next_batch({epoch, {0}, false}))->batch.previous.value, Hash{}.view()));
}

TEST(Journal, Anchor_travels_with_the_batch) {
  Device device("kiosk");
  auto journal = device.open();
  ASSERT_OK(journal);
  EXPECT_FALSE(journal->last_contact()->has_value());
  const OfficeEpoch epoch = id_named<OfficeEpoch>("e");
  ASSERT_OK(journal->set_anchor({9 * kCoarseMs + 5}, device.clock, epoch));
  EXPECT_EQ(*journal->known_office_epoch(), epoch);
  EXPECT_EQ((*journal->last_contact())->ms, 9 * kCoarseMs);
  const auto push = journal->next_batch({journal->epoch(), {0}, true});
  EXPECT_EQ((*push)->batch.anchor.office_steps, 9U);
  EXPECT_EQ((*push)->batch.anchor.boot, device.clock.boot);
  EXPECT_EQ((*push)->batch.anchor.boot_steps, 3U);
}

// --- storage failures

/// One day of a device; every operation of the store may fail once.
struct Day {
  Device device{"kiosk"};
  std::vector<std::pair<Saved, std::string>> shown;  ///< what a person was told is saved

  Status live() {
    auto journal = device.open();
    if (!journal.ok()) return journal.error();
    for (int i = 0; i < 3; ++i) {
      const std::string text = "answer " + std::to_string(i);
      const auto saved = device.save(*journal, text);
      if (!saved.ok()) return saved.error();
      shown.push_back({*saved, text});
    }
    device.reboot("boot 2");
    auto again = device.open();
    if (!again.ok()) return again.error();
    const auto saved = device.save(*again, "after");
    if (!saved.ok()) return saved.error();
    shown.push_back({*saved, "after"});
    return {};
  }
};

TEST(Journal, Any_failing_store_operation_loses_nothing_that_was_shown_as_saved) {
  std::uint64_t n = 1;
  for (;; ++n) {
    Day day;
    day.device.own.fail_nth(n, n % 2 == 0 ? Code::kStorageFull : Code::kStorage);
    const Status status = day.live();
    const bool failed = !day.device.own.failure_is_pending();
    EXPECT_EQ(status.ok(), !failed) << "operation " << n << " failed without a word";
    day.device.own.fail_nth(0);
    EXPECT_EQ(findings(day.device, day.device.own), 0U) << "something half-written after operation " << n;
    auto journal = day.device.open();
    ASSERT_OK(journal);
    for (const auto& [saved, text] : day.shown) {
      const auto record = journal->read(saved.seq);
      ASSERT_OK(record);
      EXPECT_EQ(record->hash, saved.hash);
      EXPECT_EQ(to_string(protocol::split_payload(record->payload)->clear), text);
    }
    const std::uint64_t last = journal->last().value;
    EXPECT_EQ(day.device.save(*journal, "goes on")->seq.value, last + 1);
    EXPECT_EQ(findings(day.device, day.device.own), 0U);
    if (!failed) break;
  }
  EXPECT_GT(n, 30U);
}

TEST(Journal, Same_object_goes_on_after_a_failed_append) {
  for (std::uint64_t n = 1; n < 12; ++n) {
    Device device("kiosk");
    auto journal = device.open();
    ASSERT_OK(journal);
    device.own.fail_nth(n);
    const auto failed = device.save(*journal, "perhaps");
    device.own.fail_nth(0);
    const auto saved = device.save(*journal, "surely");
    ASSERT_OK(saved);
    EXPECT_EQ(saved->seq.value, failed.ok() ? 3U : 2U);
    EXPECT_EQ(findings(device, device.own), 0U);
  }
}

TEST(Journal, Full_disk_keeps_what_was_saved_and_can_be_read) {
  Device device("kiosk");
  auto journal = device.open();
  ASSERT_OK(journal);
  ASSERT_OK(device.save(*journal, "first"));
  device.own.set_capacity(device.own.used_bytes() + 50);
  EXPECT_EQ(device.save(*journal, "no room").error().code, Code::kStorageFull);
  EXPECT_TRUE(journal->read({2}).ok());
  EXPECT_TRUE(journal->next_batch({journal->epoch(), {0}, true}).ok());
  EXPECT_EQ(findings(device, device.own), 0U);
  device.own.set_capacity(SIZE_MAX);
  EXPECT_EQ(device.save(*journal, "room again")->seq.value, 3U);
}

}  // namespace
}  // namespace huiyin::log::testing
