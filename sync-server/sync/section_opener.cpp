#include "sync-server/sync/section_opener.hpp"

namespace huiyin::office {

SectionOpener::SectionOpener(const HashPort& hashes, Open open, unsigned threads)
    : hashes_(hashes), open_(std::move(open)) {
  for (unsigned i = 0; i < threads; ++i) {
    lanes_.push_back(std::make_unique<Lane>());
    Lane& lane = *lanes_.back();
    lane.thread = std::thread([this, &lane] { run(lane); });
  }
}

void SectionOpener::stop() {
  for (const auto& lane : lanes_) {
    const std::lock_guard<std::mutex> guard(lane->mutex);
    lane->stopping = true;
    lane->arrived.notify_all();
  }
  for (const auto& lane : lanes_)
    if (lane->thread.joinable()) lane->thread.join();
}

void SectionOpener::submit(log::IngestBatch batch, Next next) {
  Lane& lane = *lanes_[batch.device.bytes[0] % lanes_.size()];
  {
    const std::lock_guard<std::mutex> guard(lane.mutex);
    if (!lane.stopping) {
      lane.queue.emplace_back(std::move(batch), std::move(next));
      lane.arrived.notify_one();
      return;
    }
  }
  next(std::move(batch));
}

void SectionOpener::run(Lane& lane) {
  for (;;) {
    std::pair<log::IngestBatch, Next> job;
    {
      std::unique_lock<std::mutex> lock(lane.mutex);
      lane.arrived.wait(lock, [&] { return lane.stopping || !lane.queue.empty(); });
      if (lane.queue.empty()) return;
      job = std::move(lane.queue.front());
      lane.queue.pop_front();
    }
    open_ahead(job.first);
    job.second(std::move(job.first));
  }
}

Hash SectionOpener::name_of(const protocol::RecordHeader& header, ByteView payload) const {
  return hashes_.blake2b({protocol::seal_aad(header), payload});
}

void SectionOpener::open_ahead(const log::IngestBatch& batch) {
  for (const protocol::Record& record : batch.records) {
    const bool has_routing = record.header.type == protocol::record_type::kFeedback ||
                             record.header.type == protocol::record_type::kRating;
    if (!has_routing) continue;
    auto plain = open_(record.header, record.payload);
    const Hash name = name_of(record.header, record.payload);
    const std::lock_guard<std::mutex> guard(mutex_);
    if (opened_.size() < kKeptMax) opened_.insert_or_assign(name, std::move(plain));
  }
}

std::optional<Bytes> SectionOpener::open(const protocol::RecordHeader& header, ByteView payload) {
  const Hash name = name_of(header, payload);
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (const auto at = opened_.find(name); at != opened_.end()) {
      auto plain = std::move(at->second);
      opened_.erase(at);
      return plain;
    }
  }
  return open_(header, payload);
}

}  // namespace huiyin::office
