#pragma once
/// Which table holds what. Numbers are never reused; a device's store and an office's store are
/// different files, so their numbers may overlap. docs/storage.md says the same for people.

#include "shared/core/store.hpp"

namespace huiyin::log {

/// The device's store.
namespace device_table {
constexpr Table kMeta = 1;        ///< text key → value
constexpr Table kRecords = 2;     ///< seq8 → StoredRecord
constexpr Table kPayloads = 3;    ///< seq8 → salt16 ‖ payload
constexpr Table kEpochs = 4;      ///< first seq8 → EpochRow
constexpr Table kSaltSeeds = 5;   ///< epoch8 ‖ block8 → seed16
constexpr Table kAcks = 6;        ///< seq8 → AckRow
constexpr Table kSignedAcks = 7;  ///< epoch8 ‖ first seq8 → Ack as received
constexpr Table kBuckets = 8;     ///< bucket17 → BucketPosition
constexpr Table kReplies = 9;     ///< tag16 → StoredReply, the highest version
constexpr Table kSettings = 10;   ///< bucket entry type u16 → body, the newest
}  // namespace device_table

/// The office's store. From 20 on: views, which can be emptied and folded again.
namespace office_table {
constexpr Table kMeta = 1;            ///< text key → value
constexpr Table kEntries = 2;         ///< offset8 → LedgerEntry
constexpr Table kPayloads = 3;        ///< offset8 → salt16 ‖ payload; absent once erased
constexpr Table kStreams = 4;         ///< stream33 ‖ version8 → offset8 ‖ hash32
constexpr Table kHeads = 5;           ///< stream33 → StreamHead
constexpr Table kPresence = 10;       ///< device16 → Presence; not part of the ledger
constexpr Table kCases = 20;          ///< case8 → CaseRow
constexpr Table kCasesByTag = 21;     ///< receipt tag16 → case8
constexpr Table kCasesByTime = 22;    ///< received offset8 → case8
constexpr Table kCaseEvents = 23;     ///< case8 ‖ offset8 → CaseEventRow
constexpr Table kDevices = 24;        ///< device16 → DeviceRow
constexpr Table kCodes = 25;          ///< code8 → CodeRow
constexpr Table kPeople = 26;         ///< sign-in name → PersonRow
constexpr Table kBucketEntries = 27;  ///< bucket17 ‖ offset8 → BucketEntry
constexpr Table kBucketHeads = 28;    ///< bucket17 → offset8
constexpr Table kCaseCounts = 29;     ///< state1 → count8
constexpr Table kDeviceCounts = 30;   ///< device16 → DeviceCounts
constexpr Table kQuarantine = 31;     ///< offset8 → reason
constexpr Table kEpochBoots = 32;     ///< device16 ‖ epoch8 → boot16
}  // namespace office_table

[[nodiscard]] inline Bytes key_of(std::uint64_t number) {
  Bytes key;
  put_big_endian(key, number);
  return key;
}

}  // namespace huiyin::log
