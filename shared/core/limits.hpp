#pragma once
/// Every limit of the system, with its unit. Hostile or broken input meets one of these
/// before memory is spent.

#include <cstddef>
#include <cstdint>

namespace huiyin::limits {

// --- frames and messages
constexpr std::size_t kFrameBytesMax = 256 * 1024;          ///< one message with its envelope
constexpr std::size_t kDecodeMemoryBytesMax = 1024 * 1024;  ///< what decoding one message may allocate
constexpr unsigned kDecodeDepthMax = 8;

// --- records
constexpr std::size_t kBatchRecordsMax = 128;
constexpr std::size_t kBatchBytesMax = 64 * 1024;
constexpr std::size_t kPayloadBytesMax = 32 * 1024;
constexpr std::size_t kAttachmentsMax = 16;
constexpr std::size_t kSealRecipientsMax = 4;
constexpr std::size_t kSealSectionsMax = 4;
constexpr std::size_t kSealPlainBytesMax = 4096;  ///< largest padded section

// --- what a person types
constexpr std::size_t kTextCharactersMax = 1000;  ///< code points of one complaint or reply
constexpr std::size_t kTextBytesMax = 4000;
constexpr std::size_t kNameBytesMax = 120;

// --- acks and downlink
constexpr std::size_t kAckRunsMax = 256;
constexpr std::size_t kAckExceptionsMax = 256;
constexpr std::size_t kBucketsFollowedMax = 16;
constexpr std::size_t kDeltaEntriesMax = 128;
constexpr std::size_t kBucketEntryBytesMax = 32 * 1024;
constexpr std::size_t kCheckpointPendingBytesMax = 4 * 1024 * 1024;

// --- rules files
constexpr std::size_t kCategoriesMax = 200;
constexpr std::size_t kAreasMax = 20000;
constexpr std::size_t kUnitsMax = 500;
constexpr std::size_t kLanguagesMax = 16;

// --- sessions
constexpr std::int64_t kHandshakeMsMax = 15'000;  ///< total, from accept to Welcome
constexpr std::int64_t kIdleMsMax = 60'000;
constexpr std::int64_t kPingEveryMs = 25'000;
constexpr std::int64_t kProgressMsMax = 45'000;  ///< an unanswered push this old closes the link
constexpr std::size_t kOutboxFramesMax = 64;
constexpr std::size_t kOutboxBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kConnectionsMax = 20000;
constexpr std::size_t kHandshakesMax = 64;

// --- enrolment
constexpr std::int64_t kEnrolCodeLifeMs = 14LL * 24 * 3600 * 1000;

// --- replies
constexpr std::int64_t kReplyLifeMs = 90LL * 24 * 3600 * 1000;

static_assert(kBatchBytesMax + 4096 <= kFrameBytesMax, "a full batch must fit a frame");
static_assert(kPayloadBytesMax < kBatchBytesMax, "any record must fit a batch");
static_assert(kTextBytesMax < kSealPlainBytesMax, "any text must fit a sealed section");

}  // namespace huiyin::limits
