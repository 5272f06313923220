/// What "saved" costs at a kiosk: one feedback sealed, hashed, signed and appended to the journal
/// on LMDB, against a bare LMDB commit of as many bytes, turn by turn on the same disk.

#include "kiosk/clock.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/crypto/secret.hpp"
#include "shared/log/tables.hpp"
#include "shared/store/lmdb_store.hpp"
#include "tests/bench/corpus.hpp"
#include "tests/bench/daemon.hpp"
#include "tests/bench/parts.hpp"
#include "tests/bench/raw_lmdb.hpp"

namespace huiyin::bench {

namespace {
constexpr std::size_t kWarmUp = 20;

/// What one append put into the store, keys included.
std::size_t stored_bytes(Store& store, Seq seq) {
  const Bytes key = log::key_of(seq.value);
  std::size_t bytes = 0;
  must(store.read([&](StoreReader& reader) -> Status {
    for (const Table table : {log::device_table::kRecords, log::device_table::kPayloads}) {
      const auto value = reader.get(table, key);
      if (!value.ok()) return value.error();
      if (*value) bytes += key.size() + (*value)->size();
    }
    return {};
  }),
       "reading what was saved");
  return bytes;
}
}  // namespace

Json measure_save(const Places& places, const SaveWish& wish) {
  const WorkFolder work(places.work);
  const crypto::KeyPair key = crypto::KeyPair::generate();
  const OfficeId office = crypto::random_id<OfficeId>();
  const auto routing = crypto::SealKeyPair::generate();
  const auto text = crypto::SealKeyPair::generate();
  const CorpusOffice to{office, {{1}, routing.public_key(), text.public_key()}, {7}};
  const auto clock = must(kiosk::SystemClock::make(), "reading the clock");
  const auto store = must(store::open_lmdb_store(work.path("kiosk.mdb")), "opening a store");
  auto journal = must(log::Journal::open({*store,
                                          crypto::hash_port(),
                                          key,
                                          office,
                                          {7},
                                          [](std::span<std::uint8_t> out) { crypto::random_fill(out); }},
                                         clock.read()),
                      "opening a journal");
  Residents residents(to, read_texts(places.rules), 3);
  RawLmdb raw(work.path("raw.mdb"));

  std::vector<double> ours;
  std::vector<double> bare;
  std::vector<double> sizes;
  for (std::size_t i = 0; i < kWarmUp + wish.saves; ++i) {
    const log::Capture capture = residents.feedback();
    const Stopwatch save;
    const auto saved = must(journal.append(capture, clock.read()), "saving");
    const double save_ms = save.milliseconds();

    const Bytes bytes = crypto::random_bytes(stored_bytes(*store, saved.seq));
    const Stopwatch commit;
    raw.begin();
    raw.put(log::key_of(saved.seq.value), bytes);
    raw.commit();
    const double commit_ms = commit.milliseconds();
    if (i < kWarmUp) continue;
    ours.push_back(save_ms);
    bare.push_back(commit_ms);
    sizes.push_back(static_cast<double>(bytes.size()));
  }

  const double p99 = percentile(ours, 0.99);
  const double raw_p99 = percentile(bare, 0.99);
  const double mark = 2 * raw_p99 + 1;
  Json json;
  json["ratio_p50"] = rounded(median(ours) / median(bare));
  json["ratio_p99"] = rounded(p99 / raw_p99);
  json["p50_ms"] = rounded(median(ours));
  json["p99_ms"] = rounded(p99);
  json["raw_p50_ms"] = rounded(median(bare));
  json["raw_p99_ms"] = rounded(raw_p99);
  json["bytes"] = median(sizes);
  json["saves"] = wish.saves;
  json["mark_p99_ms"] = rounded(mark);
  json["mark_met"] = p99 <= mark;
  std::printf("save    %.2f x raw at p50, %.2f x at p99 (%.2f ms against %.2f ms; mark %.2f ms: %s)\n",
              median(ours) / median(bare), p99 / raw_p99, p99, raw_p99, mark,
              p99 <= mark ? "met" : "NOT met");
  return json;
}

}  // namespace huiyin::bench
