/// Enrolment at the office: one code, one device, once.

#include "sync-server/desk/devices/enrolment.hpp"

#include "protocol/archive.hpp"
#include "tests/sync-server/desk_world.hpp"

namespace huiyin::office::testing {
namespace {

using protocol::EnrolResult;
using protocol::HelloError;
using protocol::HelloErrorCode;
using Answer = std::variant<EnrolResult, HelloError>;

const protocol::EnrolmentCode kCode = id_named<protocol::EnrolmentCode>("the code");
const Nonce kNonce = id_named<Nonce>("nonce");
const Exporter kExporter = id_named<Exporter>("exporter");

class Enrolling : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto act = desk::issue_code(hashes(), county(), {kCode, "柳树湾终端", {10101}, "pin hash"}, "admin",
                                      issued, id_named<Salt>("issue"));
    ASSERT_OK(act);
    ASSERT_OK(desk.append(*act));
  }

  [[nodiscard]] static protocol::Enrol wish(const crypto::KeyPair& device,
                                            const protocol::EnrolmentCode& code = kCode) {
    const Hash key = protocol::enrolment_code_key(hashes(), code);
    protocol::Enrol enrol;
    enrol.code = protocol::enrolment_code_id(hashes(), key);
    enrol.device_key = device.public_key();
    enrol.proof = protocol::enrol_proof(hashes(), key, kNonce, kExporter, enrol.device_key);
    return enrol;
  }
  [[nodiscard]] Answer ask(const protocol::Enrol& enrol, OfficeTime at) {
    Answer answer;
    EXPECT_OK(desk.write([&](log::LedgerWriter& ledger, StoreWriter& writer) -> Status {
      const desk::EnrolmentOffice office{office_keys().office(), office_keys().epoch(), office_keys().ring()};
      auto got = desk::try_enrol(ledger, writer, hashes(), office, enrol, kNonce, kExporter, at,
                                 {id_named<Salt>("a"), id_named<Salt>("b")});
      if (!got.ok()) return got.error();
      answer = std::move(*got);
      return {};
    }));
    return answer;
  }
  [[nodiscard]] std::uint64_t ledger_size() {
    std::uint64_t size = 0;
    EXPECT_OK(desk.store.read([&](StoreReader& reader) -> Status {
      size = log::ledger_state(reader, hashes())->size;
      return {};
    }));
    return size;
  }
  static void expect_refused(const Answer& answer, HelloErrorCode code) {
    ASSERT_TRUE(std::holds_alternative<HelloError>(answer));
    EXPECT_EQ(std::get<HelloError>(answer).code, code);
  }

  Desk desk;
  OfficeTime issued{1'790'000'000'000};
  crypto::KeyPair device = key_named("a kiosk");
  crypto::KeyPair other = key_named("another kiosk");
};

TEST_F(Enrolling, right_code_brings_name_place_zone_and_ring) {
  const Answer answer = ask(wish(device), issued);

  ASSERT_TRUE(std::holds_alternative<EnrolResult>(answer));
  const auto& result = std::get<EnrolResult>(answer);
  EXPECT_EQ(result.device_name.value, "柳树湾终端");
  EXPECT_EQ(result.area.value, 10101U);
  EXPECT_EQ(result.reply_zone.value, 101U);
  EXPECT_EQ(result.staff_pin_hash.value, "pin hash");
  EXPECT_EQ(result.office_epoch, office_keys().epoch());
  EXPECT_TRUE(protocol::verify_key_ring(hashes(), result.ring));
  EXPECT_TRUE(desk.views_equal_rebuild());
}

TEST_F(Enrolling, wrong_proof_looks_like_an_unknown_code_and_burns_nothing) {
  auto wrong = wish(device);
  wrong.proof.bytes[5] ^= 1U;
  auto stolen = wish(device);
  stolen.device_key = other.public_key();  // somebody else's proof with a key of one's own
  const std::uint64_t before = ledger_size();

  const Answer unknown = ask(wish(device, id_named<protocol::EnrolmentCode>("guessed")), issued);
  const Answer forged = ask(wrong, issued);
  const Answer taken = ask(stolen, issued);

  expect_refused(unknown, HelloErrorCode::kCodeUnknown);
  for (const Answer* each : {&forged, &taken})
    EXPECT_EQ(std::get<HelloError>(*each), std::get<HelloError>(unknown));
  EXPECT_EQ(ledger_size(), before);
  EXPECT_TRUE(std::holds_alternative<EnrolResult>(ask(wish(device), issued)));
}

TEST_F(Enrolling, code_of_another_device_looks_unknown) {
  ASSERT_TRUE(std::holds_alternative<EnrolResult>(ask(wish(device), issued)));
  const std::uint64_t before = ledger_size();

  const Answer answer = ask(wish(other), issued);

  expect_refused(answer, HelloErrorCode::kCodeUnknown);
  EXPECT_EQ(std::get<HelloError>(answer),
            std::get<HelloError>(ask(wish(other, id_named<protocol::EnrolmentCode>("guessed")), issued)));
  EXPECT_EQ(ledger_size(), before);
}

TEST_F(Enrolling, same_device_may_ask_again_even_after_the_code_expired) {
  const Answer first = ask(wish(device), issued);
  const std::uint64_t before = ledger_size();

  const Answer again = ask(wish(device), issued);
  const Answer late = ask(wish(device), issued + Duration{limits::kEnrolCodeLifeMs + 1});

  EXPECT_EQ(std::get<EnrolResult>(first), std::get<EnrolResult>(again));
  EXPECT_TRUE(std::holds_alternative<EnrolResult>(late)) << "a lost reply costs no new code";
  EXPECT_EQ(ledger_size(), before) << "nothing is burned twice";
}

TEST_F(Enrolling, code_lives_fourteen_days_and_no_millisecond_more) {
  const Answer late = ask(wish(device), issued + Duration{limits::kEnrolCodeLifeMs + 1});
  expect_refused(late, HelloErrorCode::kCodeExpired);

  EXPECT_TRUE(
      std::holds_alternative<EnrolResult>(ask(wish(device), issued + Duration{limits::kEnrolCodeLifeMs})));
}

TEST_F(Enrolling, expired_code_is_not_confirmed_to_who_does_not_know_it) {
  auto wrong = wish(device);
  wrong.proof = {};

  expect_refused(ask(wrong, issued + Duration{limits::kEnrolCodeLifeMs + 1}), HelloErrorCode::kCodeUnknown);
}

TEST_F(Enrolling, revoked_device_may_not_use_its_code_again) {
  ASSERT_TRUE(std::holds_alternative<EnrolResult>(ask(wish(device), issued)));
  const DeviceId id = protocol::device_id_of(hashes(), device.public_key());
  ASSERT_OK(desk.append(plain_act(log::device_stream(id), desk::act::kDeviceRevoked,
                                  protocol::to_wire(desk::DeviceRevoked{{"lost"}}), issued, "revoke")));

  expect_refused(ask(wish(device), issued), HelloErrorCode::kCodeUnknown);
}

TEST_F(Enrolling, code_itself_is_nowhere_in_the_store) {
  ASSERT_TRUE(std::holds_alternative<EnrolResult>(ask(wish(device), issued)));
  const std::string code = to_string(kCode.view());

  ASSERT_OK(desk.store.read([&](StoreReader& reader) -> Status {
    for (std::size_t table = 0; table < kStoreTables; ++table)
      HUIYIN_TRY(reader.scan(static_cast<Table>(table), {}, [&](ByteView key, ByteView value) {
        EXPECT_EQ(to_string(key).find(code), std::string::npos) << "table " << table;
        EXPECT_EQ(to_string(value).find(code), std::string::npos) << "table " << table;
        return true;
      }));
    return {};
  }));
}

TEST(IssueCode, name_and_place_must_be_there) {
  const OfficeTime now{1'790'000'000'000};
  const Salt salt = id_named<Salt>("s");
  const auto nameless = desk::issue_code(hashes(), county(), {kCode, "", {10101}, "h"}, "admin", now, salt);
  const auto nowhere =
      desk::issue_code(hashes(), county(), {kCode, "name", {99999}, "h"}, "admin", now, salt);
  const auto too_long =
      desk::issue_code(hashes(), county(), {kCode, std::string(121, 'x'), {10101}, "h"}, "admin", now, salt);

  for (const auto* refused : {&nameless, &nowhere, &too_long}) {
    ASSERT_FALSE(refused->ok());
    EXPECT_EQ(refused->error().code, Code::kInvalid);
  }
}

}  // namespace
}  // namespace huiyin::office::testing
