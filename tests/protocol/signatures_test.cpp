#include <gtest/gtest.h>

#include <functional>

#include "tests/protocol/samples.hpp"

namespace huiyin::protocol::testing {
namespace {

/// Each change must break the evidence; one that does not shows a field nobody signs.
template <class T, class Verify>
class Tampering {
 public:
  Tampering(T good, Verify verify) : good_(std::move(good)), verify_(verify) { EXPECT_TRUE(verify_(good_)); }
  template <class Change>
  Tampering& breaks(const char* what, Change change) {
    T changed = good_;
    change(changed);
    EXPECT_FALSE(verify_(changed)) << what << " is not covered by the signature";
    return *this;
  }

 private:
  T good_;
  Verify verify_;
};

TEST(KeyRingSignature, Covers_every_field) {
  Tampering(sample_ring(), [](const KeyRing& ring) { return verify_key_ring(hashes(), ring); })
      .breaks("version", [](KeyRing& r) { ++r.version; })
      .breaks("threshold", [](KeyRing& r) { r.threshold = 2; })
      .breaks("office", [](KeyRing& r) { r.office.bytes[0] ^= 1; })
      .breaks("root", [](KeyRing& r) { r.root.bytes[0] ^= 1; })
      .breaks("ack key", [](KeyRing& r) { r.ack.bytes[0] ^= 1; })
      .breaks("log key", [](KeyRing& r) { r.log.bytes[0] ^= 1; })
      .breaks("a pin", [](KeyRing& r) { r.tls_pins.items[1].bytes[0] ^= 1; })
      .breaks("no pins", [](KeyRing& r) { r.tls_pins.items.clear(); })
      .breaks("a routing key", [](KeyRing& r) { r.sealing.items[1].routing.bytes[0] ^= 1; })
      .breaks("a text key", [](KeyRing& r) { r.sealing.items[0].text.bytes[0] ^= 1; })
      .breaks("a generation", [](KeyRing& r) { ++r.sealing.items[1].generation.value; })
      .breaks("no sealing keys", [](KeyRing& r) { r.sealing.items.clear(); })
      .breaks("zone salts", [](KeyRing& r) { r.zone_salt_base.bytes[0] ^= 1; })
      .breaks("receipt passes", [](KeyRing& r) { r.receipt_ops = 1; })
      .breaks("receipt memory", [](KeyRing& r) { r.receipt_memory_bytes = 8; })
      .breaks("least version", [](KeyRing& r) { r.protocol_version_min = 0; })
      .breaks("signature", [](KeyRing& r) { r.signature.bytes[0] ^= 1; });
}

TEST(KeyRingSignature, Well_signed_ring_without_pins_or_keys_or_of_another_threshold_is_not_taken) {
  const auto taken = [](auto change) {
    KeyRing ring = sample_ring();
    change(ring);
    sign_key_ring(cast().root, ring);
    return verify_key_ring(hashes(), ring);
  };
  EXPECT_TRUE(taken([](KeyRing& r) { ++r.version; }));
  EXPECT_FALSE(taken([](KeyRing& r) { r.tls_pins.items.clear(); }));
  EXPECT_FALSE(taken([](KeyRing& r) { r.sealing.items.clear(); }));
  EXPECT_FALSE(taken([](KeyRing& r) { r.threshold = 0; }));
  EXPECT_FALSE(taken([](KeyRing& r) { r.threshold = 2; }));
}

TEST(KeyRingSignature, Root_of_another_office_cannot_sign_for_this_one) {
  const TestKey other("other root");
  KeyRing ring = sample_ring();
  ring.root = other.public_key();  // but the office id of the real root
  sign_key_ring(other, ring);
  EXPECT_FALSE(verify_key_ring(hashes(), ring));
}

TEST(AckSignature, Covers_every_field) {
  Tampering(sample_ack(), [](const Ack& ack) { return verify_ack(hashes(), cast().ack.public_key(), ack); })
      .breaks("office", [](Ack& a) { a.body.office.bytes[0] ^= 1; })
      .breaks("office epoch", [](Ack& a) { a.body.office_epoch.bytes[0] ^= 1; })
      .breaks("device", [](Ack& a) { a.body.device.bytes[0] ^= 1; })
      .breaks("epoch", [](Ack& a) { a.body.epoch.bytes[0] ^= 1; })
      .breaks("branch", [](Ack& a) { a.body.branch.bytes[0] ^= 1; })
      .breaks("a run's first", [](Ack& a) { ++a.body.runs.items[0].first.value; })
      .breaks("a run's count", [](Ack& a) { ++a.body.runs.items[0].count; })
      .breaks("a run's leaf", [](Ack& a) { ++a.body.runs.items[0].first_leaf.value; })
      .breaks("a run gone", [](Ack& a) { a.body.runs.items.pop_back(); })
      .breaks("a verdict", [](Ack& a) { a.body.exceptions.items[0].verdict.value = Verdict::kAccepted; })
      .breaks("an exception's number", [](Ack& a) { ++a.body.exceptions.items[0].seq.value; })
      .breaks("a reason", [](Ack& a) { a.body.exceptions.items[0].reason.value += "!"; })
      .breaks("tree size", [](Ack& a) { ++a.body.tree_size; })
      .breaks("root", [](Ack& a) { a.body.root.bytes[0] ^= 1; })
      .breaks("backed up", [](Ack& a) { ++a.body.backed_up_size; })
      .breaks("signature", [](Ack& a) { a.signature.bytes[0] ^= 1; });
  EXPECT_FALSE(verify_ack(hashes(), cast().log.public_key(), sample_ack())) << "the log key signs no acks";
}

TEST(BucketEntrySignature, Covers_bucket_type_and_body_and_not_the_place) {
  const Bucket bucket = sample_delta().bucket;
  const BucketEntry entry = sample_delta().entries.items[0];
  const auto verify = [&](const BucketEntry& e) {
    return verify_bucket_entry(hashes(), cast().log.public_key(), cast().office, bucket, e);
  };
  Tampering(entry, verify)
      .breaks("type", [](BucketEntry& e) { ++e.type; })
      .breaks("body", [](BucketEntry& e) { e.body.value[0] ^= 1; })
      .breaks("longer body", [](BucketEntry& e) { e.body.value.push_back(0); })
      .breaks("signature", [](BucketEntry& e) { e.signature.bytes[0] ^= 1; });
  BucketEntry moved = entry;
  moved.offset.value = 99;  // compaction and a restored office renumber; the checkpoint states the place
  EXPECT_TRUE(verify(moved));
  EXPECT_FALSE(
      verify_bucket_entry(hashes(), cast().log.public_key(), cast().office, bucket_for_area({1205}), entry));
  EXPECT_FALSE(
      verify_bucket_entry(hashes(), cast().log.public_key(), cast().office, bucket_for_everyone(), entry));
  EXPECT_FALSE(
      verify_bucket_entry(hashes(), cast().log.public_key(), id_named<OfficeId>("other"), bucket, entry));
  EXPECT_FALSE(verify_bucket_entry(hashes(), cast().ack.public_key(), cast().office, bucket, entry));
}

TEST(RatingSignature, Covers_every_field_and_the_office) {
  Tampering(sample_rating(), [](const Rating& r) { return verify_rating(hashes(), cast().office, r); })
      .breaks("receipt", [](Rating& r) { r.receipt.bytes[0] ^= 1; })
      .breaks("reply version", [](Rating& r) { ++r.reply_version; })
      .breaks("solved", [](Rating& r) { r.solved.value = Solved::kYes; })
      .breaks("stars", [](Rating& r) { r.stars = 5; })
      .breaks("signature", [](Rating& r) { r.signature.bytes[0] ^= 1; });
  EXPECT_FALSE(verify_rating(hashes(), id_named<OfficeId>("other"), sample_rating()));
}

TEST(HeadSignature, Covers_office_device_epoch_number_and_hash) {
  const Record record = sample_chain().back();
  const Signature signature = sign_head(cast().device, cast().office, record.header, record.hash);
  const auto verify = [&](const Record& r) {
    return verify_head(hashes(), cast().device.public_key(), cast().office, r.header, r.hash, signature);
  };
  Tampering(record, verify)
      .breaks("device", [](Record& r) { r.header.device.bytes[0] ^= 1; })
      .breaks("epoch", [](Record& r) { r.header.epoch.bytes[0] ^= 1; })
      .breaks("number", [](Record& r) { ++r.header.seq.value; })
      .breaks("hash", [](Record& r) { r.hash.bytes[0] ^= 1; });
  EXPECT_FALSE(verify_head(hashes(), cast().device.public_key(), id_named<OfficeId>("other"), record.header,
                           record.hash, signature));
}

TEST(EnrolProof, Depends_on_code_key_nonce_exporter_and_device_key) {
  const Hash key = id_named<Hash>("code key");
  const auto& device = cast().device.public_key();
  const Hash proof = enrol_proof(hashes(), key, cast().office_nonce, cast().exporter, device);
  EXPECT_EQ(proof, enrol_proof(hashes(), key, cast().office_nonce, cast().exporter, device));
  EXPECT_FALSE(proof ==
               enrol_proof(hashes(), id_named<Hash>("other"), cast().office_nonce, cast().exporter, device));
  EXPECT_FALSE(proof == enrol_proof(hashes(), key, cast().device_nonce, cast().exporter, device));
  EXPECT_FALSE(proof == enrol_proof(hashes(), key, cast().office_nonce, Exporter{}, device));
  EXPECT_FALSE(proof ==
               enrol_proof(hashes(), key, cast().office_nonce, cast().exporter, cast().receipt.public_key()));
}

// --- contexts

constexpr std::string_view kContexts[] = {context::kHead,    context::kHello, context::kEnrol,
                                          context::kAck,     context::kReply, context::kBucket,
                                          context::kKeyRing, context::kRating};

TEST(SignatureContexts, None_is_the_beginning_of_another) {
  for (const auto a : kContexts)
    for (const auto b : kContexts)
      EXPECT_TRUE(a.data() == b.data() || !b.starts_with(a)) << a << " and " << b;
}

/// Everything that is signed, once signed by one and the same key, and how each is verified.
struct Signed {
  std::string_view name;
  Signature signature;
  std::function<bool(const Signature&)> verify;
};
std::vector<Signed> signed_by_one_key() {
  static const TestKey key("one key for everything");
  std::vector<Signed> all;
  const OfficeId office = office_id_of(hashes(), key.public_key());

  const Record record = sample_chain().back();
  all.push_back({"head", sign_head(key, office, record.header, record.hash), [=](const Signature& s) {
                   return verify_head(hashes(), key.public_key(), office, record.header, record.hash, s);
                 }});
  const Ack ack = sign_ack(key, sample_ack().body);
  all.push_back({"ack", ack.signature, [=](const Signature& s) {
                   return verify_ack(hashes(), key.public_key(), {ack.body, s});
                 }});
  const Delta delta = sample_delta();
  BucketEntry entry = delta.entries.items[0];
  entry.signature = sign_bucket_entry(key, office, delta.bucket, entry.type, entry.body.value);
  all.push_back({"bucket entry", entry.signature, [=](const Signature& s) {
                   BucketEntry other = entry;
                   other.signature = s;
                   return verify_bucket_entry(hashes(), key.public_key(), office, delta.bucket, other);
                 }});
  KeyRing ring = sample_ring();
  ring.root = key.public_key();
  ring.office = office;
  sign_key_ring(key, ring);
  all.push_back({"key ring", ring.signature, [=](const Signature& s) {
                   KeyRing other = ring;
                   other.signature = s;
                   return verify_key_ring(hashes(), other);
                 }});
  Rating rating = sample_rating();
  rating.receipt = key.public_key();
  sign_rating(key, office, rating);
  all.push_back({"rating", rating.signature, [=](const Signature& s) {
                   Rating other = rating;
                   other.signature = s;
                   return verify_rating(hashes(), office, other);
                 }});
  return all;
}

TEST(SignatureContexts, No_two_verify_each_other) {
  const auto all = signed_by_one_key();
  for (const Signed& maker : all)
    for (const Signed& checker : all)
      EXPECT_EQ(checker.verify(maker.signature), maker.name == checker.name)
          << maker.name << " as " << checker.name;
}

TEST(SignatureContexts,
     Same_bytes_under_two_contexts_have_two_signatures_that_do_not_stand_in_for_each_other) {
  const Bytes message(100, 0x5A);
  for (const auto a : kContexts) {
    const Signature signature = cast().root.sign({as_bytes(a), cast().office.view(), message});
    for (const auto b : kContexts)
      EXPECT_EQ(
          hashes().verify(cast().root.public_key(), {as_bytes(b), cast().office.view(), message}, signature),
          a == b)
          << a << " as " << b;
  }
}

TEST(Names, Office_device_zone_and_receipt_are_derived_apart) {
  const PublicKey key = cast().root.public_key();
  EXPECT_NE(office_id_of(hashes(), key).text(), device_id_of(hashes(), key).text());
  EXPECT_NE(receipt_tag(hashes(), key).text(), device_id_of(hashes(), key).text());
  EXPECT_FALSE(zone_salt(hashes(), sample_ring(), {12}) == zone_salt(hashes(), sample_ring(), {13}));
}

TEST(Buckets, Keys_are_17_bytes_and_in_order) {
  EXPECT_EQ(hex(bucket_key(bucket_for_everyone())),
            "00"
            "00000000000000000000000000000000");
  EXPECT_EQ(hex(bucket_key(bucket_for_area({0x01020304}))),
            "01"
            "00000000000000000000000001020304");
  EXPECT_EQ(hex(bucket_key(bucket_for_device(cast().device_id))), "02" + cast().device_id.text());
  EXPECT_LT(bucket_for_everyone(), bucket_for_area({1}));
  EXPECT_LT(bucket_for_area({1}), bucket_for_area({256}));
  EXPECT_LT(bucket_for_area({UINT32_MAX}), bucket_for_device(cast().device_id));
}

}  // namespace
}  // namespace huiyin::protocol::testing
