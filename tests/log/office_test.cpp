/// Journal and office together: where to resume, what an ack does.

#include "tests/log/world.hpp"

namespace huiyin::log::testing {
namespace {

struct Pair {
  Device device{"kiosk"};
  Office office;
  Result<Journal> opened = device.open();
  Journal& journal = opened.value();

  explicit Pair(int records = 5) {
    for (int i = 0; i < records; ++i) EXPECT_TRUE(device.save(journal, "x").ok());
  }
  [[nodiscard]] std::vector<protocol::ResumePoint> resume() {
    const auto points = journal.resume(office.welcome(device, journal), device.clock);
    EXPECT_TRUE(points.ok());
    return *points;
  }
  void push(std::uint64_t first, std::uint64_t last, bool with_ack) {
    const auto outcome = office.take(batch_of(device, journal, first, last));
    EXPECT_TRUE(outcome.ok());
    if (!with_ack) return;
    EXPECT_TRUE(journal.store_ack(office.ack(device, journal.read({first})->header.epoch, *outcome)).ok());
  }
  [[nodiscard]] JournalCounts counts() { return *journal.counts(); }
};

TEST(Resume, Fresh_office_gets_everything_from_the_first_record) {
  Pair pair;
  const auto points = pair.resume();
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].after.value, 0U);
  EXPECT_EQ(*pair.office.sync(pair.device, pair.journal), 6U);
  EXPECT_EQ(pair.counts().unsent(), 0U);
  EXPECT_EQ(*pair.office.sync(pair.device, pair.journal), 0U);
}

TEST(Resume, Office_that_has_part_gets_the_rest) {
  Pair pair;
  pair.push(1, 4, true);
  const auto points = pair.resume();
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].after.value, 4U);
  EXPECT_TRUE(points[0].office_has_previous);
}

TEST(Resume, Lost_ack_is_asked_for_again) {
  Pair pair;
  pair.push(1, 3, true);
  pair.push(4, 6, false);
  EXPECT_EQ(pair.counts().unsent(), 3U);
  const auto points = pair.resume();
  EXPECT_EQ(points[0].after.value, 3U);
  EXPECT_FALSE(points[0].office_has_previous) << "the office stands further on";
  EXPECT_EQ(*pair.office.sync(pair.device, pair.journal), 3U);
  EXPECT_EQ(pair.counts().unsent(), 0U);
  EXPECT_EQ(pair.office.record_counts().size(), 6U);
  EXPECT_EQ(pair.office.state().size, 6U) << "the second time is a duplicate";
}

TEST(Resume, Restored_office_is_refilled_and_keeps_what_it_still_has) {
  Pair pair;
  pair.push(1, 4, true);
  const auto backup = pair.office.own.copy();
  pair.push(5, 6, true);
  EXPECT_EQ(pair.counts().unsent(), 0U);
  Office restored(backup.get());
  restored.epoch = id_named<OfficeEpoch>("office epoch 2");
  const auto points = pair.journal.resume(restored.welcome(pair.device, pair.journal), pair.device.clock);
  ASSERT_OK(points);
  ASSERT_EQ(points->size(), 1U);
  EXPECT_EQ((*points)[0].after.value, 4U) << "what it acknowledged and still has is not sent again";
  EXPECT_EQ(pair.counts().unsent(), 2U) << "an acknowledgement of what it lost no longer counts";
  EXPECT_EQ(*restored.sync(pair.device, pair.journal), 2U);
  EXPECT_EQ(pair.counts().unsent(), 0U);
  EXPECT_EQ(restored.record_counts().size(), 6U);
}

TEST(Resume, Office_that_is_ahead_makes_the_present_epoch_a_past_one) {
  Pair pair(2);
  const auto copy = pair.device.own.copy();
  ASSERT_OK(pair.device.save(pair.journal, "will be rolled back"));
  pair.push(1, 4, true);
  const EpochId old_epoch = pair.journal.epoch();
  auto rolled_back = pair.device.open_on(*copy);  // the same boot: nothing else shows that the disk is older
  ASSERT_OK(rolled_back);
  EXPECT_EQ(rolled_back->epoch(), old_epoch);
  const auto points = rolled_back->resume(pair.office.welcome(pair.device, *rolled_back), pair.device.clock);
  ASSERT_OK(points);
  EXPECT_FALSE(rolled_back->epoch() == old_epoch);
  EXPECT_EQ(rolled_back->last().value, 4U) << "the number is used again, in another epoch";
  ASSERT_EQ(points->size(), 2U);
  EXPECT_EQ((*points)[0].epoch, old_epoch);
  EXPECT_FALSE((*points)[0].office_has_previous);
  EXPECT_EQ((*points)[1].epoch, rolled_back->epoch());
  EXPECT_TRUE(pair.office.sync(pair.device, *rolled_back).ok());
  EXPECT_EQ(rolled_back->counts()->unsent(), 0U);
  EXPECT_EQ(pair.office.record_counts().size(), 5U);
}

TEST(Resume, Office_with_another_history_gets_ours_as_a_branch) {
  Pair pair(2);
  const auto clone = pair.device.own.copy();
  ASSERT_OK(pair.device.save(pair.journal, "ours"));
  pair.push(1, 4, true);
  pair.device.prng = Prng(99);
  auto other = pair.device.open_on(*clone);
  ASSERT_OK(other);
  ASSERT_OK(pair.device.save(*other, "theirs"));
  const EpochId shared = other->epoch();
  const auto points = other->resume(pair.office.welcome(pair.device, *other), pair.device.clock);
  ASSERT_OK(points);
  ASSERT_EQ(points->size(), 2U);
  EXPECT_EQ((*points)[0].epoch, shared);
  EXPECT_FALSE((*points)[0].office_has_previous);
  EXPECT_FALSE(other->epoch() == shared);
  EXPECT_TRUE(pair.office.sync(pair.device, *other).ok());
  EXPECT_EQ(other->counts()->unsent(), 0U);
  EXPECT_EQ(pair.office.record_counts().size(), 6U) << "three shared, one of each, and the new opening";
  for (const auto& [hash, count] : pair.office.record_counts()) EXPECT_EQ(count, 1) << hash.text();
  EXPECT_TRUE(pair.office.findings().empty());
}

TEST(Resume, Many_epochs_that_Hello_could_not_name_are_offered_in_order) {
  Device device("kiosk");
  Office office;
  for (int boot = 1; boot < 80; ++boot) {
    device.reboot("boot " + std::to_string(boot));
    ASSERT_OK(device.open());
  }
  device.reboot("boot 80");
  auto journal = device.open();
  ASSERT_OK(journal);
  const auto named = journal->positions();
  ASSERT_OK(named);
  EXPECT_EQ(named->items.size(), 64U);
  EXPECT_EQ(named->items.back().epoch, journal->epoch());
  EXPECT_EQ(named->items.front().through.value, 1U) << "the oldest without acknowledgement";
  const auto points = journal->resume(office.welcome(device, *journal), device.clock);
  ASSERT_OK(points);
  ASSERT_EQ(points->size(), 80U);
  for (std::size_t i = 1; i < points->size(); ++i) EXPECT_LT((*points)[i - 1].after, (*points)[i].after);
  EXPECT_EQ(*office.sync(device, *journal), 80U);
  EXPECT_EQ(journal->counts()->unsent(), 0U);
  EXPECT_EQ(journal->resume(office.welcome(device, *journal), device.clock)->size(), 1U)
      << "only the present one is left";
}

TEST(Resume, Restored_office_is_refilled_also_with_epochs_that_Hello_could_not_name) {
  Device device("kiosk");
  Office office;
  for (int boot = 1; boot <= 80; ++boot) {
    device.reboot("boot " + std::to_string(boot));
    auto journal = device.open();
    ASSERT_OK(journal);
    ASSERT_OK(device.save(*journal, "x"));
  }
  auto journal = device.open();
  ASSERT_OK(journal);
  Office empty;
  ASSERT_OK(office.sync(device, *journal));
  ASSERT_EQ(journal->counts()->unsent(), 0U);
  empty.epoch = id_named<OfficeEpoch>("office epoch 2");
  EXPECT_EQ(*empty.sync(device, *journal), 160U);
  EXPECT_EQ(journal->counts()->unsent(), 0U);
  EXPECT_EQ(empty.record_counts().size(), 160U);
  EXPECT_TRUE(empty.findings().empty());
}

// --- acks

TEST(StoreAck, Union_of_runs_in_any_order_and_duplicates_count_once) {
  Pair pair(9);
  IngestOutcome outcome;
  outcome.runs = {{{5}, 3, {4}}};
  ASSERT_OK(pair.journal.store_ack(pair.office.ack(pair.device, pair.journal.epoch(), outcome)));
  EXPECT_EQ(pair.counts().acknowledged, 3U);
  outcome.runs = {{{1}, 5, {0}}};
  ASSERT_OK(pair.journal.store_ack(pair.office.ack(pair.device, pair.journal.epoch(), outcome)));
  ASSERT_OK(pair.journal.store_ack(pair.office.ack(pair.device, pair.journal.epoch(), outcome)));
  EXPECT_EQ(pair.counts().acknowledged, 7U);
  EXPECT_EQ(pair.counts().saved, 10U);
}

TEST(StoreAck, Runs_beyond_our_last_and_absurd_ones_are_cut) {
  Pair pair(1);
  IngestOutcome outcome;
  outcome.runs = {{{2}, 4'000'000'000U, {1}}, {{UINT64_MAX}, 5, {0}}, {{0}, 1, {0}}, {{1}, 0, {0}}};
  ASSERT_OK(pair.journal.store_ack(pair.office.ack(pair.device, pair.journal.epoch(), outcome)));
  EXPECT_EQ(pair.counts().acknowledged, 1U);
  ASSERT_OK(pair.device.save(pair.journal, "later"));
  EXPECT_EQ(pair.counts().unsent(), 2U);
}

TEST(StoreAck, Numbers_of_another_epoch_are_not_ours_although_they_are_the_same_numbers) {
  Pair pair(4);
  const EpochId epoch = pair.journal.epoch();
  pair.device.reboot("boot 2");
  auto journal = pair.device.open();
  ASSERT_OK(journal);
  ASSERT_OK(pair.device.save(*journal, "number 7 of the new epoch"));
  IngestOutcome outcome;
  outcome.runs = {{{1}, 20, {0}}};  // of a history that was rolled back here
  ASSERT_OK(journal->store_ack(pair.office.ack(pair.device, epoch, outcome)));
  EXPECT_EQ(journal->counts()->acknowledged, 5U) << "only what lies in that epoch here";
  ASSERT_OK(journal->store_ack(pair.office.ack(pair.device, id_named<EpochId>("never ours"), outcome)));
  EXPECT_EQ(journal->counts()->acknowledged, 5U);
}

TEST(StoreAck, New_office_epoch_begins_anew_and_a_past_one_never_returns) {
  Pair pair(4);
  IngestOutcome all;
  all.runs = {{{1}, 5, {0}}};
  const auto old_ack = pair.office.ack(pair.device, pair.journal.epoch(), all);
  ASSERT_OK(pair.journal.store_ack(old_ack));
  EXPECT_EQ(pair.counts().unsent(), 0U);
  pair.office.epoch = id_named<OfficeEpoch>("office epoch 2");
  IngestOutcome one;
  one.runs = {{{1}, 1, {0}}};
  ASSERT_OK(pair.journal.store_ack(pair.office.ack(pair.device, pair.journal.epoch(), one)));
  EXPECT_EQ(pair.counts().acknowledged, 1U);
  ASSERT_OK(pair.journal.store_ack(old_ack));
  EXPECT_EQ(pair.counts().acknowledged, 1U) << "an old ack that a courier brought late";
}

TEST(StoreAck, Refused_records_are_counted_and_shown_until_they_are_taken) {
  Pair pair(3);
  IngestOutcome outcome;
  outcome.runs = {{{1}, 2, {0}}};
  outcome.exceptions = {{{2}, {protocol::Verdict::kQuarantined}, {"a strange answer"}},
                        {{3}, {protocol::Verdict::kRejected}, {"too large"}},
                        {{1}, {protocol::Verdict::kDuplicate}, {""}},
                        {{900}, {protocol::Verdict::kRejected}, {"not ours"}}};
  ASSERT_OK(pair.journal.store_ack(pair.office.ack(pair.device, pair.journal.epoch(), outcome)));
  EXPECT_EQ(pair.counts().acknowledged, 2U) << "quarantined is durable, rejected is not";
  EXPECT_EQ(pair.counts().refused, 2U);
  const auto shown = pair.journal.verdicts(10);
  ASSERT_EQ(shown->size(), 2U);
  EXPECT_EQ((*shown)[0].reason, "a strange answer");
  EXPECT_EQ((*shown)[1].verdict, protocol::Verdict::kRejected);
  EXPECT_TRUE(pair.journal.read({3}).ok()) << "kept here";
  IngestOutcome taken;
  taken.runs = {{{3}, 1, {2}}};
  ASSERT_OK(pair.journal.store_ack(pair.office.ack(pair.device, pair.journal.epoch(), taken)));
  EXPECT_EQ(pair.counts().refused, 1U);
  EXPECT_EQ(pair.counts().acknowledged, 3U);
}

TEST(StoreAck, Backed_up_is_what_lies_below_the_verified_backup) {
  Pair pair(4);
  IngestOutcome outcome;
  outcome.runs = {{{1}, 5, {10}}};
  ASSERT_OK(pair.journal.store_ack(pair.office.ack(pair.device, pair.journal.epoch(), outcome, 12)));
  EXPECT_EQ(pair.counts().backed_up, 2U);
  ASSERT_OK(pair.journal.store_ack(pair.office.ack(pair.device, pair.journal.epoch(), outcome, 5)));
  EXPECT_EQ(pair.counts().backed_up, 2U) << "the mark does not go back";
}

TEST(StoreAck, Any_failing_store_operation_leaves_all_or_nothing) {
  for (std::uint64_t n = 1;; ++n) {
    Pair pair(6);
    IngestOutcome outcome;
    outcome.runs = {{{1}, 3, {0}}, {{5}, 2, {3}}};
    const auto ack = pair.office.ack(pair.device, pair.journal.epoch(), outcome);
    pair.device.own.fail_nth(n);
    const Status status = pair.journal.store_ack(ack);
    const bool failed = !pair.device.own.failure_is_pending();
    pair.device.own.fail_nth(0);
    EXPECT_EQ(status.ok(), !failed);
    EXPECT_EQ(pair.counts().acknowledged, failed ? 0U : 5U) << n;
    ASSERT_OK(pair.journal.store_ack(ack));
    EXPECT_EQ(pair.counts().acknowledged, 5U);
    if (!failed) break;
    ASSERT_LT(n, 200U);
  }
}

TEST(Resume, Any_failing_store_operation_is_an_error_and_the_next_try_is_right) {
  for (std::uint64_t n = 1;; ++n) {
    Pair pair(3);
    pair.push(1, 4, true);
    const auto backup = pair.office.own.copy();
    Office restored(backup.get());
    restored.epoch = id_named<OfficeEpoch>("office epoch 2");
    const auto welcome = restored.welcome(pair.device, pair.journal);
    pair.device.own.fail_nth(n);
    const auto points = pair.journal.resume(welcome, pair.device.clock);
    const bool failed = !pair.device.own.failure_is_pending();
    pair.device.own.fail_nth(0);
    EXPECT_EQ(points.ok(), !failed) << n;
    EXPECT_EQ(*restored.sync(pair.device, pair.journal), 0U) << "all of it was kept";
    EXPECT_EQ(pair.counts().unsent(), 0U);
    if (!failed) break;
    ASSERT_LT(n, 200U);
  }
}

}  // namespace
}  // namespace huiyin::log::testing
