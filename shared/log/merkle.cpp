#include "shared/log/merkle.hpp"

#include <bit>

#include "shared/core/check.hpp"

namespace huiyin::log {

namespace {
const std::uint8_t kLeaf[1] = {0};
const std::uint8_t kNode[1] = {1};
}  // namespace

MerkleFrontier::MerkleFrontier(std::uint64_t size, std::vector<Hash> subtrees)
    : size_(size), subtrees_(std::move(subtrees)) {
  HUIYIN_CHECK(subtrees_.size() == static_cast<std::size_t>(std::popcount(size)));
}

void MerkleFrontier::append(const HashPort& hashes, const Hash& entry_hash) {
  Hash node = hashes.sha256({kLeaf, entry_hash.view()});
  // Every set bit at the low end is a complete subtree of the same height: join them.
  for (std::uint64_t bits = size_; (bits & 1U) != 0; bits >>= 1U) {
    node = hashes.sha256({kNode, subtrees_.back().view(), node.view()});
    subtrees_.pop_back();
  }
  subtrees_.push_back(node);
  ++size_;
}

Hash MerkleFrontier::root(const HashPort& hashes) const {
  if (subtrees_.empty()) return hashes.sha256({});
  Hash node = subtrees_.back();
  for (std::size_t i = subtrees_.size() - 1; i-- > 0;)
    node = hashes.sha256({kNode, subtrees_[i].view(), node.view()});
  return node;
}

}  // namespace huiyin::log
