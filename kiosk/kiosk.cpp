#include "kiosk/kiosk.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "kiosk/json_body.hpp"
#include "shared/core/json_writer.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/store/lmdb_store.hpp"

namespace huiyin::kiosk {

namespace {

constexpr Duration kRefreshEvery{15 * kMsPerSecond};
/// Enough for a good-bye frame to leave; an office that is gone must not hold up the end.
constexpr Duration kGoodbye{300};

OfficeTime wall_as_office(const Clock& clock) { return {clock.read().wall_time.ms}; }

/// What the `huiyin` command understands as a refusal.
std::string control_refusal(const Problem& problem) {
  JsonWriter json;
  json.begin_object().field("ok", false).field("type", "huiyin:" + std::string(problem.type));
  json.field("error", problem.detail.empty() ? std::string(problem.type) : problem.detail).end_object();
  return json.take();
}

std::uint64_t jitter_seed() { return get_big_endian<std::uint64_t>(crypto::random_bytes(8)); }

}  // namespace

Kiosk::Kiosk(net::Runtime& runtime, const Clock& clock, Config config, crypto::KeyPair key)
    : runtime_(runtime), clock_(clock), files_(config.data), key_(std::move(key)) {
  state_.device = protocol::device_id_of(crypto::hash_port(), key_.public_key());
  state_.boot = clock.read().boot;
  state_.started = wall_as_office(clock);
  state_.config = std::move(config);
}

Kiosk::~Kiosk() {
  // Also after a start that failed half-way. Threads first: they post to what is below them.
  if (sync_) sync_->stop();
  if (enroller_) enroller_->stop();
  if (receipts_) receipts_->stop();
  if (storage_) storage_->stop();
}

Result<std::unique_ptr<Kiosk>> Kiosk::start(net::Runtime& runtime, const Clock& clock, Config config) {
  const DeviceFiles files(config.data);
  HUIYIN_TRY(files.prepare());
  // The store before the key: its lock keeps two processes from making two keys.
  store::LmdbOptions options;
  options.map_bytes = config.store_bytes_max;
  auto opened = store::open_lmdb_store(files.store_path(), options);
  if (!opened.ok() && opened.error().code == Code::kBusy) return opened.error();
  auto key = files.device_key();
  if (!key.ok()) return key.error();
  std::unique_ptr<Kiosk> kiosk(new Kiosk(runtime, clock, std::move(config), std::move(*key)));
  HUIYIN_TRY(kiosk->open_parts(std::move(opened)));
  return kiosk;
}

Status Kiosk::open_parts(Result<std::unique_ptr<store::LmdbStore>> opened) {
  const HashPort& hashes = crypto::hash_port();
  store::LmdbStore* const lmdb = opened.ok() ? opened->get() : nullptr;
  const auto disk = [this, lmdb, map_bytes = state_.config.store_bytes_max]() -> Result<DiskUse> {
    const auto use = lmdb->use();
    if (!use.ok()) return use.error();
    const auto free = files_.free_bytes();
    if (!free.ok()) return free.error();
    const std::uint64_t left_in_map = map_bytes > use->used_bytes ? map_bytes - use->used_bytes : 0;
    const std::uint64_t free_in_file =
        use->file_bytes > use->used_bytes ? use->file_bytes - use->used_bytes : 0;
    return DiskUse{use->used_bytes, std::min(left_in_map, *free + free_in_file)};
  };
  if (!opened.ok()) damaged(opened.error());
  storage_ = std::make_unique<Storage>(
      Storage::Setup{runtime_, clock_, hashes, key_, lmdb != nullptr ? std::move(*opened) : nullptr, disk});
  receipts_ = std::make_unique<Receipts>(state_.config.receipts_ready);
  enroller_ = std::make_unique<Enroller>(runtime_, clock_, hashes, key_);
  sync_ = std::make_unique<SyncDriver>(
      SyncDriver::Setup{
          runtime_, clock_, *storage_, hashes, key_,
          BackoffPolicy{std::min(Duration{kMsPerSecond}, state_.config.retry_max), state_.config.retry_max},
          Prng(jitter_seed())},
      SyncDriver::Events{
          [this](bool online) { on_link(online); },
          [this](LinkTrouble trouble, const std::string& words) { on_link_trouble(trouble, words); },
          [this] { refresh(); }, [this](const log::AppliedRound& round) { on_applied(round); }});
  service_ = std::make_unique<Service>(
      Service::Parts{runtime_, clock_, state_, *storage_, *receipts_, *enroller_, hashes},
      Service::Events{[this](Enrolment enrolment, std::function<void(Status)> done) {
                        on_enrolled(std::move(enrolment), std::move(done));
                      },
                      [this] {
                        sync_->appended();
                        refresh();
                      },
                      [this](const Error& failure) { on_storage_failure(failure); }});
  read_enrolment();
  return listen();
}

Status Kiosk::listen() {
  api_ = std::make_unique<LocalApi>(*service_);
  net::HttpServerOptions options;
  options.address = kLoopback;
  options.port = state_.config.port;
  options.body_bytes_max = kBodyBytesMax;
  auto http =
      net::make_http_server(runtime_, options, [this](net::HttpRequest request, net::HttpRespond respond) {
        if (stopping_) return;
        state_.receipts_ready = receipts_->ready();
        state_.last_contact = sync_->last_contact() ? sync_->last_contact() : state_.last_contact;
        api_->handle(std::move(request), std::move(respond));
      });
  if (!http.ok()) return http.error();
  http_ = std::move(*http);
  api_->set_port(http_->port());
  auto control = net::make_control_server(runtime_, files_.control_path(),
                                          [this](std::string line, std::function<void(std::string)> respond) {
                                            on_control(std::move(line), std::move(respond));
                                          });
  if (!control.ok()) return control.error();
  control_ = std::move(*control);
  refresh_regularly();
  return {};
}

// --- opening

void Kiosk::read_enrolment() {
  auto enrolment = files_.enrolment();
  if (!enrolment.ok()) return damaged(enrolment.error());
  if (!*enrolment) {
    spdlog::info("device {} is not enrolled yet", state_.device.text());
    return;
  }
  state_.enrolment = std::move(*enrolment);
  state_.settings.ring = state_.enrolment->result.ring;
  open_kept_logs();
}

/// Those of an enrolment that is on the disk already; tried again while only room is missing.
void Kiosk::open_kept_logs() {
  if (state_.damage || opening_ || stopping_) return;
  open_logs([] { return Status{}; },
            [this](const Status& opened) {
              if (!opened.ok()) return on_storage_failure(opened.error());
              begin_sync();
            });
}

void Kiosk::open_logs(std::function<Status()> before, std::function<void(Status)> done) {
  opening_ = true;
  storage_->open(state_.enrolment->result, std::move(before),
                 [this, done = std::move(done)](Result<Settings> settings) {
                   opening_ = false;
                   if (!settings.ok()) return done(settings.error());
                   state_.logs_open = true;
                   on_settings(std::move(*settings));
                   refresh();
                   done({});
                 });
}

void Kiosk::on_enrolled(Enrolment enrolment, std::function<void(Status)> done) {
  spdlog::info("enrolled at office {}", enrolment.result.office.text());
  state_.enrolment = enrolment;
  open_logs([this, enrolment = std::move(enrolment)] { return files_.save_enrolment(enrolment); },
            [this, done = std::move(done)](const Status& opened) {
              if (opened.ok()) {
                begin_sync();
              } else {
                state_.enrolment.reset();
                on_storage_failure(opened.error());
              }
              done(opened);
            });
}

void Kiosk::begin_sync() {
  if (!stopping_) sync_->start(state_.enrolment->host, state_.enrolment->port);
}

// --- news

void Kiosk::on_settings(Settings settings) {
  state_.settings = std::move(settings);
  const protocol::KeyRing& ring = state_.settings.ring;
  const crypto::ReceiptCost cost{ring.receipt_ops, static_cast<std::size_t>(ring.receipt_memory_bytes)};
  const AreaId zone = state_.enrolment->result.reply_zone;
  receipts_->set_recipe({protocol::zone_salt(crypto::hash_port(), ring, zone), cost});
}

void Kiosk::on_applied(const log::AppliedRound& round) {
  refresh();
  if (!round.settings_changed) return;
  storage_->settings([this](Result<Settings> settings) {
    if (!settings.ok()) return on_storage_failure(settings.error());
    on_settings(std::move(*settings));
  });
}

void Kiosk::on_link(bool online) {
  state_.online = online;
  spdlog::info("the office is {}", online ? "connected" : "not connected");
  refresh();
}

void Kiosk::on_link_trouble(LinkTrouble trouble, const std::string& words) {
  state_.last_problem = words;
  // A cable that is pulled afterwards does not cure a revocation: only a Welcome does.
  const bool is_cured = trouble == LinkTrouble::kNone && words.empty();
  if (is_cured || trouble != LinkTrouble::kNone) state_.link_trouble = trouble;
  if (!words.empty()) spdlog::warn("{}", words);
}

void Kiosk::on_storage_failure(const Error& failure) {
  state_.last_problem = failure.text();
  if (failure.code == Code::kStorageFull) {
    state_.is_full = true;
    spdlog::error("{}", failure.text());
    return;
  }
  if (failure.code == Code::kDamaged || failure.code == Code::kStorage || failure.code == Code::kBadSignature)
    return damaged(failure);
  spdlog::error("{}", failure.text());
}

void Kiosk::damaged(const Error& failure) {
  state_.damage = failure;
  state_.last_problem = failure.text();
  spdlog::error("nothing is taken any more, nothing is deleted: {}", failure.text());
}

/// Numbers for screens, read on the storage thread; one reading under way at a time.
void Kiosk::refresh() {
  if (!state_.logs_open || stopping_) return;
  if (refreshing_) {
    refresh_again_ = true;
    return;
  }
  refreshing_ = true;
  storage_->facts([this](const Result<Facts>& facts) {
    refreshing_ = false;
    if (facts.ok()) {
      state_.facts = *facts;
      if (!state_.last_contact) state_.last_contact = facts->last_contact;
      state_.is_full = !has_room(facts->disk);
    } else {
      on_storage_failure(facts.error());
    }
    if (std::exchange(refresh_again_, false)) refresh();
  });
}

void Kiosk::refresh_regularly() {
  refresh();
  if (state_.enrolment && !state_.logs_open) open_kept_logs();
  runtime_.after(kRefreshEvery, [this] {
    if (!stopping_) refresh_regularly();
  });
}

// --- the `huiyin` command

void Kiosk::on_control(std::string line, std::function<void(std::string)> respond) {
  auto body = JsonBody::parse(line, kJsonDepthMax);
  const auto command = body ? body->take_text("command") : std::nullopt;
  if (command == "status") {
    state_.receipts_ready = receipts_->ready();
    if (sync_->last_contact()) state_.last_contact = sync_->last_contact();
    return respond(control_status_json(state_));
  }
  const auto text = body ? body->take_text("line") : std::nullopt;
  if (command == "enrol" && text) {
    return service_->enrol(*text, [respond = std::move(respond)](const Answer& answer) {
      if (const auto* failed = std::get_if<Problem>(&answer)) return respond(control_refusal(*failed));
      respond(std::get<Said200>(answer).json);
    });
  }
  respond(
      control_refusal(problem("malformed", R"(say {"command":"status"} or {"command":"enrol","line":"…"})")));
}

// --- the end

void Kiosk::stop(std::function<void()> stopped) {
  if (std::exchange(stopping_, true)) return;
  spdlog::info("stopping");
  http_->stop_accepting();
  enroller_->stop();
  sync_->stop();
  runtime_.after(kGoodbye, [this, stopped = std::move(stopped)] {
    receipts_->stop();
    storage_->stop();
    stopped();
  });
}

}  // namespace huiyin::kiosk
