/// What the pieces of one record and one batch cost, each alone, on one thread.

#include <benchmark/benchmark.h>

#include "kiosk/capture.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/crypto/seal.hpp"
#include "shared/crypto/secret.hpp"
#include "shared/log/merkle.hpp"
#include "tests/bench/corpus.hpp"
#include "tests/bench/figures.hpp"

namespace huiyin::bench {
namespace {

constexpr std::size_t kBatch = 100;
constexpr SealGeneration kGeneration{1};

/// One office and one device with one batch of the mixed corpus, made once.
struct World {
  crypto::SealKeyPair routing = crypto::SealKeyPair::generate();
  crypto::SealKeyPair text = crypto::SealKeyPair::generate();
  crypto::KeyPair ack = crypto::KeyPair::generate();
  CorpusOffice office{
      crypto::random_id<OfficeId>(), {kGeneration, routing.public_key(), text.public_key()}, {7}};
  std::vector<std::string> texts{"村东头十几户已经停水三天了，要到河边去挑水。请问什么时候能修好？"};
  DeviceCorpus device = make_device(office, texts, 5, kBatch, kBatch);
  protocol::RecordBatch batch = device.pushes.front().batch;
  Bytes frame = protocol::encode(device.pushes.front());
  std::vector<protocol::Record> records =
      must(protocol::verify_batch(crypto::hash_port(), batch, office.office, device.device,
                                  device.key.public_key(), {}),
           "verifying the batch");
  protocol::RecordHeader header = records.back().header;
  kiosk::Said said = [this] {
    kiosk::Said words;
    words.category = {101};
    words.feeling = 2;
    words.text = texts.front();
    words.language = "zh";
    return words;
  }();
  PublicKey receipt = crypto::KeyPair::generate().public_key();
};
const World& world() {
  static const World the_world;
  return the_world;
}

void per_record(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

void encode_push_of_100(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(protocol::encode(world().device.pushes.front()));
  per_record(state);
  state.counters["frame_bytes"] = static_cast<double>(world().frame.size());
}
BENCHMARK(encode_push_of_100);

void decode_push_of_100(benchmark::State& state) {
  for (auto _ : state) {
    const auto envelope = protocol::open_envelope(world().frame);
    auto push = protocol::decode<protocol::Push>(*envelope);
    benchmark::DoNotOptimize(push.ok());
  }
  per_record(state);
}
BENCHMARK(decode_push_of_100);

void verify_batch_of_100(benchmark::State& state) {
  const World& w = world();
  for (auto _ : state) {
    auto records = protocol::verify_batch(crypto::hash_port(), w.batch, w.office.office, w.device.device,
                                          w.device.key.public_key(), {});
    benchmark::DoNotOptimize(records.ok());
  }
  per_record(state);
}
BENCHMARK(verify_batch_of_100);

void hash_of_one_record(benchmark::State& state) {
  const HashPort& hashes = crypto::hash_port();
  const protocol::Record& record = world().records.back();
  for (auto _ : state) {
    const Hash digest = protocol::payload_digest(hashes, record.salt, record.payload);
    benchmark::DoNotOptimize(
        protocol::record_hash(hashes, record.hash, protocol::header_bytes(record.header), digest));
  }
}
BENCHMARK(hash_of_one_record);

void sign_one_head(benchmark::State& state) {
  const World& w = world();
  for (auto _ : state)
    benchmark::DoNotOptimize(
        protocol::sign_head(w.device.key, w.office.office, w.header, w.records.back().hash));
}
BENCHMARK(sign_one_head);

void verify_one_head(benchmark::State& state) {
  const World& w = world();
  for (auto _ : state)
    benchmark::DoNotOptimize(protocol::verify_head(crypto::hash_port(), w.device.key.public_key(),
                                                   w.office.office, w.header, w.records.back().hash,
                                                   w.batch.signature));
}
BENCHMARK(verify_one_head);

void seal_one_feedback(benchmark::State& state) {
  const World& w = world();
  const log::Capture capture = kiosk::feedback_capture(w.said, w.receipt, {w.office.area, w.office.keys});
  for (auto _ : state) {
    auto payload = capture.payload(w.header);
    benchmark::DoNotOptimize(payload.ok());
  }
}
BENCHMARK(seal_one_feedback);

void open_one_routing(benchmark::State& state) {
  const World& w = world();
  const log::Capture capture = kiosk::feedback_capture(w.said, w.receipt, {w.office.area, w.office.keys});
  const Bytes payload = must(capture.payload(w.header), "sealing");
  const Bytes aad = protocol::seal_aad(w.header);
  for (auto _ : state) {
    const auto parts = protocol::split_payload(payload);
    auto plain = crypto::open_section(parts->sealed, crypto::SectionKind::kRouting, kGeneration, w.routing,
                                      protocol::kSealContext, aad);
    if (!plain.ok()) state.SkipWithError("the routing section does not open");
  }
}
BENCHMARK(open_one_routing);

protocol::AckBody ack_body() {
  const World& w = world();
  protocol::AckBody body;
  body.office = w.office.office;
  body.device = w.device.device;
  body.epoch = w.device.epoch;
  body.runs.items.push_back({{1}, kBatch, {4711}});
  body.tree_size = 4811;
  return body;
}
void sign_one_ack(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(protocol::sign_ack(world().ack, ack_body()));
}
BENCHMARK(sign_one_ack);

void verify_one_ack(benchmark::State& state) {
  const protocol::Ack ack = protocol::sign_ack(world().ack, ack_body());
  for (auto _ : state)
    benchmark::DoNotOptimize(protocol::verify_ack(crypto::hash_port(), world().ack.public_key(), ack));
}
BENCHMARK(verify_one_ack);

void append_one_merkle_leaf(benchmark::State& state) {
  log::MerkleFrontier tree;
  const Hash leaf = world().records.back().hash;
  for (auto _ : state) tree.append(crypto::hash_port(), leaf);
  benchmark::DoNotOptimize(tree.size());
}
BENCHMARK(append_one_merkle_leaf);

void merkle_root(benchmark::State& state) {
  log::MerkleFrontier tree;
  for (int i = 0; i < 65'535; ++i) tree.append(crypto::hash_port(), world().records.back().hash);
  for (auto _ : state) benchmark::DoNotOptimize(tree.root(crypto::hash_port()));
}
BENCHMARK(merkle_root);

}  // namespace
}  // namespace huiyin::bench

BENCHMARK_MAIN();
