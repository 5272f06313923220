#pragma once
/// What the log's tests are made of: a device that captures, an office that takes it in, and a
/// toy view, all with keys and random numbers that are the same in every run.

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "shared/core/memory_store.hpp"
#include "shared/core/prng.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/crypto/keys.hpp"
#include "shared/log/journal.hpp"
#include "shared/log/ledger.hpp"
#include "shared/log/tables.hpp"

namespace huiyin::log::testing {

[[nodiscard]] inline const HashPort& hashes() { return crypto::hash_port(); }
[[nodiscard]] crypto::KeyPair key_named(std::string_view name);
template <class AnyId>
[[nodiscard]] AnyId id_named(std::string_view name) {
  return AnyId::prefix(hashes().blake2b({as_bytes(name)}).view());
}
[[nodiscard]] inline OfficeId office_id() { return id_named<OfficeId>("the office"); }

/// What a failed Result says; empty when it did not fail.
template <class T>
[[nodiscard]] std::string problem_of(const Result<T>& result) {
  return result.ok() ? std::string{}
                     : "error " + std::to_string(static_cast<int>(result.error().code)) + ": " +
                           result.error().text();
}
#define ASSERT_OK(expression) ASSERT_EQ(::huiyin::log::testing::problem_of(expression), "")

/// A kiosk without its daemon: a disk, a key, a clock that stands still unless told.
class Device {
 public:
  explicit Device(std::string_view name, Store* store = nullptr)
      : key(key_named(name)),
        prng(std::hash<std::string_view>{}(name)),
        disk(store != nullptr ? *store : own) {
    clock.boot = id_named<BootId>("boot 1");
    clock.boot_time = {3 * kCoarseMs};
    clock.wall_time = {1'700'000'000'000};
  }
  [[nodiscard]] Result<Journal> open() { return open_on(disk); }
  [[nodiscard]] Result<Journal> open_on(Store& store) {
    return Journal::open({store, hashes(), key, office_id(), AreaId{7},
                          [this](std::span<std::uint8_t> out) {
                            const Bytes drawn = prng.bytes(out.size());
                            std::copy(drawn.begin(), drawn.end(), out.begin());
                          }},
                         clock);
  }
  [[nodiscard]] Result<Saved> save(Journal& journal, std::string_view text) {
    return save(journal, to_bytes(as_bytes(text)));
  }
  [[nodiscard]] Result<Saved> save(Journal& journal, const Bytes& clear) {
    Capture capture;
    capture.type = protocol::record_type::kSurveyResponse;
    capture.area = {7};
    capture.payload = [&](const protocol::RecordHeader&) -> Result<Bytes> {
      return protocol::make_payload(clear, {});
    };
    return journal.append(capture, clock);
  }
  void reboot(std::string_view boot) { clock.boot = id_named<BootId>(boot); }
  [[nodiscard]] DeviceId id() const { return protocol::device_id_of(hashes(), key.public_key()); }

  crypto::KeyPair key;
  Prng prng;
  ClockReading clock;
  MemoryStore own;
  Store& disk;
};

/// Table 60: stream ‖ type → how many, and the sum of the lengths of the bodies that are there.
class ToyFold final : public Fold {
 public:
  static constexpr Table kTable = 60;
  [[nodiscard]] std::vector<Table> tables() const override { return {kTable}; }
  [[nodiscard]] Status apply(StoreWriter& writer, const LedgerEntry& entry,
                             std::optional<ByteView> body) override;
};

/// An office without its daemon: a ledger and acks.
class Office {
 public:
  explicit Office(Store* store = nullptr) : disk(store != nullptr ? *store : own) { folds.push_back(&fold); }

  /// As the session verifies it: from the bytes of the push.
  [[nodiscard]] Result<IngestOutcome> take(const Device& device, const protocol::Push& push,
                                           const Hash& previous, const Judge& judge = {});
  [[nodiscard]] Result<IngestOutcome> take(const IngestBatch& batch, const Judge& judge = {});
  [[nodiscard]] Status write(const std::function<Status(LedgerWriter&)>& work);
  [[nodiscard]] protocol::Ack ack(const Device& device, const EpochId& epoch, const IngestOutcome& outcome,
                                  std::uint64_t backed_up = 0);
  [[nodiscard]] protocol::Welcome welcome(const Device& device, Journal& journal);
  [[nodiscard]] LedgerState state();
  [[nodiscard]] std::vector<std::string> findings();
  /// Record hash → how often the ledger has it.
  [[nodiscard]] std::map<Hash, int> record_counts();
  /// Pushes from these points until nothing is left and stores every ack; how many records travelled.
  [[nodiscard]] Result<std::uint64_t> sync(Device& device, Journal& journal);
  /// Whether the views are what the ledger folds to.
  [[nodiscard]] bool views_equal_rebuild(MemoryStore& store);

  crypto::KeyPair ack_key = key_named("ack");
  OfficeEpoch epoch = id_named<OfficeEpoch>("office epoch 1");
  OfficeTime now{1'700'000'500'000};
  ToyFold fold;
  Folds folds;
  MemoryStore own;
  Store& disk;
};

/// Verified records straight from a journal, as a batch.
[[nodiscard]] IngestBatch batch_of(Device& device, Journal& journal, std::uint64_t first, std::uint64_t last);

}  // namespace huiyin::log::testing
