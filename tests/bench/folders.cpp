#include "tests/bench/folders.hpp"

#include <filesystem>

#include "kiosk/clock.hpp"
#include "kiosk/device_files.hpp"
#include "protocol/archive.hpp"
#include "shared/core/memory_store.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/log/tables.hpp"
#include "shared/store/lmdb_store.hpp"
#include "sync-server/desk/cases/cases.hpp"
#include "sync-server/desk/devices/devices.hpp"
#include "sync-server/desk/downlink/buckets.hpp"
#include "sync-server/desk/people/people.hpp"
#include "sync-server/office.hpp"
#include "sync-server/toml_files.hpp"
#include "tests/bench/figures.hpp"

namespace huiyin::bench {

namespace {
constexpr OfficeTime kNow{1'770'000'000'000};
constexpr std::size_t kMapBytes = std::size_t{8} * 1024 * 1024 * 1024;
constexpr std::size_t kCommitRecords = 4000;

/// The office's ledger with all its views, outside the server.
class Ledger {
 public:
  explicit Ledger(const OfficeFolder& office)
      : keys_(must(office::OfficeKeys::load(office.data), "loading the keys")),
        cases_(crypto::hash_port(), keys_->office(),
               [this](const protocol::RecordHeader& header, ByteView payload) {
                 return keys_->open_routing(header, payload);
               }) {
    store::LmdbOptions options;
    options.map_bytes = kMapBytes;
    store_ = must(store::open_lmdb_store(office.data + "/ledger.mdb", options), "opening the ledger");
    folds_ = {&devices_, &cases_, &people_, &buckets_};
  }
  void write(const std::function<Status(log::LedgerWriter&)>& work) {
    must(store_->write([&](StoreWriter& writer) -> Status {
      auto ledger = log::LedgerWriter::begin(writer, crypto::hash_port(), folds_);
      if (!ledger.ok()) return ledger.error();
      HUIYIN_TRY(work(*ledger));
      return ledger->finish();
    }),
         "writing the ledger");
  }
  [[nodiscard]] Store& store() { return *store_; }

 private:
  std::unique_ptr<office::OfficeKeys> keys_;
  std::unique_ptr<store::LmdbStore> store_;
  desk::DeviceFold devices_;
  desk::CaseFold cases_;
  desk::PeopleFold people_;
  desk::BucketFold buckets_;
  log::Folds folds_;
};

/// A whole store into another, in one commit.
void copy_store(Store& from, Store& to) {
  must(to.write([&](StoreWriter& writer) {
    return from.read([&](StoreReader& reader) -> Status {
      for (unsigned table = 0; table < kStoreTables; ++table) {
        Status put;
        HUIYIN_TRY(reader.scan(static_cast<Table>(table), {}, [&](ByteView key, ByteView value) {
          put = writer.put(static_cast<Table>(table), key, value);
          return put.ok();
        }));
        HUIYIN_TRY(put);
      }
      return {};
    });
  }),
       "copying a store");
}
}  // namespace

OfficeFolder make_office(const std::string& folder, const std::string& rules) {
  OfficeFolder office;
  office.data = folder + "/office";
  office.rules = rules;
  std::filesystem::create_directories(folder);
  const auto report =
      must(office::init_office({office.data, folder + "/recovery", folder + "/text-key", std::nullopt}),
           "making an office");
  const auto keys = must(office::OfficeKeys::load(office.data), "loading the keys");
  const auto loaded = must(office::load_rules(rules), "loading the rules");
  office.pin = report.pin;
  office.ring = keys->ring();
  office.epoch = keys->epoch();
  office.for_corpus = {office.ring.office, keys->newest_sealing(), loaded.areas.back().id};
  office.texts = read_texts(rules);
  return office;
}

void enrol_devices(const OfficeFolder& office, const std::vector<PublicKey>& keys) {
  Ledger ledger(office);
  const AreaId area = office.for_corpus.area;
  ledger.write([&](log::LedgerWriter& writer) -> Status {
    for (const PublicKey& key : keys) {
      log::Act act;
      act.stream = log::device_stream(protocol::device_id_of(crypto::hash_port(), key));
      act.type = desk::act::kDeviceEnrolled;
      act.at = kNow;
      act.body = protocol::to_wire(desk::DeviceEnrolled{key, {"bench"}, area, area, {}});
      const auto entry = writer.append_act(act);
      if (!entry.ok()) return entry.error();
    }
    return {};
  });
}

void ingest_records(const OfficeFolder& office, const DeviceCorpus& device) {
  Ledger ledger(office);
  Hash previous;
  for (std::size_t at = 0; at < device.pushes.size();) {
    ledger.write([&](log::LedgerWriter& writer) -> Status {
      for (std::size_t records = 0; at < device.pushes.size() && records < kCommitRecords; ++at) {
        const protocol::RecordBatch& batch = device.pushes[at].batch;
        log::IngestBatch verified{device.device, batch.epoch, previous, {}, batch.anchor, batch.signature};
        verified.records = must(protocol::verify_batch(crypto::hash_port(), batch, office.ring.office,
                                                       device.device, device.key.public_key(), previous),
                                "verifying the corpus");
        const auto outcome = writer.ingest(verified, kNow, office::judge_record);
        if (!outcome.ok()) return outcome.error();
        if (!outcome->exceptions.empty()) give_up("the office would not simply accept the corpus");
        previous = verified.records.back().hash;
        records += verified.records.size();
      }
      return {};
    });
  }
}

std::uint64_t ledger_size(const OfficeFolder& office) {
  Ledger ledger(office);
  std::uint64_t size = 0;
  must(ledger.store().read([&](StoreReader& reader) -> Status {
    const auto state = log::ledger_state(reader, crypto::hash_port());
    if (!state.ok()) return state.error();
    size = state->size;
    return {};
  }),
       "reading the ledger");
  return size;
}

std::vector<std::string> server_arguments(const OfficeFolder& office) {
  return {"--data", office.data, "--rules", office.rules, "--device-port", "0", "--web-port", "0"};
}

PublicKey make_kiosk(const std::string& data) {
  const kiosk::DeviceFiles files(data);
  must(files.prepare(), "making a kiosk's folder");
  return must(files.device_key(), "making a kiosk's key").public_key();
}

void fill_kiosk(const std::string& data, const OfficeFolder& office, std::uint16_t port,
                std::size_t records) {
  const kiosk::DeviceFiles files(data);
  kiosk::Enrolment enrolment;
  enrolment.host = "127.0.0.1";
  enrolment.port = port;
  enrolment.pin = office.pin;
  enrolment.result.office = office.ring.office;
  enrolment.result.office_epoch = office.epoch;
  enrolment.result.now = kNow;
  enrolment.result.device_name = {"bench"};
  enrolment.result.area = enrolment.result.reply_zone = office.for_corpus.area;
  enrolment.result.ring = office.ring;
  must(files.save_enrolment(enrolment), "enrolling a kiosk");
  if (records == 0) return;

  const auto clock = must(kiosk::SystemClock::make(), "reading the clock");
  const crypto::KeyPair key = must(files.device_key(), "reading a kiosk's key");
  MemoryStore memory;  // thousands of fsyncs would tell nothing here
  auto journal =
      must(log::Journal::open({memory, crypto::hash_port(), key, office.ring.office, office.for_corpus.area,
                               [](std::span<std::uint8_t> out) { crypto::random_fill(out); }},
                              clock.read()),
           "opening a journal");
  Residents residents(office.for_corpus, office.texts, 11);
  while (journal.last().value < records)
    (void)must(journal.append(residents.next(), clock.read()), "filling a journal");
  auto store = must(store::open_lmdb_store(files.store_path()), "opening a kiosk's store");
  copy_store(memory, *store);
}

std::vector<std::string> kiosk_arguments(const std::string& data) { return {"--data", data, "--port", "0"}; }

}  // namespace huiyin::bench
