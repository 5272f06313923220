#include "tests/sync-server/desk_world.hpp"

#include <cstdlib>

#include "kiosk/capture.hpp"
#include "protocol/archive.hpp"
#include "shared/crypto/seal.hpp"
#include "sync-server/toml_files.hpp"

namespace huiyin::office::testing {

namespace fs = std::filesystem;

crypto::KeyPair key_named(std::string_view name) {
  auto pair = crypto::KeyPair::from_seed(hashes().blake2b({as_bytes(name)}).view());
  return std::move(pair).value();
}

crypto::ReceiptKeys receipt_named(std::string_view name) {
  const Hash drawn = hashes().blake2b({as_bytes(name)});
  std::string digits;
  for (std::size_t i = 0; i < 18; ++i) digits.push_back(static_cast<char>('0' + drawn.bytes[i] % 10));
  const unsigned check = crypto::check_digits(digits);
  digits += {static_cast<char>('0' + check / 10), static_cast<char>('0' + check % 10)};
  const auto code = crypto::parse_receipt_code(digits);
  auto keys = crypto::derive_receipt(*code, id_named<Salt>("zone"), {1, 8192});
  return std::move(keys).value();
}

TestFolder::TestFolder() {
  std::string name = (fs::temp_directory_path() / "huiyin-office-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TestFolder::~TestFolder() {
  std::error_code ignored;  // a left-over folder under /tmp harms nobody
  fs::remove_all(path_, ignored);
}

const MadeOffice& made_office() {
  static const std::unique_ptr<MadeOffice> office = [] {
    auto made = std::make_unique<MadeOffice>();
    made->report = init_office({made->data, made->recovery, made->text_key, std::nullopt}).value();
    return made;
  }();
  return *office;
}

std::string copy_of_data(const TestFolder& folder) {
  std::string data = folder.file("data");
  fs::copy(made_office().data, data, fs::copy_options::recursive);
  return data;
}

const OfficeKeys& office_keys() {
  static const std::unique_ptr<OfficeKeys> keys = [] {
    auto loaded = OfficeKeys::load(made_office().data);
    const auto text_key = read_text_key(made_office().text_key, std::nullopt);
    HUIYIN_CHECK((*loaded)->unlock(*text_key).ok());
    return std::move(loaded).value();
  }();
  return *keys;
}

std::string county_folder() { return std::string(HUIYIN_SOURCE_DIR) + "/tools/county"; }

const civic::Rules& county() {
  static const civic::Rules rules = load_rules(county_folder()).value();
  return rules;
}

// --- a kiosk

TestKiosk::TestKiosk(std::string_view its_name, AreaId its_area)
    : name(its_name),
      area(its_area),
      key(key_named(its_name)),
      prng(hashes().blake2b({as_bytes(its_name)}).bytes[0]) {
  clock.boot = id_named<BootId>("boot 1");
  clock.boot_time = {3 * kCoarseMs};
  clock.wall_time = {1'789'999'000'000};
  open();
}

void TestKiosk::open() {
  const auto draw = [this](std::span<std::uint8_t> out) {
    const Bytes drawn = prng.bytes(out.size());
    std::copy(drawn.begin(), drawn.end(), out.begin());
  };
  journal.reset();
  auto opened = log::Journal::open({*disk, hashes(), key, office_keys().office(), area, draw}, clock);
  journal.emplace(std::move(opened).value());
}

std::unique_ptr<TestKiosk> TestKiosk::cloned(std::uint64_t seed) const {
  auto clone = std::make_unique<TestKiosk>(name, area);
  clone->prng = Prng(seed);
  clone->clock = clock;
  clone->journal.reset();
  clone->disk = disk->copy();
  clone->open();
  clone->taken_epoch_ = taken_epoch_;
  clone->taken_ = taken_;
  clone->taken_hash_ = taken_hash_;
  return clone;
}

log::Saved TestKiosk::capture(const log::Capture& wanted) {
  auto saved = journal->append(wanted, clock);
  return std::move(saved).value();
}

log::Saved TestKiosk::say(const PublicKey& receipt, std::string_view text, CategoryCode category,
                          std::uint8_t feeling) {
  kiosk::Said said;
  said.category = category;
  said.feeling = feeling;
  said.text = std::string(text);
  said.language = "zh";
  return capture(kiosk::feedback_capture(said, receipt, {area, office_keys().newest_sealing()}));
}

log::Saved TestKiosk::rate(const crypto::ReceiptKeys& receipt, std::uint32_t reply_version,
                           protocol::Solved solved, std::uint8_t stars) {
  const kiosk::CapturePlace place{area, office_keys().newest_sealing()};
  return capture(kiosk::rating_capture(receipt, office_keys().office(), reply_version, solved, stars, place));
}

log::Saved TestKiosk::capture_routing(std::uint16_t type, ByteView routing) {
  const auto& keys = office_keys().newest_sealing();
  log::Capture wanted;
  wanted.type = type;
  wanted.area = area;
  wanted.generation = keys.generation;
  wanted.payload = [&](const protocol::RecordHeader& header) -> Result<Bytes> {
    const crypto::SealRecipient to_routing{keys.generation, keys.routing};
    const crypto::SealSection section{crypto::SectionKind::kRouting, routing, {&to_routing, 1}};
    const auto sealed = crypto::seal(protocol::kSealContext, {&section, 1}, protocol::seal_aad(header));
    if (!sealed.ok()) return sealed.error();
    return protocol::make_payload({}, *sealed);
  };
  return capture(wanted);
}

void TestKiosk::reboot(std::string_view boot) {
  clock.boot = id_named<BootId>(boot);
  open();
}

std::vector<log::IngestBatch> TestKiosk::take() {
  std::vector<log::IngestBatch> batches;
  for (;;) {
    // The next record says which epoch comes: an epoch's first has nothing before it.
    const auto next = journal->read({taken_.value + 1});
    if (!next.ok()) return batches;
    if (!(next->header.epoch == taken_epoch_)) taken_hash_ = {};
    taken_epoch_ = next->header.epoch;
    auto push = journal->next_batch({taken_epoch_, taken_, true});
    HUIYIN_CHECK(push.ok() && push->has_value());
    const auto& batch = (*push)->batch;
    auto records =
        protocol::verify_batch(hashes(), batch, office_keys().office(), id(), key.public_key(), taken_hash_);
    log::IngestBatch taken{id(),         batch.epoch,    taken_hash_, std::move(records).value(),
                           batch.anchor, batch.signature};
    taken_ = taken.records.back().header.seq;
    taken_hash_ = taken.records.back().hash;
    batches.push_back(std::move(taken));
  }
}

// --- the office

Desk::Desk()
    : cases(hashes(), office_keys().office(), [](const protocol::RecordHeader& header, ByteView payload) {
        return office_keys().open_routing(header, payload);
      }) {}

Salt Desk::salt() { return id_named<Salt>("salt " + std::to_string(++salts_)); }

Status Desk::write(const std::function<Status(log::LedgerWriter&, StoreWriter&)>& work) {
  return store.write([&](StoreWriter& writer) -> Status {
    auto ledger = log::LedgerWriter::begin(writer, hashes(), folds);
    if (!ledger.ok()) return ledger.error();
    HUIYIN_TRY(work(*ledger, writer));
    return ledger->finish();
  });
}

Status Desk::append(const log::Act& act) {
  return write([&](log::LedgerWriter& ledger, StoreWriter&) -> Status {
    const auto entry = ledger.append_act(act);
    if (!entry.ok()) return entry.error();
    return {};
  });
}

void Desk::take(TestKiosk& kiosk, const log::Judge& judge) {
  for (const log::IngestBatch& batch : kiosk.take())
    EXPECT_OK(write([&](log::LedgerWriter& ledger, StoreWriter&) -> Status {
      const auto outcome = ledger.ingest(batch, now, judge);
      if (!outcome.ok()) return outcome.error();
      return {};
    }));
}

Status Desk::erase(LedgerOffset offset) {
  return write([&](log::LedgerWriter& ledger, StoreWriter&) {
    return ledger.erase(offset, "asked for", "law", "admin", now, salt());
  });
}

log::Act plain_act(const log::StreamKey& stream, std::uint16_t type, Bytes body, OfficeTime at,
                   std::string_view salt) {
  log::Act act;
  act.stream = stream;
  act.type = type;
  act.at = at;
  act.actor = "admin";
  act.salt = id_named<Salt>(salt);
  act.body = std::move(body);
  return act;
}

void Desk::enrol(const TestKiosk& kiosk, AreaId reply_zone) {
  const desk::DeviceEnrolled enrolled{kiosk.key.public_key(), {kiosk.name}, kiosk.area, reply_zone, {}};
  EXPECT_OK(append(plain_act(log::device_stream(kiosk.id()), desk::act::kDeviceEnrolled,
                             protocol::to_wire(enrolled), now, kiosk.name)));
}

std::optional<desk::CaseRow> Desk::find(const CaseId& id) {
  std::optional<desk::CaseRow> row;
  EXPECT_OK(store.read([&](StoreReader& reader) -> Status {
    auto found = desk::find_case(reader, id);
    if (!found.ok()) return found.error();
    row = std::move(*found);
    return {};
  }));
  return row;
}

desk::CaseRow Desk::row(const CaseId& id) {
  auto row = find(id);
  EXPECT_TRUE(row.has_value()) << "no case " << id.text();
  return row.value_or(desk::CaseRow{});
}

std::vector<std::string> Desk::events(const CaseId& id) {
  std::vector<std::string> words;
  EXPECT_OK(store.read([&](StoreReader& reader) -> Status {
    const auto events = desk::case_events(reader, id);
    if (!events.ok()) return events.error();
    for (const auto& event : *events)
      words.emplace_back(desk::event_word(static_cast<desk::CaseEventKind>(event.row.kind)));
    return {};
  }));
  return words;
}

desk::DeviceCounts Desk::counts(const DeviceId& id) {
  desk::DeviceCounts counts;
  EXPECT_OK(store.read([&](StoreReader& reader) -> Status {
    const auto found = desk::device_counts(reader, id);
    if (!found.ok()) return found.error();
    counts = *found;
    return {};
  }));
  return counts;
}

std::vector<protocol::BucketEntry> Desk::bucket(const protocol::Bucket& bucket) {
  std::vector<protocol::BucketEntry> entries;
  EXPECT_OK(store.read([&](StoreReader& reader) -> Status {
    const auto round = desk::read_buckets(reader, {{bucket, {}, {}}}, 10'000'000);
    if (!round.ok()) return round.error();
    for (const auto& delta : round->deltas)
      entries.insert(entries.end(), delta.entries.items.begin(), delta.entries.items.end());
    return {};
  }));
  return entries;
}

bool Desk::views_equal_rebuild() {
  const auto copy = store.copy();
  EXPECT_OK(copy->write([&](StoreWriter& writer) { return log::rebuild(writer, folds); }));
  return copy->same_contents(store);
}

Status Desk::open(const CaseId& id, const std::string& actor) {
  auto act = plain_act(log::case_stream(id), desk::act::kCaseOpened,
                       protocol::to_wire(desk::CaseOpened{{"answer"}}), now, "open");
  act.salt = salt();
  act.actor = actor;
  return append(act);
}

Status Desk::reply(const CaseId& id, const std::string& text, protocol::ReplyKind kind) {
  const auto act = desk::make_reply(office_keys(), hashes(), county(), row(id), {kind, 1, "zh", text},
                                    "clerk", now, salt());
  if (!act.ok()) return act.error();
  return append(*act);
}

Status Desk::move(const CaseId& id, civic::CaseState wanted) {
  const auto act = desk::make_move(row(id), wanted, "a note", "clerk", now, salt());
  if (!act.ok()) return act.error();
  return append(*act);
}

}  // namespace huiyin::office::testing
