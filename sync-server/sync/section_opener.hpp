#pragma once
/// Opens the routing sections of what arrived before the writer needs them: a stage between the
/// device port and the writer, so that the one writer thread does not spend three quarters of its
/// time on cryptography. What it found is handed to the case view by open(); a section that was
/// not opened ahead is opened there and then, to the same result: views stay a pure function of
/// the ledger.
///
/// Threads: batches of one device always take the same thread, so they reach `next` in order.
/// submit() and open() may be called from any thread; `next` runs on a thread of this class.

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "shared/log/ledger.hpp"

namespace huiyin::office {

class SectionOpener {
 public:
  using Open = std::function<std::optional<Bytes>(const protocol::RecordHeader&, ByteView payload)>;
  using Next = std::function<void(log::IngestBatch)>;
  /// Opened and not yet asked for: beyond this nothing is kept, only opened again when needed.
  static constexpr std::size_t kKeptMax = 65536;

  SectionOpener(const HashPort& hashes, Open open, unsigned threads);
  ~SectionOpener() { stop(); }
  SectionOpener(const SectionOpener&) = delete;
  SectionOpener& operator=(const SectionOpener&) = delete;

  void submit(log::IngestBatch batch, Next next);
  /// What was opened ahead, once; otherwise opens now.
  [[nodiscard]] std::optional<Bytes> open(const protocol::RecordHeader& header, ByteView payload);
  /// Hands everything on that was submitted, then joins. What comes later goes straight to `next`.
  void stop();

 private:
  struct Lane {
    std::mutex mutex;
    std::condition_variable arrived;
    std::deque<std::pair<log::IngestBatch, Next>> queue;
    bool stopping = false;
    std::thread thread;
  };
  void run(Lane& lane);
  void open_ahead(const log::IngestBatch& batch);
  [[nodiscard]] Hash name_of(const protocol::RecordHeader& header, ByteView payload) const;

  const HashPort& hashes_;
  Open open_;
  std::mutex mutex_;
  std::map<Hash, std::optional<Bytes>> opened_;  ///< guarded by mutex_
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace huiyin::office
