/// Random histories of everything an office can live through: after each stretch, every view is
/// byte for byte what the ledger folds to. The seed is the whole history.

#include "protocol/archive.hpp"
#include "sync-server/desk/devices/enrolment.hpp"
#include "tests/sync-server/desk_world.hpp"

namespace huiyin::office::testing {
namespace {

class History {
 public:
  explicit History(std::uint64_t seed) : draw_(seed) {
    for (std::uint32_t i = 0; i < 3; ++i)
      kiosks_.push_back(std::make_unique<TestKiosk>("kiosk " + std::to_string(i), AreaId{10101 + i}));
  }

  void step() {
    ++number_;
    desk.now.ms += draw_.between(0, 3 * kMsPerHour);
    switch (draw_.below(14)) {
      case 0:
      case 1:
      case 2: return say();
      case 3: return rate();
      case 4: return forge();
      case 5: return send();
      case 6: return open();
      case 7: return reply();
      case 8: return move();
      case 9: return registry();
      case 10: return people();
      case 11: return settings();
      case 12: return reboot_or_clone();
      default: return erase();
    }
  }
  void send() {
    const auto judge = [this](const protocol::Record& record) -> std::optional<std::string> {
      if (record.hash.bytes[0] < 40) return "strange " + std::to_string(record.hash.bytes[0]);
      return std::nullopt;
    };
    desk.take(any_kiosk(), judge);
  }

  Desk desk;
  std::uint64_t refused = 0;

 private:
  [[nodiscard]] TestKiosk& any_kiosk() { return *kiosks_[draw_.below(kiosks_.size())]; }
  [[nodiscard]] crypto::ReceiptKeys any_receipt() {
    return receipt_named("receipt " + std::to_string(draw_.below(receipts_ + 1)));
  }
  [[nodiscard]] CaseId any_case() {
    return cases_.empty() ? id_named<CaseId>("none") : cases_[draw_.below(cases_.size())];
  }
  [[nodiscard]] std::string salt() const { return "salt " + std::to_string(number_); }
  void note(const Status& status) { refused += status.ok() ? 0U : 1U; }

  void say() {
    const auto receipt = receipt_named("receipt " + std::to_string(receipts_++));
    cases_.push_back(case_of(any_kiosk().say(receipt.sign.public_key(), "text " + std::to_string(number_),
                                             {101}, static_cast<std::uint8_t>(draw_.below(6)))));
  }
  void rate() {
    any_kiosk().rate(any_receipt(), static_cast<std::uint32_t>(draw_.below(3)),
                     static_cast<protocol::Solved>(draw_.below(3)),
                     static_cast<std::uint8_t>(draw_.below(7)));
  }
  void forge() {
    const Bytes bytes = draw_.bytes(draw_.below(200));
    any_kiosk().capture_routing(
        draw_.chance(1, 2) ? protocol::record_type::kRating : protocol::record_type::kFeedback, bytes);
  }
  void open() { note(desk.open(any_case())); }
  void reply() {
    const CaseId id = any_case();
    if (desk.find(id)) note(desk.reply(id, "answer " + std::to_string(number_)));
  }
  void move() {
    const CaseId id = any_case();
    if (desk.find(id)) note(desk.move(id, static_cast<civic::CaseState>(draw_.below(6))));
  }
  void registry() {
    TestKiosk& kiosk = any_kiosk();
    if (draw_.chance(1, 2)) return desk.enrol(kiosk, AreaId{draw_.chance(1, 2) ? 101U : 102U});
    if (draw_.chance(1, 2)) {
      const auto revoked = protocol::to_wire(desk::DeviceRevoked{{"lost"}});
      return note(desk.append(
          plain_act(log::device_stream(kiosk.id()), desk::act::kDeviceRevoked, revoked, desk.now, salt())));
    }
    const auto code = protocol::EnrolmentCode::prefix(draw_.bytes(16));
    const auto issued = desk::issue_code(hashes(), county(), {code, "name", {10101}, "pin"}, "admin",
                                         desk.now, id_named<Salt>(salt()));
    note(desk.append(*issued));
    if (draw_.chance(1, 2)) {
      const auto used = plain_act(issued->stream, desk::act::kCodeUsed,
                                  protocol::to_wire(desk::CodeUsed{kiosk.id()}), desk.now, salt() + " used");
      note(desk.append(used));
    }
  }
  void people() {
    const std::string name = "person" + std::to_string(draw_.below(3));
    const bool is_new = draw_.chance(1, 2);
    const Bytes body =
        is_new ? protocol::to_wire(desk::PersonAdded{{name}, {"Name"}, {desk::Role::kClerk}, {salt()}})
               : protocol::to_wire(desk::PasswordChanged{{name}, {salt()}});
    auto act =
        plain_act(log::person_stream(hashes(), name),
                  is_new ? desk::act::kPersonAdded : desk::act::kPasswordChanged, body, desk.now, salt());
    if (is_new) act.expected_head = StreamVersion{0};
    note(desk.append(act));
  }
  void settings() {
    desk::SettingsPublished settings;
    settings.bucket = draw_.chance(1, 2) ? protocol::bucket_for_everyone() : protocol::bucket_for_area({101});
    settings.type = static_cast<std::uint16_t>(draw_.between(2, 5));
    settings.body.value = draw_.bytes(20);
    note(desk.append(plain_act(log::office_stream(), desk::act::kSettingsPublished,
                               protocol::to_wire(settings), desk.now, salt())));
  }
  void reboot_or_clone() {
    if (kiosks_.size() < 5 && draw_.chance(1, 3)) {
      kiosks_.push_back(any_kiosk().cloned(draw_.next()));
      return;
    }
    any_kiosk().reboot("boot " + std::to_string(number_));
  }
  void erase() {
    std::uint64_t size = 0;
    EXPECT_OK(desk.store.read([&](StoreReader& reader) -> Status {
      size = log::ledger_state(reader, hashes())->size;
      return {};
    }));
    if (size > 0 && draw_.chance(1, 2)) note(desk.erase({draw_.below(size)}));
  }

  Prng draw_;
  std::vector<std::unique_ptr<TestKiosk>> kiosks_;
  std::vector<CaseId> cases_;
  std::uint64_t receipts_ = 0;
  std::uint64_t number_ = 0;
};

TEST(FoldHistory, every_view_is_what_the_ledger_folds_to) {
  std::uint64_t refused = 0;
  std::uint64_t cases = 0;
  std::uint64_t findings = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    History history(seed);
    for (int stretch = 0; stretch < 4; ++stretch) {
      for (int i = 0; i < 25; ++i) history.step();
      ASSERT_TRUE(history.desk.views_equal_rebuild()) << "seed " << seed << ", stretch " << stretch;
    }
    refused += history.refused;
    ASSERT_OK(history.desk.store.read([&](StoreReader& reader) -> Status {
      const auto counts = desk::case_counts(reader);
      for (const std::uint64_t count : *counts) cases += count;
      const auto verified = log::verify_ledger(
          reader, hashes(), [&](const std::string& what) { ADD_FAILURE() << seed << ": " << what; });
      if (!verified.ok()) return verified.error();
      findings += verified->findings;
      return {};
    }));
  }
  // The histories are worth their time: cases came to be, and rules refused something.
  EXPECT_GT(cases, 200U);
  EXPECT_GT(refused, 50U);
  EXPECT_EQ(findings, 0U);
}

}  // namespace
}  // namespace huiyin::office::testing
