#include "protocol/edge_session.hpp"

#include <gtest/gtest.h>

#include "tests/protocol/session_pair.hpp"

namespace huiyin::protocol::testing {
namespace {

/// One device session alone, fed with frames made by hand.
class EdgeAlone : public ::testing::Test {
 protected:
  static constexpr BootTime kStart{5'000'000};
  ToyJournal journal{cast().device};
  EdgeSession edge{hashes(), cast().device, journal.identity()};
  std::vector<EdgeSession::Output> out;

  void input(const EdgeSession::Input& event, BootTime now = kStart) {
    out.clear();
    edge.handle(event, now);
    while (auto one = edge.poll()) out.push_back(std::move(*one));
  }
  void frame(const Bytes& bytes, BootTime now = kStart) { input(EdgeSession::FrameReceived{bytes}, now); }
  template <class Output>
  const Output* find() const {
    for (const auto& one : out)
      if (const auto* wanted = std::get_if<Output>(&one)) return wanted;
    return nullptr;
  }
  std::string closed_because() const {
    const auto* close = find<EdgeSession::Close>();
    return close != nullptr ? close->reason : "";
  }
  void go_live() {
    input(EdgeSession::TransportUp{cast().exporter, cast().device_nonce});
    frame(encode(sample_challenge()));
    frame(encode(sample_welcome()));
    ASSERT_TRUE(edge.is_live());
  }
  void push_everything(std::size_t each = 100) {
    input(EdgeSession::Resume{{ResumePoint{cast().epoch, {0}, false}}});
    while (const auto* wanted = find<EdgeSession::NeedBatch>())
      input(EdgeSession::BatchReady{journal.batch_after(wanted->from, each)});
  }
  Ack ack_of(std::uint64_t first, std::uint32_t count) {
    AckBody body = sample_ack().body;
    body.runs.items = {{{first}, count, {first}}};
    body.exceptions.items.clear();
    return sign_ack(cast().ack, body);
  }
};

TEST_F(EdgeAlone, Before_the_transport_is_up_no_timer_runs_and_a_stray_one_does_nothing) {
  EXPECT_FALSE(edge.deadline().has_value());
  input(EdgeSession::Timeout{});
  EXPECT_TRUE(out.empty());
  EXPECT_FALSE(edge.is_closed());
}

TEST_F(EdgeAlone, Handshake_that_does_not_finish_closes_at_its_deadline_in_every_state) {
  for (int frames = 0; frames < 2; ++frames) {
    EdgeSession session(hashes(), cast().device, journal.identity());
    session.handle(EdgeSession::TransportUp{cast().exporter, cast().device_nonce}, kStart);
    if (frames == 1) {
      const Bytes challenge = encode(sample_challenge());
      session.handle(EdgeSession::FrameReceived{challenge}, kStart + Duration{14'000});
      ASSERT_TRUE(session.poll().has_value());
    }
    ASSERT_EQ(session.deadline(), kStart + Duration{limits::kHandshakeMsMax});
    session.handle(EdgeSession::Timeout{}, kStart + Duration{limits::kHandshakeMsMax - 1});
    EXPECT_FALSE(session.is_closed()) << "a timer that fires early does nothing";
    session.handle(EdgeSession::Timeout{}, kStart + Duration{limits::kHandshakeMsMax});
    EXPECT_TRUE(session.is_closed());
    ASSERT_TRUE(session.poll().has_value());
    EXPECT_FALSE(session.deadline().has_value());
  }
}

TEST_F(EdgeAlone, Hello_is_signed_over_office_nonce_exporter_and_its_own_fields) {
  input(EdgeSession::TransportUp{cast().exporter, cast().device_nonce});
  frame(encode(sample_challenge()));
  const auto* sent = find<EdgeSession::SendFrame>();
  ASSERT_NE(sent, nullptr);
  const auto hello = decode<Hello>(*open_envelope(sent->frame));
  ASSERT_TRUE(hello.ok());
  EXPECT_EQ(hello->device, cast().device_id);
  EXPECT_EQ(hello->nonce, cast().device_nonce);
  EXPECT_EQ(hello->boot_time, kStart);
  EXPECT_TRUE(hashes().verify(cast().device.public_key(),
                              {as_bytes(context::kHello), cast().office.view(), cast().office_nonce.view(),
                               cast().exporter.view(), hello_signed_part(*hello)},
                              hello->signature));
}

TEST_F(EdgeAlone, Office_without_a_common_version_is_left_with_both_ranges_named) {
  Challenge challenge = sample_challenge();
  challenge.version_min = 2;
  challenge.version_max = 3;
  input(EdgeSession::TransportUp{cast().exporter, cast().device_nonce});
  frame(encode(challenge));
  EXPECT_EQ(closed_because(), "the office speaks protocol 2 to 3, this kiosk only 1");
  EXPECT_EQ(find<EdgeSession::SendFrame>(), nullptr) << "nothing is said to an office of another version";
}

TEST_F(EdgeAlone, Quiet_link_is_pinged_and_a_silent_office_is_left_after_a_minute) {
  go_live();
  ASSERT_EQ(edge.deadline(), kStart + Duration{limits::kPingEveryMs});
  input(EdgeSession::Timeout{}, kStart + Duration{limits::kPingEveryMs});
  const auto* sent = find<EdgeSession::SendFrame>();
  ASSERT_NE(sent, nullptr);
  const auto ping = decode<Ping>(*open_envelope(sent->frame));
  ASSERT_TRUE(ping.ok());
  EXPECT_FALSE(ping->answer);
  frame(encode(Ping{true, ping->token}), kStart + Duration{30'000});
  EXPECT_TRUE(out.empty());
  input(EdgeSession::Timeout{}, kStart + Duration{30'000 + limits::kIdleMsMax - 1});
  EXPECT_FALSE(edge.is_closed());
  input(EdgeSession::Timeout{}, kStart + Duration{30'000 + limits::kIdleMsMax});
  EXPECT_EQ(closed_because(), "nothing heard from the office for a minute");
}

TEST_F(EdgeAlone, Ping_of_the_office_is_answered_with_its_token) {
  go_live();
  frame(encode(Ping{false, 77}));
  const auto* sent = find<EdgeSession::SendFrame>();
  ASSERT_NE(sent, nullptr);
  EXPECT_EQ(*decode<Ping>(*open_envelope(sent->frame)), (Ping{true, 77}));
}

TEST_F(EdgeAlone, Push_without_any_answer_closes_after_its_time_and_progress_prolongs_it) {
  journal.append(39);
  go_live();
  push_everything(10);
  ASSERT_EQ(edge.deadline(), kStart + Duration{limits::kPingEveryMs});
  const BootTime acked = kStart + Duration{40'000};
  frame(encode(Ping{true, 1}), acked);
  frame(encode(ack_of(1, 10)), acked);
  frame(encode(Ping{true, 1}), kStart + Duration{80'000});
  input(EdgeSession::Timeout{}, acked + Duration{limits::kProgressMsMax - 1});
  EXPECT_FALSE(edge.is_closed()) << "the office is slow but it answers";
  frame(encode(Ping{true, 1}), acked + Duration{limits::kProgressMsMax - 1});
  input(EdgeSession::Timeout{}, acked + Duration{limits::kProgressMsMax});
  EXPECT_EQ(closed_because(), "the office did not acknowledge in time");
}

TEST_F(EdgeAlone, Same_ack_twice_does_not_stand_for_records_it_does_not_name) {
  journal.append(9);
  go_live();
  push_everything(10);
  frame(encode(ack_of(1, 5)));
  frame(encode(ack_of(1, 5)));
  EXPECT_FALSE(edge.is_idle()) << "6 to 10 were never acknowledged";
  frame(encode(ack_of(6, 5)));
  EXPECT_TRUE(edge.is_idle());
}

TEST_F(EdgeAlone, Runs_that_overlap_or_overflow_are_counted_once_or_not_at_all) {
  journal.append(9);
  go_live();
  push_everything(10);
  AckBody body = sample_ack().body;
  body.exceptions.items.clear();
  body.runs.items = {{{1}, 5, {0}}, {{1}, 5, {0}}, {{UINT64_MAX}, UINT32_MAX, {0}}, {{6}, 0, {0}}};
  frame(encode(sign_ack(cast().ack, body)));
  EXPECT_FALSE(edge.is_idle());
  body.runs.items = {{{1}, UINT32_MAX, {0}}};
  frame(encode(sign_ack(cast().ack, body)));
  EXPECT_TRUE(edge.is_idle()) << "a run may reach beyond what was sent";
}

TEST_F(EdgeAlone, Ack_of_an_earlier_office_epoch_is_kept_but_settles_nothing_here) {
  journal.append(9);
  go_live();
  push_everything(10);
  AckBody body = ack_of(1, 10).body;
  body.office_epoch = id_named<OfficeEpoch>("before the restore");
  frame(encode(sign_ack(cast().ack, body)));
  EXPECT_NE(find<EdgeSession::StoreAck>(), nullptr);
  EXPECT_FALSE(edge.is_idle());
}

TEST_F(EdgeAlone, Forged_or_misdirected_ack_closes_and_is_not_kept) {
  const auto refused = [&](const Ack& ack) {
    EdgeSession session(hashes(), cast().device, journal.identity());
    session.handle(EdgeSession::TransportUp{cast().exporter, cast().device_nonce}, kStart);
    for (const Bytes& bytes : {encode(sample_challenge()), encode(sample_welcome()), encode(ack)}) {
      while (session.poll()) {
      }
      session.handle(EdgeSession::FrameReceived{bytes}, kStart);
    }
    bool kept = false;
    while (auto one = session.poll()) kept = kept || std::holds_alternative<EdgeSession::StoreAck>(*one);
    return session.is_closed() && !kept;
  };
  EXPECT_FALSE(refused(sample_ack()));
  Ack bad = sample_ack();
  ++bad.body.runs.items[0].count;
  EXPECT_TRUE(refused(bad));
  EXPECT_TRUE(refused(sign_ack(cast().log, sample_ack().body)));
  AckBody body = sample_ack().body;
  body.device = id_named<DeviceId>("another device");
  EXPECT_TRUE(refused(sign_ack(cast().ack, body)));
  body = sample_ack().body;
  body.office = id_named<OfficeId>("another office");
  EXPECT_TRUE(refused(sign_ack(cast().ack, body)));
}

TEST_F(EdgeAlone, Rejected_exception_settles_its_record_and_quarantined_needs_its_run) {
  journal.append(2);
  go_live();
  push_everything(10);
  AckBody body = sample_ack().body;
  body.runs.items = {{{1}, 1, {0}}};
  body.exceptions.items = {{{2}, {Verdict::kRejected}, {"no"}}, {{3}, {Verdict::kQuarantined}, {"?"}}};
  frame(encode(sign_ack(cast().ack, body)));
  EXPECT_FALSE(edge.is_idle()) << "3 stands in no run";
  body.runs.items = {{{3}, 1, {1}}};
  frame(encode(sign_ack(cast().ack, body)));
  EXPECT_TRUE(edge.is_idle());
}

TEST_F(EdgeAlone, Record_appended_while_the_journal_is_being_asked_is_not_forgotten) {
  go_live();
  push_everything(10);
  frame(encode(ack_of(1, 1)));
  ASSERT_TRUE(edge.is_idle());
  input(EdgeSession::Appended{});
  ASSERT_NE(find<EdgeSession::NeedBatch>(), nullptr);
  journal.append(1);
  input(EdgeSession::Appended{});                // while that answer is under way
  input(EdgeSession::BatchReady{std::nullopt});  // read before the append
  EXPECT_NE(find<EdgeSession::NeedBatch>(), nullptr) << "the journal must be asked again";
  EXPECT_FALSE(edge.is_idle());
}

TEST_F(EdgeAlone, Checkpoint_that_does_not_fit_closes_and_nothing_is_applied) {
  const auto outcome = [&](auto change) {
    EdgeSession session(hashes(), cast().device, journal.identity());
    session.handle(EdgeSession::TransportUp{cast().exporter, cast().device_nonce}, kStart);
    Delta delta = sample_delta();
    Checkpoint checkpoint = sample_checkpoint();
    change(delta, checkpoint);
    for (const Bytes& bytes :
         {encode(sample_challenge()), encode(sample_welcome()), encode(delta), encode(checkpoint)}) {
      while (session.poll()) {
      }
      session.handle(EdgeSession::FrameReceived{bytes}, kStart);
    }
    bool applied = false;
    while (auto one = session.poll()) applied = applied || std::holds_alternative<EdgeSession::Apply>(*one);
    EXPECT_NE(applied, session.is_closed());
    return applied;
  };
  EXPECT_TRUE(outcome([](Delta&, Checkpoint&) {}));
  EXPECT_FALSE(outcome([](Delta& d, Checkpoint&) { d.entries.items[0].body.value[0] ^= 1; }));
  EXPECT_FALSE(outcome([](Delta& d, Checkpoint&) { d.bucket = bucket_for_area({9}); }));
  EXPECT_FALSE(outcome([](Delta&, Checkpoint& c) { c.checksum.bytes[0] ^= 1; }));
  EXPECT_FALSE(outcome([](Delta&, Checkpoint& c) { c.office_epoch.bytes[0] ^= 1; }));
  EXPECT_FALSE(outcome([](Delta&, Checkpoint& c) { c.positions.items[0].bucket = bucket_for_area({9}); }));
}

TEST_F(EdgeAlone, Bucket_that_a_checkpoint_leaves_out_stays_where_it_was) {
  go_live();
  frame(encode(sample_delta()));
  frame(encode(sample_checkpoint()));
  input(EdgeSession::Applied{true});
  const auto* sent = find<EdgeSession::SendFrame>();
  ASSERT_NE(sent, nullptr);
  const auto pull = decode<Pull>(*open_envelope(sent->frame));
  ASSERT_TRUE(pull.ok());
  ASSERT_EQ(pull->positions.items.size(), 3U);
  EXPECT_EQ(pull->positions.items[1], (BucketPosition{bucket_for_area({1204}), cast().office_epoch, {10}}));
  EXPECT_EQ(pull->positions.items[0].after.value, 0U);
}

TEST_F(EdgeAlone, Deltas_without_end_are_cut_off_below_their_limit_of_memory) {
  go_live();
  Delta empty;
  empty.bucket = bucket_for_everyone();
  const Bytes bytes = encode(empty);
  std::size_t taken = 0;
  while (!edge.is_closed() && taken < limits::kCheckpointPendingBytesMax) {
    frame(bytes);
    ++taken;
  }
  EXPECT_TRUE(edge.is_closed());
  EXPECT_LE(taken * sizeof(Delta), limits::kCheckpointPendingBytesMax);
}

TEST_F(EdgeAlone, Failed_apply_closes_so_that_the_next_connection_asks_again) {
  go_live();
  frame(encode(sample_delta()));
  frame(encode(sample_checkpoint()));
  ASSERT_NE(find<EdgeSession::Apply>(), nullptr);
  input(EdgeSession::Applied{false});
  EXPECT_EQ(closed_because(), "what the office sent could not be stored");
}

TEST_F(EdgeAlone, Delta_or_checkpoint_while_applying_was_not_pulled_and_closes) {
  for (const bool delta : {true, false}) {
    EdgeSession session(hashes(), cast().device, journal.identity());
    session.handle(EdgeSession::TransportUp{cast().exporter, cast().device_nonce}, kStart);
    for (const Bytes& bytes :
         {encode(sample_challenge()), encode(sample_welcome()), encode(sample_delta()),
          encode(sample_checkpoint()), delta ? encode(sample_delta()) : encode(sample_checkpoint())}) {
      while (session.poll()) {
      }
      session.handle(EdgeSession::FrameReceived{bytes}, kStart);
    }
    EXPECT_TRUE(session.is_closed());
    while (session.poll()) {
    }
  }
}

TEST_F(EdgeAlone, Stop_says_goodbye_only_when_live) {
  input(EdgeSession::TransportUp{cast().exporter, cast().device_nonce});
  input(EdgeSession::Stop{});
  EXPECT_EQ(find<EdgeSession::SendFrame>(), nullptr);
  EXPECT_EQ(closed_because(), "stopped");
}

TEST_F(EdgeAlone, Unreadable_bytes_close_with_the_reason) {
  go_live();
  frame(Bytes{1, 2, 3});
  EXPECT_EQ(closed_because(), "the office sent what cannot be read: a frame is shorter than its envelope");
  frame(encode(sample_ack()));
  EXPECT_TRUE(out.empty()) << "a closed session says nothing more";
}

TEST_F(EdgeAlone, Input_before_the_outputs_were_polled_is_our_bug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        edge.handle(EdgeSession::TransportUp{cast().exporter, cast().device_nonce}, kStart);
        const Bytes challenge = encode(sample_challenge());
        edge.handle(EdgeSession::FrameReceived{challenge}, kStart);
        edge.handle(EdgeSession::Timeout{}, kStart);
      },
      "outputs_.empty");
}

}  // namespace
}  // namespace huiyin::protocol::testing
