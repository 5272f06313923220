#include "tests/protocol/session_pair.hpp"

#include "shared/core/prng.hpp"

namespace huiyin::protocol::testing {
namespace {

class Sessions : public ::testing::Test {
 protected:
  ToyJournal journal;
  ToyOffice office;

  void SetUp() override { office.enrol(cast().device); }
  /// Everything captured is in the ledger, once, as it was captured.
  void expect_all_delivered() {
    EXPECT_EQ(journal.unacknowledged(), 0U);
    EXPECT_EQ(office.ledger.size(), journal.last());
    for (const auto& [place, record] : office.ledger)
      EXPECT_EQ(record.hash, journal.record(std::get<2>(place)).hash);
  }
};

TEST_F(Sessions, Handshake_leads_both_sides_to_live_and_delivers_what_was_waiting) {
  journal.append(42);
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  EXPECT_TRUE(pair.edge().is_live());
  EXPECT_TRUE(pair.office().is_live());
  EXPECT_EQ(pair.connected, 1U);
  EXPECT_TRUE(pair.edge().is_idle());
  expect_all_delivered();
  EXPECT_EQ(office.duplicates, 0U);
}

TEST_F(Sessions, Device_does_not_talk_to_another_office) {
  SessionPair pair(journal, office);
  pair.to_edge = [](Bytes& frame) {
    Challenge challenge = *decode<Challenge>(*open_envelope(frame));
    challenge.office = id_named<OfficeId>("another office");
    frame = encode(challenge);
    return true;
  };
  pair.connect_and_drive();
  EXPECT_EQ(pair.edge_closed, std::vector<std::string>{"another office answers at this address"});
  EXPECT_TRUE(pair.sent_by_edge.empty());
}

TEST_F(Sessions, Unknown_and_revoked_devices_are_told_why) {
  office.devices.clear();
  SessionPair unknown(journal, office);
  unknown.connect_and_drive();
  EXPECT_EQ(unknown.refusals, std::vector{HelloErrorCode::kUnknownDevice});
  office.enrol(cast().device);
  office.devices.begin()->second.revoked = true;
  SessionPair revoked(journal, office);
  revoked.connect_and_drive();
  EXPECT_EQ(revoked.refusals, std::vector{HelloErrorCode::kRevoked});
  EXPECT_EQ(revoked.connected, 0U);
}

TEST_F(Sessions, Two_ends_of_different_TLS_sessions_do_not_come_together) {
  SessionPair pair(journal, office);
  pair.office_exporter = id_named<Exporter>("somebody in between");
  pair.connect_and_drive();
  EXPECT_EQ(pair.refusals, std::vector{HelloErrorCode::kBadSignature});
}

TEST_F(Sessions, Replayed_Hello_does_not_fit_the_next_connections_nonce) {
  Bytes recorded;
  {
    SessionPair first(journal, office);
    first.connect_and_drive();
    ASSERT_TRUE(first.edge().is_live());
    recorded = first.sent_by_edge[0];
  }
  SessionPair second(journal, office);
  second.office_nonce = id_named<Nonce>("a fresh nonce");
  second.to_office = [&](Bytes& frame) {
    frame = recorded;
    return true;
  };
  second.connect_and_drive();
  EXPECT_EQ(second.connected, 0U);
  EXPECT_EQ(second.refusals, std::vector{HelloErrorCode::kBadSignature});
}

TEST_F(Sessions, Enrolment_with_the_right_code_and_with_a_wrong_one) {
  const EnrolWish wish{id_named<CodeId>("code"), id_named<Hash>("code key")};
  const TestKey fresh("a fresh device");
  ToyJournal its_journal(fresh);
  office.codes[wish.code] = wish.code_key;
  {
    SessionPair pair(its_journal, office, wish);
    pair.connect_and_drive();
    ASSERT_EQ(pair.enrolled.size(), 1U);
    EXPECT_EQ(pair.enrolled[0], sample_enrol_result());
    EXPECT_EQ(pair.edge_closed, std::vector<std::string>{"enrolled"});
    EXPECT_EQ(pair.office_closed, std::vector<std::string>{"enrolled"});
  }
  {
    SessionPair pair(its_journal, office);  // and now as an enrolled device
    pair.connect_and_drive();
    EXPECT_TRUE(pair.edge().is_live());
  }
  SessionPair wrong(its_journal, office, EnrolWish{wish.code, id_named<Hash>("guessed")});
  wrong.connect_and_drive();
  EXPECT_EQ(wrong.refusals, std::vector{HelloErrorCode::kCodeUnknown});
  EXPECT_TRUE(wrong.enrolled.empty());
}

// --- uplink

TEST_F(Sessions, At_most_four_pushes_are_under_way_and_each_ack_lets_one_more_go) {
  journal.append(99);
  SessionPair pair(journal, office);
  pair.hold_commits = true;
  pair.connect_and_drive();
  EXPECT_EQ(pair.in_flight_most, 4U);
  EXPECT_EQ(office.ledger.size(), 0U);
  pair.release();
  pair.drive();
  expect_all_delivered();
  EXPECT_LE(pair.in_flight_most, 4U);
}

TEST_F(Sessions, Nothing_is_acknowledged_before_the_commit) {
  SessionPair pair(journal, office);
  pair.hold_commits = true;
  pair.connect_and_drive();
  EXPECT_EQ(journal.unacknowledged(), 1U);
  pair.cut();
  EXPECT_EQ(journal.unacknowledged(), 1U);
}

TEST_F(Sessions, Ack_in_parts_settles_the_push_when_the_last_part_comes) {
  journal.append(9);
  SessionPair pair(journal, office);
  std::optional<Ack> rest;
  pair.before_ack = [&](Ack& ack) {
    AckBody first = ack.body, second = ack.body;
    first.runs.items = {{{1}, 4, {0}}};
    second.runs.items = {{{5}, 6, {4}}};
    ack = sign_ack(cast().ack, first);
    rest = sign_ack(cast().ack, second);
  };
  pair.connect_and_drive();
  EXPECT_FALSE(pair.edge().is_idle());
  EXPECT_EQ(journal.unacknowledged(), 6U);
  pair.deliver_to_edge(encode(*rest));
  EXPECT_TRUE(pair.edge().is_idle());
  expect_all_delivered();
}

TEST_F(Sessions, Rejected_and_quarantined_records_block_no_other) {
  journal.append(29);
  office.judgements = {{7, Verdict::kRejected}, {9, Verdict::kQuarantined}};
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  EXPECT_TRUE(pair.edge().is_idle());
  EXPECT_EQ(journal.unacknowledged(), 1U) << "the rejected one stays with the device";
  EXPECT_FALSE(journal.is_acknowledged(7));
  EXPECT_TRUE(journal.is_acknowledged(9));
  EXPECT_EQ(journal.verdicts[7], Verdict::kRejected);
  EXPECT_EQ(journal.verdicts[9], Verdict::kQuarantined);
}

TEST_F(Sessions, Lost_ack_is_made_good_by_sending_again_and_counts_once) {
  journal.append(5);
  {
    SessionPair pair(journal, office);
    pair.to_edge = [](Bytes& frame) { return frame[3] != static_cast<std::uint8_t>(MessageType::kAck); };
    pair.connect_and_drive();
    EXPECT_EQ(office.ledger.size(), 6U);
    EXPECT_EQ(journal.unacknowledged(), 6U);
    pair.cut();
  }
  // The office has them and says so, but only a signed ack lets the device delete.
  SessionPair again(journal, office);
  again.connect_and_drive();
  EXPECT_EQ(again.welcomes[0].have.items[0].through.value, 6U);
  EXPECT_EQ(office.duplicates, 6U);
  EXPECT_EQ(journal.verdicts[6], Verdict::kDuplicate);
  expect_all_delivered();
}

TEST_F(Sessions, Reconnect_goes_on_behind_what_Welcome_says_the_office_has) {
  journal.append(49);
  {
    SessionPair pair(journal, office);
    std::size_t pushes = 0;
    pair.to_office = [&](Bytes& frame) {
      return frame[3] != static_cast<std::uint8_t>(MessageType::kPush) || ++pushes <= 2;
    };
    pair.connect_and_drive();
    EXPECT_EQ(office.ledger.size(), 20U);
    pair.cut();
  }
  SessionPair again(journal, office);
  again.connect_and_drive();
  expect_all_delivered();
  EXPECT_EQ(office.duplicates, 0U) << "nothing was sent twice";
}

TEST_F(Sessions, Cut_at_every_frame_ends_with_everything_delivered_once) {
  // However far the first connection came, the second completes it.
  for (std::size_t frames = 0; frames < 40; ++frames) {
    ToyJournal its_journal;
    ToyOffice its_office;
    its_office.enrol(cast().device);
    its_office.publish(bucket_for_everyone(), "a bulletin");
    its_journal.append(30);
    {
      SessionPair pair(its_journal, its_office);
      pair.connect();
      for (std::size_t i = 0; i < frames && pair.step(); ++i) {
      }
      pair.cut();
    }
    its_journal.append(3);
    SessionPair again(its_journal, its_office);
    again.connect_and_drive();
    ASSERT_TRUE(again.edge().is_idle()) << frames;
    ASSERT_EQ(its_office.ledger.size(), its_journal.last()) << frames;
    ASSERT_EQ(its_journal.unacknowledged(), 0U) << frames;
    ASSERT_EQ(its_journal.buckets.size(), 1U);
    ASSERT_EQ(its_journal.buckets[0].after.value, 1U) << frames;
  }
}

TEST_F(Sessions, Restored_office_is_refilled_by_the_device) {
  journal.append(20);
  SessionPair(journal, office).connect_and_drive();
  const ToyOffice backup = office;
  journal.append(20);
  SessionPair(journal, office).connect_and_drive();
  expect_all_delivered();

  ToyOffice restored = backup;
  restored.epoch = id_named<OfficeEpoch>("after the restore");
  SessionPair pair(journal, restored);
  pair.connect_and_drive();
  ASSERT_EQ(pair.welcomes.size(), 1U);
  EXPECT_EQ(pair.welcomes[0].have.items[0].through.value, 21U);
  EXPECT_EQ(restored.ledger.size(), 41U) << "no human did anything";
  EXPECT_EQ(restored.duplicates, 0U);
}

TEST_F(Sessions, Appended_while_drained_goes_out_at_once) {
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  ASSERT_TRUE(pair.edge().is_idle());
  for (int i = 0; i < 5; ++i) {
    pair.append(3);
    EXPECT_FALSE(pair.edge().is_idle());
    pair.drive();
    EXPECT_TRUE(pair.edge().is_idle());
  }
  expect_all_delivered();
}

TEST_F(Sessions, Appended_while_the_journal_answers_late_is_not_forgotten) {
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  pair.hold_batches = true;
  pair.input_edge(EdgeSession::Appended{});  // the journal reads: nothing yet
  pair.append(1);                            // and then there is something
  pair.release();
  pair.drive();
  EXPECT_TRUE(pair.edge().is_idle());
  expect_all_delivered();
}

TEST_F(Sessions, Epochs_are_sent_oldest_first_and_each_from_its_own_place) {
  journal.append(15);
  journal.open_epoch("epoch two");
  journal.append(15);
  journal.open_epoch("epoch three");
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  expect_all_delivered();
  std::uint64_t last = 0;
  for (const Bytes& frame : pair.sent_by_edge)
    if (frame[3] == static_cast<std::uint8_t>(MessageType::kPush)) {
      const auto push = decode<Push>(*open_envelope(frame));
      EXPECT_EQ(push->batch.base.value, last + 1);
      last += push->batch.shape_of.items.size();
    }
  pair.append(4);
  pair.drive();
  expect_all_delivered();
}

TEST_F(Sessions, Only_the_first_batch_of_an_epoch_names_the_previous_hash_in_full) {
  journal.append(25);
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  std::vector<std::size_t> sizes;
  for (const Bytes& frame : pair.sent_by_edge)
    if (frame[3] == static_cast<std::uint8_t>(MessageType::kPush))
      sizes.push_back(decode<Push>(*open_envelope(frame))->batch.previous.value.size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{32, 8, 8}));
}

TEST_F(Sessions, Flipped_bit_in_a_push_is_refused_and_the_next_connection_delivers) {
  journal.append(5);
  {
    SessionPair pair(journal, office);
    pair.to_office = [](Bytes& frame) {
      if (frame[3] == static_cast<std::uint8_t>(MessageType::kPush)) frame[frame.size() - 1] ^= 1;
      return true;
    };
    pair.connect_and_drive();
    EXPECT_EQ(pair.refusals, std::vector{HelloErrorCode::kBadSignature});
    EXPECT_TRUE(office.ledger.empty());
  }
  SessionPair(journal, office).connect_and_drive();
  expect_all_delivered();
}

// --- downlink

TEST_F(Sessions, Buckets_come_in_rounds_until_the_device_stands_at_the_end) {
  for (int i = 0; i < 25; ++i) office.publish(bucket_for_everyone(), "entry " + std::to_string(i));
  office.publish(bucket_for_area({12}), "for the area");
  SessionPair pair(journal, office);
  pair.round_entries_max = 10;
  pair.connect_and_drive();
  EXPECT_EQ(pair.applied.size(), 3U);
  std::uint64_t next = 1;
  for (const auto& round : pair.applied)
    for (const Delta& delta : round.deltas)
      if (delta.bucket == bucket_for_everyone()) {
        for (const BucketEntry& entry : delta.entries.items) EXPECT_EQ(entry.offset.value, next++);
      }
  EXPECT_EQ(next, 26U);
  pair.publish(bucket_for_area({12}), "one more");
  pair.drive();
  ASSERT_EQ(pair.applied.size(), 4U) << "pushed at once, without asking again";
  EXPECT_EQ(pair.applied[3].deltas[0].entries.items[0].offset.value, 2U);
}

TEST_F(Sessions, Reconnected_device_pulls_only_what_is_new) {
  office.publish(bucket_for_everyone(), "old");
  SessionPair(journal, office).connect_and_drive();
  office.publish(bucket_for_everyone(), "new");
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  ASSERT_EQ(pair.applied.size(), 1U);
  ASSERT_EQ(pair.applied[0].deltas[0].entries.items.size(), 1U);
  EXPECT_EQ(as_text(pair.applied[0].deltas[0].entries.items[0].body.value), "new");
}

TEST_F(Sessions, Office_of_another_epoch_sends_its_buckets_from_the_start) {
  office.publish(bucket_for_everyone(), "one");
  SessionPair(journal, office).connect_and_drive();
  office.epoch = id_named<OfficeEpoch>("after the restore");
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  ASSERT_EQ(pair.applied.size(), 1U);
  EXPECT_EQ(pair.applied[0].deltas[0].entries.items[0].offset.value, 1U);
}

TEST_F(Sessions, Damaged_checkpoint_closes_and_the_next_connection_makes_it_good) {
  office.publish(bucket_for_everyone(), "one");
  {
    SessionPair pair(journal, office);
    pair.to_edge = [](Bytes& frame) {
      if (frame[3] == static_cast<std::uint8_t>(MessageType::kCheckpoint)) frame.back() ^= 1;
      return true;
    };
    pair.connect_and_drive();
    EXPECT_EQ(pair.edge_closed, std::vector<std::string>{"a checkpoint does not fit what came before it"});
    EXPECT_TRUE(pair.applied.empty());
    EXPECT_TRUE(journal.buckets.empty()) << "nothing of it counts";
  }
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  EXPECT_EQ(pair.applied.size(), 1U);
}

TEST_F(Sessions, Failed_store_of_a_round_is_repeated_on_the_next_connection) {
  office.publish(bucket_for_everyone(), "one");
  {
    SessionPair pair(journal, office);
    pair.apply_fails = true;
    pair.connect_and_drive();
    EXPECT_TRUE(pair.edge().is_closed());
    EXPECT_TRUE(pair.office().is_closed());
  }
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  EXPECT_EQ(pair.applied.size(), 1U);
}

// --- neither waits for the other

TEST_F(Sessions, Stuck_uplink_does_not_stop_the_downlink) {
  journal.append(99);
  SessionPair pair(journal, office);
  pair.hold_commits = true;
  pair.connect_and_drive();
  for (int i = 0; i < 10; ++i) {
    pair.publish(bucket_for_everyone(), "entry");
    pair.drive();
  }
  EXPECT_EQ(pair.applied.size(), 10U);
  EXPECT_EQ(journal.unacknowledged(), 100U);
}

TEST_F(Sessions, Stuck_downlink_on_either_side_does_not_stop_the_uplink) {
  office.publish(bucket_for_everyone(), "one");
  for (const bool at_the_office : {true, false}) {
    SessionPair pair(journal, office);
    pair.hold_buckets = at_the_office;
    pair.hold_applies = !at_the_office;
    pair.connect_and_drive();
    pair.append(50);
    pair.drive();
    EXPECT_TRUE(pair.edge().is_idle());
    expect_all_delivered();
    pair.release();
    pair.drive();
    EXPECT_EQ(pair.applied.size(), 1U);
    journal.buckets.clear();
  }
}

// --- time

TEST_F(Sessions, Quiet_connection_stays_open_for_an_hour_on_pings_alone) {
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  const std::size_t frames = pair.sent_by_edge.size();
  pair.drive_for({3'600'000});
  EXPECT_TRUE(pair.edge().is_live());
  EXPECT_TRUE(pair.office().is_live());
  const std::size_t pings = pair.sent_by_edge.size() - frames;
  EXPECT_GE(pings, 140U);
  EXPECT_LE(pings, 145U);
}

TEST_F(Sessions, Half_open_connection_is_noticed_by_both_sides) {
  SessionPair pair(journal, office);
  pair.half_open = true;
  pair.connect_and_drive();
  pair.to_office = pair.to_edge = [](Bytes&) { return false; };
  pair.drive_for({limits::kIdleMsMax + 1});
  EXPECT_EQ(pair.edge_closed, std::vector<std::string>{"nothing heard from the office for a minute"});
  EXPECT_EQ(pair.office_closed, std::vector<std::string>{"nothing heard for a minute"});
}

TEST_F(Sessions, Office_that_takes_pushes_and_never_answers_is_left) {
  journal.append(5);
  SessionPair pair(journal, office);
  pair.hold_commits = true;
  pair.connect_and_drive();
  pair.drive_for({limits::kProgressMsMax + 1000});
  EXPECT_EQ(pair.edge_closed, std::vector<std::string>{"the office did not acknowledge in time"});
}

TEST_F(Sessions, Silent_peers_are_left_at_the_handshake_deadline) {
  SessionPair pair(journal, office);
  pair.half_open = true;
  pair.to_office = [](Bytes&) { return false; };
  pair.connect();
  pair.drive_for({limits::kHandshakeMsMax + 100});
  EXPECT_EQ(pair.edge_closed, std::vector<std::string>{"the office did not finish the handshake in time"});
  EXPECT_EQ(pair.office_closed, std::vector<std::string>{"no finished handshake in time"});
}

TEST_F(Sessions, Stopping_office_tells_its_devices_when_to_come_back) {
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  pair.input_office(OfficeSession::Stop{45});
  pair.drive();
  ASSERT_EQ(pair.went_away.size(), 1U);
  EXPECT_EQ(pair.went_away[0].retry_after_s, 45U);
  EXPECT_TRUE(pair.edge().is_closed());
}

TEST_F(Sessions, Stopping_kiosk_says_goodbye) {
  SessionPair pair(journal, office);
  pair.connect_and_drive();
  pair.input_edge(EdgeSession::Stop{});
  pair.drive();
  EXPECT_EQ(pair.office_closed, std::vector<std::string>{"the device says goodbye"});
}

// --- everything at once

class RandomSessions : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomSessions, Whatever_happens_everything_is_delivered_once_in_the_end) {
  Prng random(GetParam());
  ToyJournal journal;
  ToyOffice office;
  office.enrol(cast().device);
  std::size_t published = 0;
  for (int connection = 0; connection < 8; ++connection) {
    SessionPair pair(journal, office);
    pair.latency = {random.between(1, 2000)};
    pair.batch_records_max = 1 + random.below(20);
    pair.round_entries_max = 1 + random.below(5);
    pair.connect();
    for (std::uint64_t i = random.below(120); i > 0; --i) {
      switch (random.below(12)) {
        case 0: pair.append(1 + random.below(8)); break;
        case 1:
          pair.publish(bucket_for_everyone(), "entry");
          ++published;
          break;
        case 2: pair.hold_commits = random.chance(1, 2); break;
        case 3: pair.hold_buckets = random.chance(1, 2); break;
        case 4: pair.hold_applies = random.chance(1, 2); break;
        case 5: pair.hold_batches = random.chance(1, 2); break;
        case 6: pair.release(); break;
        default: pair.step(random.chance(1, 4)); break;
      }
    }
    pair.cut();
    if (random.chance(1, 4)) journal.open_epoch("epoch " + std::to_string(connection));
  }
  SessionPair last(journal, office);
  last.connect_and_drive();
  EXPECT_TRUE(last.edge().is_idle());
  EXPECT_EQ(journal.unacknowledged(), 0U) << "seed " << GetParam();
  EXPECT_EQ(office.ledger.size(), journal.last());
  for (const auto& [place, record] : office.ledger)
    EXPECT_EQ(record.hash, journal.record(std::get<2>(place)).hash);
  if (published > 0) {
    ASSERT_EQ(journal.buckets.size(), 1U);
    EXPECT_EQ(journal.buckets[0].after.value, published);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomSessions, ::testing::Range<std::uint64_t>(0, 100));

}  // namespace
}  // namespace huiyin::protocol::testing
