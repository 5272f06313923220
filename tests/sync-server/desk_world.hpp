#pragma once
/// What the office's tests are made of: an office's keys, kiosks that capture as real ones do,
/// and a ledger with every view in memory. No server, no clock, no network.

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "shared/civic/rules.hpp"
#include "shared/core/memory_store.hpp"
#include "shared/core/prng.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/crypto/keys.hpp"
#include "shared/crypto/receipt.hpp"
#include "shared/log/journal.hpp"
#include "shared/log/ledger.hpp"
#include "sync-server/desk/cases/cases.hpp"
#include "sync-server/desk/cases/rules.hpp"
#include "sync-server/desk/devices/devices.hpp"
#include "sync-server/desk/downlink/buckets.hpp"
#include "sync-server/desk/people/people.hpp"
#include "sync-server/keys/office_keys.hpp"

namespace huiyin::office::testing {

/// What a failed Result says; empty when it did not fail.
template <class T>
[[nodiscard]] std::string fault(const Result<T>& result) {
  return result.ok() ? std::string{}
                     : "error " + std::to_string(static_cast<int>(result.error().code)) + ": " +
                           result.error().text();
}
#define ASSERT_OK(expression) ASSERT_EQ(::huiyin::office::testing::fault(expression), "")
#define EXPECT_OK(expression) EXPECT_EQ(::huiyin::office::testing::fault(expression), "")

[[nodiscard]] inline const HashPort& hashes() { return crypto::hash_port(); }
template <class AnyId>
[[nodiscard]] AnyId id_named(std::string_view name) {
  return AnyId::prefix(hashes().blake2b({as_bytes(name)}).view());
}
[[nodiscard]] crypto::KeyPair key_named(std::string_view name);
/// Cheap on purpose: the digits are not secret here.
[[nodiscard]] crypto::ReceiptKeys receipt_named(std::string_view name);

/// A folder of one test's own, gone with it.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// An office on the disk, made once for all tests of a program (the recovery trial is costly):
/// data, recovery and text-key. Tests that change something take a copy.
struct MadeOffice {
  TestFolder folder;
  std::string data = folder.file("data");
  std::string recovery = folder.file("recovery");
  std::string text_key = folder.file("text-key");
  InitReport report;
};
[[nodiscard]] const MadeOffice& made_office();
/// A copy of its data folder inside `folder`; the path.
[[nodiscard]] std::string copy_of_data(const TestFolder& folder);
/// The same office's keys, unlocked.
[[nodiscard]] const OfficeKeys& office_keys();

[[nodiscard]] std::string county_folder();
/// The rules in tools/county.
[[nodiscard]] const civic::Rules& county();

/// A kiosk without its daemon: a disk, a key, a journal, a clock that stands still unless told.
class TestKiosk {
 public:
  explicit TestKiosk(std::string_view name, AreaId area = {10101});
  /// The same key and a copy of the disk: what then happens to one, the other does not know.
  [[nodiscard]] std::unique_ptr<TestKiosk> cloned(std::uint64_t seed) const;

  log::Saved say(const PublicKey& receipt, std::string_view text, CategoryCode category = {101},
                 std::uint8_t feeling = 2);
  log::Saved rate(const crypto::ReceiptKeys& receipt, std::uint32_t reply_version, protocol::Solved solved,
                  std::uint8_t stars);
  /// Any routing section, for ratings that no honest kiosk makes.
  log::Saved capture_routing(std::uint16_t type, ByteView routing);
  log::Saved capture(const log::Capture& capture);
  void reboot(std::string_view boot);
  /// What was not yet taken, verified as the office's session does it.
  [[nodiscard]] std::vector<log::IngestBatch> take();
  [[nodiscard]] DeviceId id() const { return protocol::device_id_of(hashes(), key.public_key()); }

  std::string name;
  AreaId area;
  crypto::KeyPair key;
  Prng prng;
  log::ClockReading clock;
  std::unique_ptr<MemoryStore> disk = std::make_unique<MemoryStore>();
  std::optional<log::Journal> journal;

 private:
  void open();
  EpochId taken_epoch_;
  Seq taken_;
  Hash taken_hash_;
};

/// A ledger with every view of the office.
class Desk {
 public:
  Desk();
  [[nodiscard]] Status write(const std::function<Status(log::LedgerWriter&, StoreWriter&)>& work);
  [[nodiscard]] Status append(const log::Act& act);
  /// Everything the kiosk has not sent yet.
  void take(TestKiosk& kiosk, const log::Judge& judge = {});
  [[nodiscard]] Status erase(LedgerOffset offset);
  /// The device's key enters the registry without a code.
  void enrol(const TestKiosk& kiosk, AreaId reply_zone = {101});

  [[nodiscard]] std::optional<desk::CaseRow> find(const CaseId& id);
  [[nodiscard]] desk::CaseRow row(const CaseId& id);
  [[nodiscard]] std::vector<std::string> events(const CaseId& id);
  [[nodiscard]] desk::DeviceCounts counts(const DeviceId& id);
  [[nodiscard]] std::vector<protocol::BucketEntry> bucket(const protocol::Bucket& bucket);
  /// Whether every view is, byte for byte, what the ledger folds to.
  [[nodiscard]] bool views_equal_rebuild();

  [[nodiscard]] Status open(const CaseId& id, const std::string& actor = "clerk");
  [[nodiscard]] Status reply(const CaseId& id, const std::string& text,
                             protocol::ReplyKind kind = protocol::ReplyKind::kDone);
  [[nodiscard]] Status move(const CaseId& id, civic::CaseState wanted);

  MemoryStore store;
  OfficeTime now{1'790'000'000'000};
  desk::DeviceFold devices;
  desk::CaseFold cases;
  desk::PeopleFold people;
  desk::BucketFold buckets;
  log::Folds folds{&devices, &cases, &people, &buckets};

 private:
  [[nodiscard]] Salt salt();
  std::uint64_t salts_ = 0;
};

[[nodiscard]] inline CaseId case_of(const log::Saved& saved) { return CaseId::prefix(saved.hash.view()); }
[[nodiscard]] log::Act plain_act(const log::StreamKey& stream, std::uint16_t type, Bytes body, OfficeTime at,
                                 std::string_view salt);

}  // namespace huiyin::office::testing
