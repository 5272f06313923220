#include "protocol/batch.hpp"

#include <algorithm>

#include "shared/core/check.hpp"

namespace huiyin::protocol {

BatchBuilder::BatchBuilder(const Hash& previous, bool receiver_has_previous, const TimeAnchor& anchor) {
  batch_.previous.value = to_bytes(receiver_has_previous ? previous.view().first(8) : previous.view());
  batch_.anchor = anchor;
}

bool BatchBuilder::add(const RecordHeader& header, ByteView payload, const SaltSeed& seed) {
  auto& count = batch_.shape_of.items;
  if (count.size() == limits::kBatchRecordsMax) return false;
  if (!count.empty() && batch_.payloads.value.size() + payload.size() > limits::kBatchBytesMax) return false;
  HUIYIN_CHECK(payload.size() == header.payload_bytes && payload.size() <= limits::kPayloadBytesMax);
  const std::uint64_t block = header.seq.value / kSaltBlock;
  if (count.empty()) {
    batch_.epoch = header.epoch;
    batch_.base = header.seq;
    batch_.boot_steps = header.boot_steps;
    batch_.wall_steps = header.wall_steps;
    batch_.salt_seeds.items.push_back(seed);
  } else {
    HUIYIN_CHECK(header.seq.value == last_.seq.value + 1 && header.epoch == last_.epoch);
    if (block != seed_block_) batch_.salt_seeds.items.push_back(seed);
    const auto boot_delta = static_cast<std::int32_t>(header.boot_steps - last_.boot_steps);
    const auto wall_delta = static_cast<std::int32_t>(header.wall_steps - last_.wall_steps);
    if (boot_delta != 0 || wall_delta != 0)
      batch_.time_steps.items.push_back(
          TimeStep{static_cast<std::uint8_t>(count.size()), boot_delta, wall_delta});
  }
  seed_block_ = block;
  if (!header.attachments.empty())
    batch_.attachments.items.push_back(
        AttachmentColumn{static_cast<std::uint8_t>(count.size()), {header.attachments}});

  const RecordShape shape{header.type,  header.revision,  header.form,      header.area,
                          header.flags, header.seal_mode, header.generation};
  auto& shapes = batch_.shapes.items;
  auto known = std::find(shapes.begin(), shapes.end(), shape);
  if (known == shapes.end()) known = shapes.insert(shapes.end(), shape);
  count.push_back(static_cast<std::uint8_t>(known - shapes.begin()));
  batch_.payload_bytes.items.push_back(header.payload_bytes);
  append(batch_.payloads.value, payload);
  last_ = header;
  return true;
}

RecordBatch BatchBuilder::finish(const Signature& last_head) {
  batch_.signature = last_head;
  return std::move(batch_);
}

namespace {

/// Whether the columns of a batch belong together: everything verify_batch() relies on.
Status check_columns(const RecordBatch& batch) {
  const std::size_t count = batch.shape_of.items.size();
  const auto bad = [](const char* what) { return error(Code::kMalformed, what, "batch"); };
  if (count == 0) return bad("a batch without records");
  if (batch.base.value == 0 || batch.base.value > UINT64_MAX - count)
    return bad("a batch whose numbers overflow");
  if (batch.previous.value.size() != 8 && batch.previous.value.size() != 32)
    return bad("the previous hash has neither 8 nor 32 bytes");
  if (batch.payload_bytes.items.size() != count) return bad("not one payload length for each record");
  std::uint64_t total = 0;
  for (const std::uint32_t bytes : batch.payload_bytes.items) {
    if (bytes > limits::kPayloadBytesMax) return bad("a payload above the limit");
    total += bytes;
  }
  if (total != batch.payloads.value.size()) return bad("the payload lengths do not add up");
  for (const std::uint8_t shape : batch.shape_of.items)
    if (shape >= batch.shapes.items.size()) return bad("a record of a shape that is not there");
  const std::uint64_t blocks =
      (batch.base.value + count - 1) / kSaltBlock - batch.base.value / kSaltBlock + 1;
  if (batch.salt_seeds.items.size() != blocks) return bad("not one salt seed for each block of 64");
  std::size_t after = 0;
  for (const TimeStep& step : batch.time_steps.items) {
    if (step.index == 0 || step.index >= count || step.index < after) return bad("time steps out of order");
    after = step.index + std::size_t{1};
  }
  after = 0;
  for (const AttachmentColumn& column : batch.attachments.items) {
    if (column.index >= count || column.index < after || column.ids.items.empty())
      return bad("attachments out of order");
    after = column.index + std::size_t{1};
  }
  return {};
}

/// The headers of a batch one after another, as the device had them.
class HeaderRebuilder {
 public:
  HeaderRebuilder(const RecordBatch& batch, const DeviceId& device) : batch_(batch) {
    header_.device = device;
    header_.epoch = batch.epoch;
    header_.boot_steps = batch.boot_steps;
    header_.wall_steps = batch.wall_steps;
  }
  RecordHeader next() {
    const RecordShape& shape = batch_.shapes.items[batch_.shape_of.items[index_]];
    header_.seq = {batch_.base.value + index_};
    header_.type = shape.type;
    header_.revision = shape.revision;
    header_.form = shape.form;
    header_.area = shape.area;
    header_.flags = shape.flags;
    header_.seal_mode = shape.seal_mode;
    header_.generation = shape.generation;
    header_.payload_bytes = batch_.payload_bytes.items[index_];
    if (step_ < batch_.time_steps.items.size() && batch_.time_steps.items[step_].index == index_) {
      const TimeStep& step = batch_.time_steps.items[step_++];
      header_.boot_steps += static_cast<std::uint32_t>(step.boot_delta);
      header_.wall_steps += static_cast<std::uint32_t>(step.wall_delta);
    }
    header_.attachments.clear();
    if (column_ < batch_.attachments.items.size() && batch_.attachments.items[column_].index == index_)
      header_.attachments = batch_.attachments.items[column_++].ids.items;
    ++index_;
    return header_;
  }

 private:
  const RecordBatch& batch_;
  RecordHeader header_;
  std::size_t index_ = 0;
  std::size_t step_ = 0;
  std::size_t column_ = 0;
};

}  // namespace

Result<std::vector<Record>> verify_batch(const HashPort& hashes, const RecordBatch& batch,
                                         const OfficeId& office, const DeviceId& device,
                                         const PublicKey& device_key, const Hash& previous) {
  HUIYIN_TRY(check_columns(batch));
  if (!starts_with(previous.view(), batch.previous.value))
    return error(Code::kConflict, "the batch continues another history than the one known here");
  HeaderRebuilder headers(batch, device);
  std::vector<Record> records;
  records.reserve(batch.shape_of.items.size());
  Hash chain = previous;
  std::size_t at = 0;
  const std::uint64_t first_block = batch.base.value / kSaltBlock;
  for (std::size_t i = 0; i < batch.shape_of.items.size(); ++i) {
    Record record;
    record.header = headers.next();
    const std::size_t bytes = record.header.payload_bytes;
    record.payload = to_bytes(ByteView(batch.payloads.value).subspan(at, bytes));
    at += bytes;
    const SaltSeed& seed =
        batch.salt_seeds.items[static_cast<std::size_t>(record.header.seq.value / kSaltBlock - first_block)];
    record.salt = record_salt(hashes, seed, record.header.seq);
    record.digest = payload_digest(hashes, record.salt, record.payload);
    record.hash = record_hash(hashes, chain, header_bytes(record.header), record.digest);
    chain = record.hash;
    records.push_back(std::move(record));
  }
  if (!verify_head(hashes, device_key, office, records.back().header, chain, batch.signature))
    return error(Code::kBadSignature, "the signature of the last record does not fit the batch");
  return records;
}

}  // namespace huiyin::protocol
