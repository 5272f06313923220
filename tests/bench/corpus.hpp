#pragma once
/// What invented devices have to say, signed and packed before any clock runs: 70 % survey
/// answers in the clear (100 bytes), 25 % sealed feedback, 5 % sealed ratings of earlier feedback
/// of the same device. The texts are those of tools/county/reports.json.

#include <string>
#include <vector>

#include "protocol/edge_session.hpp"
#include "shared/core/prng.hpp"
#include "shared/crypto/keys.hpp"
#include "shared/log/journal.hpp"

namespace huiyin::bench {

/// To which office, and from where.
struct CorpusOffice {
  OfficeId office;
  protocol::SealingKeys keys;
  AreaId area;
};

/// One invented resident after another, in an order that the seed decides.
class Residents {
 public:
  Residents(CorpusOffice office, std::vector<std::string> texts, std::uint64_t seed);
  /// The next capture of the mixed corpus.
  [[nodiscard]] log::Capture next();
  [[nodiscard]] log::Capture survey();
  [[nodiscard]] log::Capture feedback();
  /// Of some earlier feedback(), which there must be.
  [[nodiscard]] log::Capture rating();

 private:
  CorpusOffice office_;
  std::vector<std::string> texts_;
  Prng prng_;
  std::vector<crypto::KeyPair> receipts_;
};

[[nodiscard]] std::vector<std::string> read_texts(const std::string& rules_dir);

/// A device's records as its journal would send them, the batches full.
struct DeviceCorpus {
  crypto::KeyPair key;
  DeviceId device;
  EpochId epoch;
  Seq last;
  Hash last_hash;
  std::vector<protocol::Push> pushes;
};
/// `records` with the one that opens the epoch; batches of at most `batch_records`.
[[nodiscard]] DeviceCorpus make_device(const CorpusOffice& office, const std::vector<std::string>& texts,
                                       std::uint64_t seed, std::size_t records,
                                       std::size_t batch_records = limits::kBatchRecordsMax);

}  // namespace huiyin::bench
