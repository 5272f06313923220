#pragma once
/// What the journal keeps per record, epoch and ack. Each value begins with its format byte.

#include "protocol/archive.hpp"
#include "protocol/payloads.hpp"

namespace huiyin::log {

struct StoredRecord {
  std::uint8_t format = 1;
  Blob<700> header;
  Hash digest;
  Hash hash;
  Signature head;  ///< of this record as the head of its epoch
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, header, digest, hash, head);
  }
};

struct EpochRow {
  std::uint8_t format = 1;
  EpochId epoch;
  Seq first;
  BootId boot;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, epoch, first, boot);
  }
};

struct AckRow {
  std::uint8_t format = 1;
  OfficeEpoch office_epoch;
  LedgerOffset leaf;
  Choice<protocol::Verdict> verdict;
  Text<120> reason;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, office_epoch, leaf, verdict, reason);
  }
};

}  // namespace huiyin::log
