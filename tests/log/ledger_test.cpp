#include "shared/store/lmdb_store.hpp"
#include "tests/log/world.hpp"
#include "tests/store/test_folder.hpp"

namespace huiyin::log::testing {
namespace {

Act act_on(const StreamKey& stream, std::string_view body, std::optional<StreamVersion> expected = {}) {
  Act act;
  act.stream = stream;
  act.expected_head = expected;
  act.type = 200;
  act.at = {1'700'000'000'000};
  act.actor = "li";
  act.salt = id_named<Salt>(body);
  act.body = to_bytes(as_bytes(body));
  return act;
}

struct Fixture {
  Device device{"kiosk"};
  Office office;
  Result<Journal> opened = device.open();
  Journal& journal = opened.value();

  explicit Fixture(std::uint64_t records = 10) {
    while (journal.last().value < records)
      EXPECT_TRUE(device.save(journal, "record " + std::to_string(journal.last().value)).ok());
  }
  IngestOutcome take(std::uint64_t first, std::uint64_t last, const Judge& judge = {}) {
    auto outcome = office.take(batch_of(device, journal, first, last), judge);
    EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().text());
    return outcome.ok() ? std::move(*outcome) : IngestOutcome{};
  }
  [[nodiscard]] std::uint64_t through(const EpochId& epoch) {
    std::uint64_t found = 0;
    List<protocol::EpochPosition, 64> asked;
    asked.items.push_back({epoch, {}, {}});
    const Status status = office.disk.read([&](StoreReader& reader) -> Status {
      const auto have = device_positions(reader, device.id(), asked);
      if (!have.ok()) return have.error();
      if (!have->items.empty()) found = have->items[0].through.value;
      return {};
    });
    EXPECT_TRUE(status.ok());
    return found;
  }
  void expect_sound() {
    EXPECT_EQ(office.findings(), std::vector<std::string>{});
    EXPECT_TRUE(office.views_equal_rebuild(office.own));
    for (const auto& [hash, count] : office.record_counts()) EXPECT_EQ(count, 1) << hash.text();
  }
};

using Runs = std::vector<protocol::AckRun>;

// --- acts

TEST(LedgerActs, Writer_with_old_knowledge_gets_a_conflict_and_nothing_is_written) {
  Office office;
  const StreamKey stream = case_stream(id_named<CaseId>("case"));
  ASSERT_OK(office.write([&](LedgerWriter& ledger) -> Status {
    HUIYIN_TRY(ledger.append_act(act_on(stream, "first", StreamVersion{0})));
    const auto second = ledger.append_act(act_on(stream, "second", StreamVersion{1}));
    EXPECT_EQ(second->version.value, 2U);
    HUIYIN_TRY(ledger.append_act(act_on(stream, "whatever it is now")));
    return {};
  }));
  const auto before = office.own.copy();
  const Status late = office.write([&](LedgerWriter& ledger) -> Status {
    HUIYIN_TRY(ledger.append_act(act_on(office_stream(), "goes with it")));
    HUIYIN_TRY(ledger.append_act(act_on(stream, "late", StreamVersion{2})));
    return {};
  });
  EXPECT_EQ(late.error().code, Code::kConflict);
  EXPECT_TRUE(office.own.same_contents(*before));
  EXPECT_EQ(office.state().size, 3U);
  EXPECT_TRUE(office.findings().empty());
}

TEST(LedgerActs, Name_too_long_or_not_text_is_an_error_and_not_a_crash) {
  Office office;
  Act act = act_on(office_stream(), "x");
  act.actor = std::string(65, 'a');
  EXPECT_EQ(office
                .write([&](LedgerWriter& ledger) -> Status {
                  HUIYIN_TRY(ledger.append_act(act));
                  return {};
                })
                .error()
                .code,
            Code::kInvalid);
  act.actor = "\xff";
  EXPECT_EQ(office
                .write([&](LedgerWriter& ledger) -> Status {
                  HUIYIN_TRY(ledger.append_act(act));
                  return {};
                })
                .error()
                .code,
            Code::kInvalid);
}

// --- ingest

TEST(Ingest, New_records_make_one_run_and_again_they_are_duplicates_at_the_same_leaves) {
  Fixture fixture;
  const auto first = fixture.take(1, 10);
  EXPECT_EQ(first.runs, (Runs{{{1}, 10, {0}}}));
  EXPECT_TRUE(first.exceptions.empty());
  EXPECT_TRUE(first.branch.is_none());
  const auto again = fixture.take(3, 7);
  EXPECT_EQ(again.runs, (Runs{{{3}, 5, {2}}}));
  ASSERT_EQ(again.exceptions.size(), 5U);
  EXPECT_EQ(again.exceptions[0].verdict.value, protocol::Verdict::kDuplicate);
  EXPECT_EQ(fixture.office.state().size, 10U);
  fixture.expect_sound();
}

TEST(Ingest, Overlap_appends_only_what_is_new) {
  Fixture fixture;
  (void)fixture.take(1, 4);
  const auto outcome = fixture.take(2, 8);
  EXPECT_EQ(outcome.runs, (Runs{{{2}, 7, {1}}}));
  EXPECT_EQ(outcome.exceptions.size(), 3U);
  EXPECT_EQ(fixture.office.state().size, 8U);
  fixture.expect_sound();
}

TEST(Ingest, Gaps_are_taken_and_the_contiguous_mark_waits_for_them) {
  Fixture fixture;
  const EpochId epoch = fixture.journal.epoch();
  const auto late = fixture.take(7, 8);
  EXPECT_EQ(late.runs, (Runs{{{7}, 2, {0}}}));
  EXPECT_EQ(fixture.through(epoch), 0U) << "without the first record nothing is contiguous";
  (void)fixture.take(1, 2);
  EXPECT_EQ(fixture.through(epoch), 2U);
  (void)fixture.take(4, 6);
  EXPECT_EQ(fixture.through(epoch), 2U);
  const auto fill = fixture.take(2, 4);
  EXPECT_EQ(fill.runs, (Runs{{{2}, 1, {3}}, {{3}, 1, {7}}, {{4}, 1, {4}}}));
  EXPECT_EQ(fixture.through(epoch), 8U) << "the gap filled, the mark runs over all that follows";
  (void)fixture.take(9, 10);
  EXPECT_EQ(fixture.through(epoch), 10U);
  fixture.expect_sound();
}

TEST(Ingest, Judge_quarantines_with_a_reason_that_survives_a_lost_ack) {
  Fixture fixture;
  std::string reason;
  for (int i = 0; i < 60; ++i) reason += "字";  // 180 bytes: must be cut between characters
  const Judge judge = [&](const protocol::Record& record) -> std::optional<std::string> {
    if (record.header.seq.value == 3) return reason;
    return std::nullopt;
  };
  for (int round = 0; round < 2; ++round) {
    const auto outcome = fixture.take(3, 3, judge);
    ASSERT_EQ(outcome.exceptions.size(), 1U);
    EXPECT_EQ(outcome.exceptions[0].verdict.value, protocol::Verdict::kQuarantined);
    EXPECT_EQ(outcome.exceptions[0].reason.value, reason.substr(0, 120));
    EXPECT_EQ(outcome.runs.size(), 1U) << "it is durable";
  }
  EXPECT_EQ(fixture.office.state().size, 1U);
  fixture.expect_sound();
}

/// A journal, its clone of the same boot, and the records of both from number `fork` on.
struct Forked : Fixture {
  std::unique_ptr<MemoryStore> clone;
  std::optional<Journal> other;
  std::uint64_t end = 8;

  explicit Forked(std::uint64_t fork) : Fixture(1) {
    while (journal.last().value + 1 < fork) EXPECT_TRUE(device.save(journal, "shared").ok());
    clone = device.own.copy();
    auto opened_clone = device.open_on(*clone);
    EXPECT_TRUE(opened_clone.ok());
    other.emplace(std::move(*opened_clone));
    while (journal.last().value < end) EXPECT_TRUE(device.save(journal, "ours").ok());
    while (other->last().value < end) EXPECT_TRUE(device.save(*other, "theirs").ok());
  }
  IngestOutcome take_other(std::uint64_t first, std::uint64_t last) {
    auto outcome = office.take(batch_of(device, *other, first, last));
    EXPECT_TRUE(outcome.ok());
    return std::move(*outcome);
  }
};

TEST(IngestForks, Both_histories_are_kept_wherever_they_part) {
  for (const std::uint64_t fork : {2U, 5U, 8U}) {
    Forked forked(fork);
    (void)forked.take(1, 8);
    const auto outcome = forked.take_other(1, 8);
    EXPECT_EQ(outcome.branch, BranchId::prefix(forked.other->read({fork})->hash.view()))
        << "named by the first that differs";
    EXPECT_EQ(outcome.exceptions.size(), fork - 1) << "what they share is there already";
    EXPECT_EQ(forked.office.record_counts().size(), 8 + (9 - fork));
    const std::uint64_t size = forked.office.state().size;
    (void)forked.take(1, 8);
    const auto again = forked.take_other(fork, 8);
    EXPECT_EQ(again.exceptions.size(), 9 - fork);
    EXPECT_EQ(forked.office.state().size, size) << "of either, again is a duplicate";
    EXPECT_EQ(forked.through(forked.journal.epoch()), 8U);
    forked.expect_sound();
  }
}

TEST(IngestForks, Opening_record_that_differs_is_a_fork_of_the_whole_epoch) {
  Fixture fixture(3);
  Device twin("kiosk");  // the same key and, by the same seed, the same epoch id
  twin.clock.wall_time = {1'600'000'000'000};
  auto journal = twin.open();
  ASSERT_OK(journal);
  ASSERT_EQ(journal->epoch(), fixture.journal.epoch());
  ASSERT_OK(twin.save(*journal, "another history"));
  (void)fixture.take(1, 3);
  const auto outcome = fixture.office.take(batch_of(twin, *journal, 1, 2));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->branch, BranchId::prefix(journal->read({1})->hash.view()));
  EXPECT_EQ(fixture.office.record_counts().size(), 5U);
  fixture.expect_sound();
}

TEST(IngestForks, Every_order_of_pieces_keeps_each_record_once) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Prng prng(seed);
    Forked forked(2 + prng.below(5));
    for (int piece = 0; piece < 14; ++piece) {
      const std::uint64_t first = 1 + prng.below(8);
      const std::uint64_t last = first + prng.below(9 - first);
      if (prng.chance(1, 2)) {
        (void)forked.take(first, last);
      } else {
        (void)forked.take_other(first, last);
      }
      for (const auto& [hash, count] : forked.office.record_counts()) ASSERT_EQ(count, 1) << "seed " << seed;
      // The mark says "contiguous, with this hash": it must be one of the two histories, whole.
      const std::uint64_t mark = forked.through(forked.journal.epoch());
      const auto counts = forked.office.record_counts();
      bool ours = true;
      bool theirs = true;
      for (std::uint64_t seq = 1; seq <= mark; ++seq) {
        ours = ours && counts.contains(forked.journal.read({seq})->hash);
        theirs = theirs && counts.contains(forked.other->read({seq})->hash);
      }
      ASSERT_TRUE(ours || theirs) << "seed " << seed;
    }
    (void)forked.take(1, 8);
    (void)forked.take_other(1, 8);
    EXPECT_EQ(forked.office.record_counts().size(), forked.office.state().size);
    if (seed % 10 == 0) forked.expect_sound();
  }
}

// --- the tree and the folds

TEST(Ledger, Root_is_carried_from_transaction_to_transaction) {
  Fixture together(30);
  Fixture apart(30);
  (void)together.take(1, 30);
  for (std::uint64_t seq = 1; seq <= 30; ++seq) (void)apart.take(seq, seq);
  EXPECT_EQ(together.office.state().size, 30U);
  EXPECT_EQ(together.office.findings(), std::vector<std::string>{}) << "verification folds all leaves again";
  EXPECT_EQ(apart.office.findings(), std::vector<std::string>{});
  EXPECT_FALSE(together.office.state().root == apart.office.state().root)
      << "leaves also commit to which signatures came";
}

void random_history(std::uint64_t seed, Fixture& fixture) {
  Prng prng(seed);
  for (int step = 0; step < 25; ++step) {
    switch (prng.below(4)) {
      case 0:
        ASSERT_OK(fixture.office.write([&](LedgerWriter& ledger) -> Status {
          HUIYIN_TRY(ledger.append_act(
              act_on(case_stream(CaseId::prefix(Bytes{static_cast<std::uint8_t>(prng.below(3))})), "act")));
          return {};
        }));
        break;
      case 1:
        if (const std::uint64_t size = fixture.office.state().size; size > 0) {
          const LedgerOffset offset{prng.below(size)};
          const Status status = fixture.office.write([&](LedgerWriter& ledger) {
            return ledger.erase(offset, "asked for", "law", "li", {5}, id_named<Salt>("s"));
          });
          if (!status.ok()) {
            ASSERT_EQ(status.error().code, Code::kInvalid);
          }
        }
        break;
      default: {
        const std::uint64_t first = 1 + prng.below(20);
        (void)fixture.take(first, first + prng.below(21 - first));
      }
    }
  }
}

TEST(Ledger, Rebuilt_views_equal_incremental_ones_to_the_byte_over_random_histories) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Fixture fixture(20);
    random_history(seed, fixture);
    fixture.expect_sound();
  }
}

TEST(Ledger, Erased_payload_is_gone_and_every_proof_stands) {
  Fixture fixture;
  (void)fixture.take(1, 10);
  const std::string text = "record 4";  // of number 5, leaf 4
  const LedgerOffset offset{4};
  ASSERT_OK(fixture.office.write([&](LedgerWriter& ledger) {
    return ledger.erase(offset, "the resident asked", "law 47", "li", {6}, id_named<Salt>("salt"));
  }));
  ASSERT_OK(fixture.office.own.read([&](StoreReader& reader) -> Status {
    const auto entry = ledger_entry(reader, offset);
    EXPECT_TRUE(entry.ok());
    const auto payload = ledger_payload(reader, hashes(), *entry);
    EXPECT_TRUE(payload.ok() && !payload->has_value());
    bool found = false;
    for (Table table = 0; table < kStoreTables; ++table)
      HUIYIN_TRY(reader.scan(table, {}, [&](ByteView, ByteView value) {
        found = found || as_text(value).find(text) != std::string_view::npos;
        return true;
      }));
    EXPECT_FALSE(found) << "the text is somewhere in the store";
    return {};
  }));
  EXPECT_EQ(fixture.office.state().size, 11U) << "the erasure is an act";
  fixture.expect_sound();
  const auto again = fixture.take(5, 5);
  ASSERT_EQ(again.exceptions.size(), 1U);
  EXPECT_EQ(again.exceptions[0].verdict.value, protocol::Verdict::kDuplicate);
  EXPECT_EQ(again.exceptions[0].reason.value, "erased");
  EXPECT_EQ(fixture.office.state().size, 11U) << "it does not come back";
  fixture.expect_sound();
}

TEST(Ledger, Erasing_what_is_no_record_or_for_an_endless_reason_is_refused) {
  Fixture fixture;
  (void)fixture.take(1, 2);
  const auto erase = [&](std::uint64_t offset, const std::string& reason) {
    return fixture.office.write(
        [&](LedgerWriter& ledger) { return ledger.erase({offset}, reason, "law", "li", {6}, {}); });
  };
  EXPECT_EQ(erase(99, "x").error().code, Code::kNotFound);
  EXPECT_EQ(erase(0, std::string(201, 'x')).error().code, Code::kInvalid);
  EXPECT_TRUE(erase(0, "x").ok());
  EXPECT_EQ(erase(2, "x").error().code, Code::kInvalid) << "an act stays";
  fixture.expect_sound();
}

// --- failures

TEST(Ledger, Any_failing_store_operation_leaves_the_ledger_as_it_was) {
  std::uint64_t n = 1;
  for (;; ++n) {
    Fixture fixture(6);
    (void)fixture.take(1, 2);
    const auto before = fixture.office.own.copy();
    const auto batch = batch_of(fixture.device, fixture.journal, 2, 6);
    fixture.office.own.fail_nth(n, n % 2 == 0 ? Code::kStorageFull : Code::kStorage);
    const auto outcome = fixture.office.take(batch);
    const bool failed = !fixture.office.own.failure_is_pending();
    fixture.office.own.fail_nth(0);
    ASSERT_EQ(outcome.ok(), !failed) << "operation " << n;
    if (failed) {
      ASSERT_TRUE(fixture.office.own.same_contents(*before)) << "operation " << n;
      EXPECT_EQ(fixture.office.state().size, 2U);
    }
    ASSERT_OK(fixture.office.take(batch));
    EXPECT_EQ(fixture.office.record_counts().size(), 6U);
    fixture.expect_sound();
    if (!failed) break;
  }
  EXPECT_GT(n, 25U);
}

TEST(Ledger, Any_failing_store_operation_of_an_erasure_leaves_the_payload) {
  for (std::uint64_t n = 1;; ++n) {
    Fixture fixture(3);
    (void)fixture.take(1, 3);
    const auto before = fixture.office.own.copy();
    fixture.office.own.fail_nth(n);
    const Status status = fixture.office.write(
        [&](LedgerWriter& ledger) { return ledger.erase({1}, "r", "b", "li", {6}, {}); });
    const bool failed = !fixture.office.own.failure_is_pending();
    fixture.office.own.fail_nth(0);
    ASSERT_EQ(status.ok(), !failed);
    if (!failed) break;
    ASSERT_TRUE(fixture.office.own.same_contents(*before)) << "operation " << n;
    ASSERT_LT(n, 500U);
  }
}

TEST(Ledger, Main_path_on_LMDB_and_after_opening_it_again) {
  const TestFolder folder;
  Device device("kiosk");
  auto journal = device.open();
  ASSERT_OK(journal);
  while (journal->last().value < 200) ASSERT_OK(device.save(*journal, "x"));
  Hash root;
  {
    auto disk = store::open_lmdb_store(folder.file("ledger"));
    ASSERT_OK(disk);
    Office office(disk->get());
    EXPECT_EQ(*office.sync(device, *journal), 200U);
    ASSERT_OK(office.write([&](LedgerWriter& ledger) { return ledger.erase({7}, "r", "b", "li", {6}, {}); }));
    EXPECT_EQ(office.findings(), std::vector<std::string>{});
    root = office.state().root;
  }
  auto disk = store::open_lmdb_store(folder.file("ledger"));
  ASSERT_OK(disk);
  Office office(disk->get());
  EXPECT_EQ(office.state().root, root);
  EXPECT_EQ(office.state().size, 201U);
  EXPECT_EQ(*office.sync(device, *journal), 0U);
  EXPECT_EQ(office.record_counts().size(), 200U);
}

}  // namespace
}  // namespace huiyin::log::testing
