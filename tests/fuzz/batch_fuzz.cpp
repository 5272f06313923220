#include "protocol/payloads.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/protocol/samples.hpp"

using namespace huiyin;
using namespace huiyin::protocol;

namespace {
/// Real hashes, but every signature is good: the fuzzer gets behind the door that only the
/// device's key opens, where columns that do not fit would do their harm.
class Believing final : public HashPort {
 public:
  Hash blake2b(std::initializer_list<ByteView> parts) const override {
    return testing::hashes().blake2b(parts);
  }
  Hash sha256(std::initializer_list<ByteView> parts) const override {
    return testing::hashes().sha256(parts);
  }
  bool verify(const PublicKey&, std::initializer_list<ByteView>, const Signature&) const override {
    return true;
  }
};
}  // namespace

/// Body of a Push. Whatever verifies can be built again and gives the same records.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto batch = wire_value<RecordBatch>(ByteView(data, size), "batch");
  if (!batch.ok()) return 0;
  const Believing hashes;
  const Hash previous = Hash::prefix(batch->previous.value);
  const auto records = verify_batch(hashes, *batch, {}, {}, {}, previous);
  if (!records.ok()) return 0;
  FUZZ_CHECK(records->size() == batch->shape_of.items.size());
  BatchBuilder builder(previous, batch->previous.value.size() == 8, batch->anchor);
  for (const Record& record : *records) {
    FUZZ_CHECK(record.header.payload_bytes == record.payload.size());
    const auto block = record.header.seq.value / kSaltBlock - batch->base.value / kSaltBlock;
    FUZZ_CHECK(
        builder.add(record.header, record.payload, batch->salt_seeds.items[static_cast<std::size_t>(block)]));
  }
  const auto again = verify_batch(hashes, builder.finish(batch->signature), {}, {}, {}, previous);
  FUZZ_CHECK(again.ok() && again->size() == records->size());
  for (std::size_t i = 0; i < records->size(); ++i) FUZZ_CHECK((*again)[i].hash == (*records)[i].hash);
  return 0;
}
