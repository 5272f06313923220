#include "sync-server/office.hpp"

#include <ctime>
#include <filesystem>

#include "protocol/archive.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/crypto/secret.hpp"
#include "shared/log/downlink.hpp"
#include "shared/web/serve.hpp"
#include "sync-server/desk/people/rules.hpp"
#include "sync-server/keys/private_file.hpp"
#include "sync-server/toml_files.hpp"

namespace huiyin::office {

namespace {

constexpr const char* kFirstAdministrator = "admin";
constexpr std::int64_t kGoodbyeMs = 300;

/// The one place where the office reads a clock.
std::int64_t clock_ms(clockid_t which) {
  timespec now{};
  ::clock_gettime(which, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

std::optional<std::string> judge_record(const protocol::Record& record) {
  const auto payload = protocol::split_payload(record.payload);
  if (!payload.ok()) return "the payload does not follow its format";
  if (record.header.type == protocol::record_type::kEpochOpen &&
      !protocol::wire_value<protocol::EpochOpen>(payload->clear, "epoch-open").ok())
    return "an epoch opening that cannot be read";
  const bool is_sealed_type = record.header.type == protocol::record_type::kFeedback ||
                              record.header.type == protocol::record_type::kRating;
  if (is_sealed_type && payload->sealed.empty()) return "a feedback or rating without its sealed part";
  return std::nullopt;
}

Office::Office(OfficeOptions options) : options_(std::move(options)) {
  clocks_.office = [] { return OfficeTime{clock_ms(CLOCK_REALTIME)}; };
  clocks_.boot = [] { return BootTime{clock_ms(CLOCK_BOOTTIME)}; };
}

Office::~Office() {
  // The order in which nothing is used after it is gone: callers first, then the writer, whose
  // last group still tells the device port of changed buckets, then the port and the store.
  control_.reset();
  web_.reset();
  if (workers_) workers_->stop();
  if (opener_) opener_->stop();
  if (writer_) writer_->stop();
  devices_.reset();
}

Result<std::unique_ptr<Office>> Office::start(OfficeOptions options) {
  std::unique_ptr<Office> office(new Office(std::move(options)));
  HUIYIN_TRY(office->open());
  return office;
}

Status Office::open() {
  auto rules = load_rules(options_.rules_dir);
  if (!rules.ok()) return rules.error();
  rules_ = std::move(*rules);
  auto keys = OfficeKeys::load(options_.data_dir);
  if (!keys.ok()) return keys.error();
  keys_ = std::move(*keys);
  if (!options_.text_key_file.empty()) {
    const auto text_key = read_text_key(options_.text_key_file, std::nullopt);
    if (!text_key.ok()) return text_key.error();
    HUIYIN_TRY(keys_->unlock(*text_key));
    if (on_same_disk(options_.text_key_file, options_.data_dir))
      options_.log(
          "warning: the text key lies on the same disk as the data; whoever takes the disk takes both");
  }
  store::LmdbOptions store_options;
  store_options.map_bytes = options_.map_bytes;
  auto opened = store::open_lmdb_store(options_.data_dir + "/ledger.mdb", store_options);
  if (!opened.ok()) return opened.error();
  store_ = std::move(*opened);

  const HashPort& hashes = crypto::hash_port();
  device_fold_ = std::make_unique<desk::DeviceFold>();
  const unsigned lanes = std::max(1U, std::thread::hardware_concurrency() / 2);
  opener_ = std::make_unique<SectionOpener>(
      hashes,
      [this](const protocol::RecordHeader& header, ByteView payload) {
        return keys_->open_routing(header, payload);
      },
      lanes);
  case_fold_ = std::make_unique<desk::CaseFold>(
      hashes, keys_->office(), [this](const protocol::RecordHeader& header, ByteView payload) {
        return opener_->open(header, payload);
      });
  people_fold_ = std::make_unique<desk::PeopleFold>();
  bucket_fold_ = std::make_unique<desk::BucketFold>();
  writer_ = std::make_unique<Writer>(
      WriterSetup{*store_,
                  hashes,
                  {device_fold_.get(), case_fold_.get(), people_fold_.get(), bucket_fold_.get()},
                  bucket_fold_.get(),
                  keys_->office(),
                  keys_->epoch(),
                  keys_->ack(),
                  judge_record,
                  [this] { devices_->buckets_changed(); }});
  devices_ = std::make_unique<DevicePort>(DevicePort::Setup{runtime_, *store_, hashes, *keys_, rules_,
                                                            *opener_, *writer_, clocks_, options_.log});
  HUIYIN_TRY(first_administrator());
  HUIYIN_TRY(publish_settings());
  HUIYIN_TRY(devices_->listen(options_.address, options_.device_port));

  workers_ = std::make_unique<Workers>(2);
  std::string device_address = options_.device_address;
  const bool is_ipv6 = options_.address.find(':') != std::string::npos;
  if (device_address.empty())
    device_address =
        (is_ipv6 ? "[" + options_.address + "]" : options_.address) + ":" + std::to_string(devices_->port());
  if (const auto address = parse_device_address(device_address); !address.ok()) return address.error();
  api_ = std::make_unique<Api>(
      ApiContext{*store_, hashes, *keys_, rules_, *writer_, clocks_, sessions_, *devices_, device_address},
      *workers_);
  net::HttpServerOptions web;
  web.port = options_.web_port;  // loopback always: another address would need a certificate of its own
  auto server =
      net::make_http_server(runtime_, web, [this](net::HttpRequest request, net::HttpRespond respond) {
        serve(std::move(request), std::move(respond));
      });
  if (!server.ok()) return server.error();
  web_ = std::move(*server);
  auto socket = net::make_control_server(
      runtime_, options_.data_dir + "/control.sock",
      [this](const std::string& line, const std::function<void(std::string)>& respond) {
        respond(control(line));
      });
  if (!socket.ok()) return socket.error();
  control_ = std::move(*socket);
  runtime_.on_stop_signal([this] { begin_stop(); });
  return {};
}

Status Office::first_administrator() {
  bool anybody = false;
  HUIYIN_TRY(store_->read([&](StoreReader& reader) -> Status {
    const auto people = desk::list_people(reader);
    if (!people.ok()) return people.error();
    anybody = !people->empty();
    return {};
  }));
  if (anybody) return {};
  const auto added = desk::new_person(crypto::hash_port(), kFirstAdministrator, "管理员 Administrator",
                                      desk::Role::kAdministrator, {}, clocks_.office());
  if (!added.ok()) return added.error();
  // The file first: an account whose password nobody has would lock everybody out.
  HUIYIN_TRY(write_private_file(options_.data_dir + "/first-password.txt", added->first_password + "\n"));
  options_.log("the first administrator is \"admin\"; the password is in " + options_.data_dir +
               "/first-password.txt");
  return writer_->act_and_wait([act = added->act](log::LedgerWriter& ledger, StoreWriter&) -> Status {
    const auto entry = ledger.append_act(act);
    if (!entry.ok()) return entry.error();
    return {};
  });
}

/// What the kiosks must know goes into the buckets whenever it is not what went there last.
Status Office::publish_settings() {
  civic::CategoryList categories;
  categories.items.items = rules_.categories;
  civic::AreaList areas;
  areas.items.items = rules_.areas;
  const std::vector<std::pair<std::uint16_t, Bytes>> settings{
      {protocol::bucket_entry_type::kKeyRing, protocol::wire_bytes(keys_->ring())},
      {protocol::bucket_entry_type::kCategories, log::settings_bytes(categories)},
      {protocol::bucket_entry_type::kAreas, log::settings_bytes(areas)},
      {protocol::bucket_entry_type::kOfficeInfo, log::settings_bytes(rules_.office)}};
  const protocol::Bucket bucket = protocol::bucket_for_everyone();
  for (const auto& [type, body] : settings) {
    std::optional<Bytes> newest;
    HUIYIN_TRY(store_->read([&, wanted = type](StoreReader& reader) -> Status {
      auto found = desk::newest_settings(reader, bucket, wanted);
      if (!found.ok()) return found.error();
      newest = std::move(*found);
      return {};
    }));
    if (newest && equal(*newest, body)) continue;
    if (body.size() > limits::kBucketEntryBytesMax)
      return error(Code::kTooLarge,
                   "the rules are too large to travel: " + std::to_string(body.size()) + " bytes",
                   options_.rules_dir, "shorten names, or split the county");
    log::Act act;
    act.stream = log::office_stream();
    act.type = desk::act::kSettingsPublished;
    act.at = clocks_.office();
    act.salt = crypto::random_id<Salt>();
    act.body = protocol::to_wire(desk::SettingsPublished{
        bucket,
        type,
        {body},
        protocol::sign_bucket_entry(keys_->log(), keys_->office(), bucket, type, body)});
    HUIYIN_TRY(writer_->act_and_wait([act](log::LedgerWriter& ledger, StoreWriter&) -> Status {
      const auto entry = ledger.append_act(act);
      if (!entry.ok()) return entry.error();
      return {};
    }));
  }
  return {};
}

void Office::serve(net::HttpRequest request, net::HttpRespond respond) {
  if (request.path.rfind("/api/", 0) == 0) return api_->handle(std::move(request), std::move(respond));
#ifdef HUIYIN_WITH_WEB
  if (auto page = web::serve_asset(web::office_assets(), request)) return respond(std::move(*page));
#endif
  respond(problem(404, "not-found", "There is no such page"));
}

std::string Office::control(const std::string& line) {
  const Json request = Json::parse(line, nullptr, false);
  const auto command = request.is_object() ? text_of(request, "command", 40) : std::nullopt;
  if (!command) return Json{{"ok", false}, {"error", "not a command"}}.dump();
  if (*command == "unlock") {
    const auto text_key = from_hex(text_of(request, "text_key", 64).value_or(""));
    if (!text_key) return Json{{"ok", false}, {"error", "the text key is malformed"}}.dump();
    const Status unlocked = keys_->unlock(crypto::Secret::copy_of(*text_key));
    if (!unlocked.ok()) return Json{{"ok", false}, {"error", unlocked.error().text()}}.dump();
    options_.log("unlocked");
    return Json{{"ok", true}}.dump();
  }
  if (*command == "lock") {
    keys_->lock();
    options_.log("locked");
    return Json{{"ok", true}}.dump();
  }
  if (*command == "status") {
    log::LedgerState state;
    const Status read = store_->read([&](StoreReader& reader) -> Status {
      const auto found = log::ledger_state(reader, crypto::hash_port());
      if (!found.ok()) return found.error();
      state = *found;
      return {};
    });
    if (!read.ok()) return Json{{"ok", false}, {"error", read.error().text()}}.dump();
    const auto counts = writer_->counts();
    return Json{
        {"ok", true},
        {"office", keys_->office().text()},
        {"office_epoch", keys_->epoch().text()},
        {"locked", keys_->is_locked()},
        {"ledger", {{"size", state.size}, {"root", state.root.text()}, {"backed_up", state.backed_up_size}}},
        {"devices_connected", devices_->connected_devices().size()},
        {"since_start", {{"commits", counts.commits}, {"records", counts.records}}},
        {"device_port", devices_->port()},
        {"web_port", web_->port()}}
        .dump();
  }
  return Json{{"ok", false}, {"error", "nobody knows the command " + *command}}.dump();
}

void Office::run() {
  runtime_.run([this](const std::string& what) { options_.log("the loop goes on after: " + what); });
  // Everybody was told; what is queued is still written.
  workers_->stop();
  opener_->stop();
  writer_->stop();
}

void Office::stop() {
  runtime_.post([this] { begin_stop(); });
}

void Office::begin_stop() {
  if (std::exchange(stopping_, true)) return runtime_.stop();  // the second signal does not wait
  options_.log("stopping");
  web_->stop_accepting();
  devices_->stop();
  runtime_.after(Duration{kGoodbyeMs}, [this] { runtime_.stop(); });
}

}  // namespace huiyin::office
