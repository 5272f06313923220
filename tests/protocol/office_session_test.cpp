#include "protocol/office_session.hpp"

#include <gtest/gtest.h>

#include "tests/protocol/random_values.hpp"
#include "tests/protocol/session_pair.hpp"

namespace huiyin::protocol::testing {
namespace {

/// One office session alone, fed with frames made by hand.
class OfficeAlone : public ::testing::Test {
 protected:
  static constexpr BootTime kStart{5'000'000};
  std::optional<OfficeSession> office{std::in_place, hashes()};
  std::vector<OfficeSession::Output> out;

  void input(const OfficeSession::Input& event, BootTime now = kStart) {
    out.clear();
    office->handle(event, now);
    while (auto one = office->poll()) out.push_back(std::move(*one));
  }
  void frame(const Bytes& bytes, BootTime now = kStart) {
    input(OfficeSession::FrameReceived{bytes, cast().now}, now);
  }
  template <class Output>
  const Output* find() const {
    for (const auto& one : out)
      if (const auto* wanted = std::get_if<Output>(&one)) return wanted;
    return nullptr;
  }
  template <class Message>
  std::optional<Message> sent() const {
    for (const auto& one : out)
      if (const auto* send = std::get_if<OfficeSession::SendFrame>(&one)) {
        const auto envelope = open_envelope(send->frame);
        if (envelope.ok() && envelope->type == static_cast<std::uint8_t>(Message::kType))
          return decode<Message>(*envelope).value();
      }
    return std::nullopt;
  }
  void accept() {
    input(OfficeSession::Accepted{cast().office, cast().office_epoch, cast().office_nonce, cast().exporter,
                                  cast().now});
  }
  KnownDevice known() const {
    KnownDevice device;
    device.key = cast().device.public_key();
    device.buckets = {bucket_for_everyone()};
    return device;
  }
  void go_live() {
    accept();
    frame(encode(sample_hello()));
    ASSERT_NE(find<OfficeSession::LookUp>(), nullptr);
    input(OfficeSession::LookedUp{known(), cast().now});
    ASSERT_TRUE(office->is_live());
  }
  /// What becomes of a Hello: live, or the code of the refusal.
  std::optional<HelloErrorCode> refusal_of(const Hello& hello, const KnownDevice& device) {
    office.emplace(hashes());
    accept();
    frame(encode(hello));
    if (find<OfficeSession::LookUp>() != nullptr) input(OfficeSession::LookedUp{device, cast().now});
    if (office->is_live()) return std::nullopt;
    EXPECT_TRUE(office->is_closed());
    EXPECT_FALSE(sent<Welcome>().has_value());
    EXPECT_EQ(find<OfficeSession::Connected>(), nullptr);
    return sent<HelloError>()->code;
  }
  static Hello signed_hello(auto change) {
    Hello hello = sample_hello();
    change(hello);
    hello.signature =
        cast().device.sign({as_bytes(context::kHello), cast().office.view(), cast().office_nonce.view(),
                            cast().exporter.view(), hello_signed_part(hello)});
    return hello;
  }
};

TEST_F(OfficeAlone, Challenge_is_the_first_thing_said) {
  EXPECT_FALSE(office->deadline().has_value()) << "nothing runs before a connection";
  accept();
  const auto challenge = sent<Challenge>();
  ASSERT_TRUE(challenge.has_value());
  EXPECT_EQ(challenge->nonce, cast().office_nonce);
  EXPECT_EQ(challenge->office, cast().office);
  EXPECT_EQ(challenge->now, cast().now);
  EXPECT_EQ(office->deadline(), kStart + Duration{limits::kHandshakeMsMax});
}

TEST_F(OfficeAlone, Good_Hello_is_welcomed_with_what_the_office_holds) {
  accept();
  frame(encode(sample_hello()));
  const auto* look_up = find<OfficeSession::LookUp>();
  ASSERT_NE(look_up, nullptr);
  EXPECT_EQ(look_up->device, cast().device_id);
  EXPECT_EQ(look_up->epochs, sample_hello().epochs);
  EXPECT_EQ(office->deadline(), kStart + Duration{limits::kHandshakeMsMax})
      << "a slow look-up has a deadline too";
  KnownDevice device = known();
  device.have = sample_welcome().have;
  device.tree_size = 5;
  device.backed_up_size = 4;
  input(OfficeSession::LookedUp{device, cast().now});
  const auto welcome = sent<Welcome>();
  ASSERT_TRUE(welcome.has_value());
  EXPECT_EQ(welcome->have, device.have);
  EXPECT_EQ(welcome->tree_size, 5U);
  EXPECT_EQ(welcome->backed_up_size, 4U);
  EXPECT_NE(find<OfficeSession::Connected>(), nullptr);
}

TEST_F(OfficeAlone, Hello_changed_in_any_field_after_signing_is_a_bad_signature) {
  const auto changed = [&](const char* field, auto change) {
    Hello hello = sample_hello();
    change(hello);
    EXPECT_EQ(refusal_of(hello, known()), HelloErrorCode::kBadSignature) << field;
  };
  EXPECT_EQ(refusal_of(sample_hello(), known()), std::nullopt);
  changed("version_min", [](Hello& h) { h.version_min = 0; });
  changed("device", [](Hello& h) { h.device.bytes[0] ^= 1; });
  changed("nonce", [](Hello& h) { h.nonce.bytes[0] ^= 1; });
  changed("an epoch", [](Hello& h) { h.epochs.items[0].epoch.bytes[0] ^= 1; });
  changed("a position", [](Hello& h) { ++h.epochs.items[0].through.value; });
  changed("a hash", [](Hello& h) { h.epochs.items[1].hash.bytes[0] ^= 1; });
  changed("an epoch gone", [](Hello& h) { h.epochs.items.pop_back(); });
  changed("boot", [](Hello& h) { h.boot.bytes[0] ^= 1; });
  changed("boot time", [](Hello& h) { ++h.boot_time.ms; });
  changed("wall time", [](Hello& h) { ++h.wall_time.ms; });
  changed("known office epoch", [](Hello& h) { h.known_office_epoch.bytes[0] ^= 1; });
  changed("unsent", [](Hello& h) { ++h.unsent; });
  changed("software", [](Hello& h) { h.software.value += "x"; });
  changed("signature", [](Hello& h) { h.signature.bytes[0] ^= 1; });
}

TEST_F(OfficeAlone, Hello_is_bound_to_office_nonce_exporter_and_key) {
  const auto refusal = [&](const OfficeId& id, const Nonce& nonce, const Exporter& exporter,
                           const SignPort& key) {
    Hello hello = sample_hello();
    hello.signature = key.sign(
        {as_bytes(context::kHello), id.view(), nonce.view(), exporter.view(), hello_signed_part(hello)});
    return refusal_of(hello, known());
  };
  EXPECT_EQ(refusal(cast().office, cast().office_nonce, cast().exporter, cast().device), std::nullopt);
  EXPECT_EQ(refusal(id_named<OfficeId>("other"), cast().office_nonce, cast().exporter, cast().device),
            HelloErrorCode::kBadSignature);
  EXPECT_EQ(refusal(cast().office, cast().device_nonce, cast().exporter, cast().device),
            HelloErrorCode::kBadSignature);
  EXPECT_EQ(refusal(cast().office, cast().office_nonce, Exporter{}, cast().device),
            HelloErrorCode::kBadSignature);
  EXPECT_EQ(refusal(cast().office, cast().office_nonce, cast().exporter, cast().other_device),
            HelloErrorCode::kBadSignature);
}

TEST_F(OfficeAlone, Version_that_is_not_common_or_older_than_need_be_is_refused) {
  EXPECT_EQ(refusal_of(signed_hello([](Hello& h) { h.version = 0; }), known()), HelloErrorCode::kVersion);
  EXPECT_EQ(refusal_of(signed_hello([](Hello& h) { h.version = 2; }), known()), HelloErrorCode::kVersion);
  EXPECT_EQ(refusal_of(signed_hello([](Hello& h) { h.version_max = 0; }), known()), HelloErrorCode::kVersion)
      << "downgrade";
  EXPECT_EQ(refusal_of(signed_hello([](Hello& h) { h.version_max = 9; }), known()), std::nullopt)
      << "a newer device speaks down";
}

TEST_F(OfficeAlone, Frame_of_another_protocol_version_gets_the_frozen_error_with_our_range) {
  accept();
  Bytes future = encode(sample_hello());
  future[2] = 9;
  frame(future);
  const auto refusal = sent<HelloError>();
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->code, HelloErrorCode::kVersion);
  EXPECT_EQ(refusal->version_min, kProtocolVersionMin);
  EXPECT_EQ(refusal->version_max, kProtocolVersion);
}

TEST_F(OfficeAlone, Revoked_device_is_told_so_only_with_a_good_signature) {
  KnownDevice revoked = known();
  revoked.revoked = true;
  EXPECT_EQ(refusal_of(sample_hello(), revoked), HelloErrorCode::kRevoked);
  Hello hello = sample_hello();
  hello.signature = {};
  EXPECT_EQ(refusal_of(hello, revoked), HelloErrorCode::kBadSignature);
}

TEST_F(OfficeAlone, Device_revoked_while_connected_is_told_and_closed) {
  go_live();
  input(OfficeSession::Revoked{});
  EXPECT_EQ(sent<HelloError>()->code, HelloErrorCode::kRevoked);
  EXPECT_TRUE(office->is_closed());
}

TEST_F(OfficeAlone, Nothing_but_Hello_and_Enrol_is_parsed_before_the_device_has_proved_its_key) {
  Prng random(5);
  for (int type = 0; type < 256; ++type) {
    if (type == static_cast<int>(MessageType::kHello) || type == static_cast<int>(MessageType::kEnrol) ||
        type == static_cast<int>(MessageType::kGoAway))
      continue;
    office.emplace(hashes());
    accept();
    // A body that would fail to decode: the refusal must be about the place, not about the body.
    frame(make_frame(static_cast<MessageType>(type), 1, random.bytes(40)));
    ASSERT_TRUE(office->is_closed()) << type;
    EXPECT_NE(sent<HelloError>()->text.find("does not belong"), std::string::npos) << type;
  }
}

TEST_F(OfficeAlone, Push_is_handed_on_only_when_chain_and_signature_hold) {
  go_live();
  frame(encode(sample_push()));
  const auto* ingest = find<OfficeSession::Ingest>();
  ASSERT_NE(ingest, nullptr);
  EXPECT_EQ(ingest->records.size(), 3U);
  EXPECT_EQ(ingest->records[2].hash, sample_chain()[2].hash);
  EXPECT_EQ(ingest->epoch, cast().epoch);
  EXPECT_FALSE(sent<Ack>().has_value()) << "nothing is acknowledged before the commit";
  input(OfficeSession::Ingested{sample_ack()});
  EXPECT_EQ(sent<Ack>(), sample_ack());
}

TEST_F(OfficeAlone, Push_that_does_not_verify_is_refused_and_not_handed_on) {
  const auto refusal = [&](auto change) {
    office.emplace(hashes());
    go_live();
    Push push = sample_push();
    change(push.batch);
    frame(encode(push));
    EXPECT_EQ(find<OfficeSession::Ingest>(), nullptr);
    EXPECT_TRUE(office->is_closed());
    return sent<HelloError>()->code;
  };
  EXPECT_EQ(refusal([](RecordBatch& b) { b.signature = {}; }), HelloErrorCode::kBadSignature);
  EXPECT_EQ(refusal([](RecordBatch& b) { b.payloads.value[0] ^= 1; }), HelloErrorCode::kBadSignature);
  EXPECT_EQ(refusal([](RecordBatch& b) { b.shape_of.items.clear(); }), HelloErrorCode::kMalformed);
  EXPECT_EQ(refusal([](RecordBatch& b) { b.previous.value.resize(8); }), HelloErrorCode::kMalformed)
      << "8 bytes of what is not known here";
}

TEST_F(OfficeAlone, More_pushes_than_the_window_are_refused) {
  go_live();
  for (int i = 0; i < 8; ++i) {
    frame(encode(sample_push()));
    ASSERT_NE(find<OfficeSession::Ingest>(), nullptr) << i;
  }
  frame(encode(sample_push()));
  EXPECT_TRUE(office->is_closed());
  EXPECT_EQ(sent<HelloError>()->code, HelloErrorCode::kMalformed);
  input(OfficeSession::Ingested{sample_ack()});
  EXPECT_TRUE(out.empty()) << "an answer after the close is let fall";
}

TEST_F(OfficeAlone, Device_that_opens_epochs_without_end_is_cut_off) {
  go_live();
  int epochs = 0;
  for (; epochs < 200 && office->is_live(); ++epochs) {
    Record record = sample_chain()[0];
    record.header.epoch = id_named<EpochId>("epoch " + std::to_string(epochs));
    record.hash = record_hash(hashes(), Hash{}, header_bytes(record.header), record.digest);
    BatchBuilder builder(Hash{}, false, TimeAnchor{});
    ASSERT_TRUE(builder.add(record.header, record.payload, id_named<SaltSeed>("seed 0")));
    frame(encode(Push{builder.finish(sign_head(cast().device, cast().office, record.header, record.hash))}));
    if (office->is_live()) input(OfficeSession::Ingested{sample_ack()});
  }
  EXPECT_TRUE(office->is_closed());
  EXPECT_EQ(epochs, 129);
}

TEST_F(OfficeAlone, Office_that_cannot_store_sends_the_device_away_for_a_while) {
  go_live();
  frame(encode(sample_push()));
  input(OfficeSession::Ingested{error(Code::kStorageFull, "the disk is full")});
  const auto away = sent<GoAway>();
  ASSERT_TRUE(away.has_value());
  EXPECT_EQ(away->retry_after_s, 30U);
  EXPECT_FALSE(sent<Ack>().has_value());
  EXPECT_TRUE(office->is_closed());
}

TEST_F(OfficeAlone, Second_Pull_before_the_first_was_answered_is_refused) {
  go_live();
  frame(encode(sample_pull()));
  ASSERT_NE(find<OfficeSession::ReadBuckets>(), nullptr);
  frame(encode(sample_pull()));
  EXPECT_EQ(sent<HelloError>()->code, HelloErrorCode::kMalformed);
}

TEST_F(OfficeAlone, Place_of_another_office_epoch_means_from_the_start) {
  go_live();
  Pull pull;
  pull.positions.items = {{bucket_for_everyone(), id_named<OfficeEpoch>("before the restore"), {9}},
                          {bucket_for_area({1}), cast().office_epoch, {9}}};
  frame(encode(pull));
  const auto* read = find<OfficeSession::ReadBuckets>();
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->positions[0], (BucketPosition{bucket_for_everyone(), cast().office_epoch, {0}}));
  EXPECT_EQ(read->positions[1], (BucketPosition{bucket_for_area({1}), cast().office_epoch, {9}}));
}

TEST_F(OfficeAlone, Round_is_deltas_then_one_checkpoint_over_their_bodies) {
  go_live();
  frame(encode(sample_pull()));
  input(OfficeSession::BucketsRead{{sample_delta()}, sample_checkpoint().positions.items});
  EXPECT_EQ(sent<Delta>(), sample_delta());
  EXPECT_EQ(sent<Checkpoint>(), sample_checkpoint());
  frame(encode(sample_pull()));
  EXPECT_NE(find<OfficeSession::ReadBuckets>(), nullptr) << "now the next Pull is welcome";
}

TEST_F(OfficeAlone, Change_while_reading_is_read_again_when_nothing_was_found) {
  go_live();
  frame(encode(sample_pull()));
  input(OfficeSession::BucketsChanged{});
  EXPECT_TRUE(out.empty()) << "one reading at a time";
  input(OfficeSession::BucketsRead{{}, {}});
  EXPECT_NE(find<OfficeSession::ReadBuckets>(), nullptr) << "what came meanwhile may have been missed";
  input(OfficeSession::BucketsRead{{}, {}});
  EXPECT_TRUE(out.empty()) << "the Pull waits";
  input(OfficeSession::BucketsChanged{});
  EXPECT_NE(find<OfficeSession::ReadBuckets>(), nullptr);
}

TEST_F(OfficeAlone, Change_without_a_Pull_sends_nothing) {
  go_live();
  input(OfficeSession::BucketsChanged{});
  EXPECT_TRUE(out.empty());
}

TEST_F(OfficeAlone, Handshake_and_silence_have_their_deadlines) {
  for (const bool hello : {false, true}) {
    office.emplace(hashes());
    accept();
    if (hello) frame(encode(sample_hello()), kStart + Duration{14'000});
    input(OfficeSession::Timeout{}, kStart + Duration{limits::kHandshakeMsMax - 1});
    EXPECT_FALSE(office->is_closed());
    input(OfficeSession::Timeout{}, kStart + Duration{limits::kHandshakeMsMax});
    EXPECT_TRUE(office->is_closed());
  }
  office.emplace(hashes());
  go_live();
  frame(encode(sample_ping()), kStart + Duration{50'000});
  EXPECT_EQ(*sent<Ping>(), (Ping{true, sample_ping().token}));
  EXPECT_EQ(office->deadline(), kStart + Duration{50'000 + limits::kIdleMsMax});
  input(OfficeSession::Timeout{}, kStart + Duration{50'000 + limits::kIdleMsMax});
  EXPECT_TRUE(office->is_closed());
}

TEST_F(OfficeAlone, Enrolment_with_a_signature_that_is_not_the_keys_is_refused_before_the_registry_is_asked) {
  for (const int field : {0, 1, 2, 3}) {
    office.emplace(hashes());
    accept();
    Enrol enrol = sample_enrol();
    if (field == 0) enrol.code.bytes[0] ^= 1;
    if (field == 1) enrol.device_key = cast().other_device.public_key();
    if (field == 2) enrol.proof.bytes[0] ^= 1;
    if (field == 3) enrol.signature.bytes[0] ^= 1;
    frame(encode(enrol));
    EXPECT_EQ(find<OfficeSession::TryEnrol>(), nullptr) << field;
    EXPECT_EQ(sent<HelloError>()->code, HelloErrorCode::kBadSignature) << field;
  }
}

TEST_F(OfficeAlone, Refused_enrolment_says_when_to_come_back) {
  accept();
  frame(encode(sample_enrol()));
  ASSERT_NE(find<OfficeSession::TryEnrol>(), nullptr);
  HelloError refusal;
  refusal.code = HelloErrorCode::kCodeExpired;
  refusal.retry_after_s = 600;
  refusal.text = "this code has expired";
  input(OfficeSession::EnrolDone{refusal});
  EXPECT_EQ(sent<HelloError>(), refusal);
}

TEST_F(OfficeAlone, Stop_says_when_to_come_back) {
  go_live();
  input(OfficeSession::Stop{90});
  EXPECT_EQ(sent<GoAway>()->retry_after_s, 90U);
  EXPECT_TRUE(office->is_closed());
  input(OfficeSession::Stop{90});
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace huiyin::protocol::testing
