#pragma once
/// The Merkle tree over the ledger as RFC 9162 hashes it (SHA-256, 0x00 before a leaf, 0x01
/// before a node), kept as its frontier: the roots of the complete subtrees, largest first.
/// Appending costs two hashes on average; the root costs one for each bit set in the size.

#include <vector>

#include "shared/core/crypto_port.hpp"

namespace huiyin::log {

class MerkleFrontier {
 public:
  MerkleFrontier() = default;
  /// `subtrees` has one hash for each bit set in `size`.
  MerkleFrontier(std::uint64_t size, std::vector<Hash> subtrees);

  void append(const HashPort& hashes, const Hash& entry_hash);
  [[nodiscard]] Hash root(const HashPort& hashes) const;
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::vector<Hash>& subtrees() const { return subtrees_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> subtrees_;
};

}  // namespace huiyin::log
