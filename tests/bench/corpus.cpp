#include "tests/bench/corpus.hpp"

#include <fstream>
#include <memory>

#include "kiosk/capture.hpp"
#include "protocol/archive.hpp"
#include "shared/crypto/hash.hpp"
#include "tests/bench/figures.hpp"

namespace huiyin::bench {

namespace {
constexpr std::size_t kSurveyBytes = 100;
constexpr std::uint32_t kWallSteps = 2'950'000;  // of 10 minutes: early 2026
constexpr std::uint32_t kBootSteps = 144;
constexpr std::size_t kReceiptsMax = 64;

log::Capture epoch_opening(AreaId area) {
  protocol::EpochOpen open;
  open.reason.value = protocol::EpochReason::kFirst;
  log::Capture capture;
  capture.type = protocol::record_type::kEpochOpen;
  capture.area = area;
  capture.payload = [open](const protocol::RecordHeader&) -> Result<Bytes> {
    return protocol::make_payload(protocol::to_wire(open), {});
  };
  return capture;
}

/// Ed25519 without the derivation from digits: what Argon2id costs is no part of a record.
crypto::ReceiptKeys receipt_of(const crypto::KeyPair& pair) {
  return {must(crypto::KeyPair::from_seed(pair.seed()), "a receipt's key"),
          crypto::SealKeyPair::from_signing(pair), crypto::receipt_tag(pair.public_key())};
}
}  // namespace

Residents::Residents(CorpusOffice office, std::vector<std::string> texts, std::uint64_t seed)
    : office_(office), texts_(std::move(texts)), prng_(seed) {}

log::Capture Residents::next() {
  const std::uint64_t draw = prng_.below(100);
  if (draw < 70) return survey();
  if (draw < 95 || receipts_.empty()) return feedback();
  return rating();
}

log::Capture Residents::survey() {
  log::Capture capture;
  capture.type = protocol::record_type::kSurveyResponse;
  capture.form = {1};
  capture.area = office_.area;
  capture.payload = [answers = prng_.bytes(kSurveyBytes)](const protocol::RecordHeader&) -> Result<Bytes> {
    return protocol::make_payload(answers, {});
  };
  return capture;
}

log::Capture Residents::feedback() {
  if (receipts_.size() >= kReceiptsMax) receipts_.erase(receipts_.begin());
  receipts_.push_back(must(crypto::KeyPair::from_seed(prng_.bytes(crypto::kSeedBytes)), "a receipt's key"));
  kiosk::Said said;
  said.category = {101};
  said.feeling = prng_.between(1, 5);
  said.text = texts_[prng_.below(texts_.size())];
  said.language = "zh";
  return kiosk::feedback_capture(said, receipts_.back().public_key(), {office_.area, office_.keys});
}

log::Capture Residents::rating() {
  const crypto::ReceiptKeys receipt = receipt_of(receipts_[prng_.below(receipts_.size())]);
  return kiosk::rating_capture(receipt, office_.office, 1, protocol::Solved::kYes,
                               static_cast<std::uint8_t>(prng_.between(1, 5)), {office_.area, office_.keys});
}

std::vector<std::string> read_texts(const std::string& rules_dir) {
  const std::string path = rules_dir + "/reports.json";
  std::ifstream file(path);
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (json.is_discarded() || !json.contains("reports")) give_up("no reports can be read from " + path);
  std::vector<std::string> texts;
  for (const auto& report : json["reports"]) texts.push_back(report["text"].get<std::string>());
  if (texts.empty()) give_up("there are no reports in " + path);
  return texts;
}

DeviceCorpus make_device(const CorpusOffice& office, const std::vector<std::string>& texts,
                         std::uint64_t seed, std::size_t records, std::size_t batch_records) {
  const HashPort& hashes = crypto::hash_port();
  Prng prng(seed);
  DeviceCorpus corpus{
      must(crypto::KeyPair::from_seed(prng.bytes(crypto::kSeedBytes)), "a device's key"), {}, {}, {}, {}, {}};
  corpus.device = protocol::device_id_of(hashes, corpus.key.public_key());
  corpus.epoch = EpochId::prefix(prng.bytes(EpochId::kSize));
  Residents residents(office, texts, prng.next());
  SaltSeed seed_of_block;
  std::optional<protocol::BatchBuilder> builder;
  std::size_t in_batch = 0;
  protocol::RecordHeader header;
  header.device = corpus.device;
  header.epoch = corpus.epoch;
  const auto close_batch = [&] {
    corpus.pushes.push_back(
        {builder->finish(protocol::sign_head(corpus.key, office.office, header, corpus.last_hash))});
    builder.reset();
    in_batch = 0;
  };
  for (std::uint64_t seq = 1; seq <= records; ++seq) {
    const log::Capture capture = seq == 1 ? epoch_opening(office.area) : residents.next();
    protocol::RecordHeader next = header;
    next.seq = {seq};
    next.type = capture.type;
    next.revision = capture.revision;
    next.form = capture.form;
    next.area = capture.area;
    next.boot_steps = kBootSteps + static_cast<std::uint32_t>(seq / 20);
    next.wall_steps = kWallSteps + static_cast<std::uint32_t>(seq / 20);
    next.generation = capture.generation;
    next.seal_mode =
        capture.generation.value != 0 ? static_cast<std::uint8_t>(protocol::SealMode::kX25519ChaCha) : 0;
    const Bytes payload = must(capture.payload(next), "sealing");
    next.payload_bytes = static_cast<std::uint32_t>(payload.size());
    if (seq == 1 || seq % protocol::kSaltBlock == 0)
      seed_of_block = SaltSeed::prefix(prng.bytes(SaltSeed::kSize));
    if (in_batch == batch_records) close_batch();
    if (!builder) builder.emplace(corpus.last_hash, seq != 1, protocol::TimeAnchor{});
    if (!builder->add(next, payload, seed_of_block)) {
      close_batch();
      builder.emplace(corpus.last_hash, true, protocol::TimeAnchor{});
      if (!builder->add(next, payload, seed_of_block)) give_up("a record does not fit an empty batch");
    }
    ++in_batch;
    const Hash digest =
        protocol::payload_digest(hashes, protocol::record_salt(hashes, seed_of_block, next.seq), payload);
    corpus.last_hash = protocol::record_hash(hashes, corpus.last_hash, protocol::header_bytes(next), digest);
    header = next;
    corpus.last = next.seq;
  }
  if (builder) close_batch();
  return corpus;
}

}  // namespace huiyin::bench
