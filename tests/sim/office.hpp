#pragma once
/// The simulated office: the real ledger and folds on a disk that is a value, and cheap keys.

#include <map>
#include <memory>
#include <string>

#include "shared/core/memory_store.hpp"
#include "shared/core/prng.hpp"
#include "shared/crypto/hash.hpp"
#include "protocol/office_session.hpp"
#include "shared/log/ledger.hpp"

namespace huiyin::sim {

/// Real hashes, but a signature is only a hash over the public key and the message. Nobody in
/// here forges; what is simulated is order, loss and time, and this is twenty times faster.
class SimHashes final : public HashPort {
 public:
  [[nodiscard]] Hash blake2b(std::initializer_list<ByteView> parts) const override {
    return crypto::hash_port().blake2b(parts);
  }
  [[nodiscard]] Hash sha256(std::initializer_list<ByteView> parts) const override {
    return crypto::hash_port().sha256(parts);
  }
  [[nodiscard]] bool verify(const PublicKey& key, std::initializer_list<ByteView> parts,
                            const Signature& signature) const override;
};
[[nodiscard]] const HashPort& hashes();

class SimKey final : public SignPort {
 public:
  explicit SimKey(std::string_view name);
  [[nodiscard]] const PublicKey& public_key() const override { return key_; }
  [[nodiscard]] Signature sign(std::initializer_list<ByteView> parts) const override;

 private:
  PublicKey key_;
};

/// Buckets as a view: acts of type kPublished on the office stream carry bucket17 ‖ BucketEntry.
constexpr std::uint16_t kPublished = 201;
class BucketFold final : public log::Fold {
 public:
  [[nodiscard]] std::vector<Table> tables() const override;
  [[nodiscard]] Status apply(StoreWriter& writer, const log::LedgerEntry& entry,
                             std::optional<ByteView> body) override;
};
/// How many bytes of payload each record stream holds.
class BytesFold final : public log::Fold {
 public:
  [[nodiscard]] std::vector<Table> tables() const override { return {60}; }
  [[nodiscard]] Status apply(StoreWriter& writer, const log::LedgerEntry& entry,
                             std::optional<ByteView> body) override;
};

/// Bugs that are planted on purpose, to see that the oracles see them.
struct Bugs {
  bool ack_before_commit = false;
  bool forget_streams = false;
};

class SimOffice {
 public:
  SimOffice(std::uint64_t seed, const Bugs& bugs);

  /// Appends in one transaction; the ack that may be sent once this returned.
  [[nodiscard]] Result<protocol::Ack> ingest(const log::IngestBatch& batch);
  /// What an office says that does not wait for its disk.
  [[nodiscard]] Result<protocol::Ack> promise(const log::IngestBatch& batch);
  [[nodiscard]] Status publish(const protocol::Bucket& bucket, const protocol::ReplyEntry& reply);
  [[nodiscard]] Status erase_one();
  [[nodiscard]] Result<protocol::KnownDevice> look_up(const DeviceId& device,
                                                      const List<protocol::EpochPosition, 64>& epochs);
  [[nodiscard]] Result<protocol::OfficeSession::BucketsRead> read_buckets(
      const std::vector<protocol::BucketPosition>& from);
  [[nodiscard]] Result<std::vector<protocol::BucketEntry>> bucket(const protocol::Bucket& bucket);

  void take_backup();
  /// Back to the last backup, as another office epoch; false when there is none.
  bool restore();

  /// Record hash → how often the ledger has it.
  [[nodiscard]] std::map<Hash, int> record_counts();
  /// What is wrong with the ledger or its views; empty when nothing is.
  [[nodiscard]] std::string complaint();

  SimKey root{"root"};
  SimKey ack_key{"ack"};
  SimKey log_key{"log"};
  OfficeId id;
  OfficeEpoch epoch;
  OfficeTime time;
  std::unique_ptr<MemoryStore> disk = std::make_unique<MemoryStore>();
  std::map<DeviceId, PublicKey> devices;

 private:
  [[nodiscard]] Result<protocol::Ack> ingest_on(MemoryStore& store, const log::IngestBatch& batch);
  Status write(MemoryStore& store, const std::function<Status(log::LedgerWriter&)>& work);

  Prng prng_;
  Bugs bugs_;
  BucketFold buckets_;
  BytesFold bytes_;
  log::Folds folds_{&buckets_, &bytes_};
  std::unique_ptr<MemoryStore> backup_;
};

[[nodiscard]] protocol::KeyRing key_ring(const SimOffice& office);

}  // namespace huiyin::sim
