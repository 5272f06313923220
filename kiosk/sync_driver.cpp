#include "kiosk/sync_driver.hpp"

#include <algorithm>
#include <utility>

#include "shared/core/check.hpp"

namespace huiyin::kiosk {

namespace {
/// A connection that lived so long was a good one: what ended it is news, not one more failure.
constexpr Duration kGoodConnection{30 * kMsPerSecond};
/// When the office says no and means it.
constexpr Duration kSlowRetry{5 * kMsPerMinute};
/// Whatever an office asks for, a device does not stay away for longer.
constexpr Duration kRetryAfterMax{kMsPerHour};
}  // namespace

SyncDriver::SyncDriver(Setup setup, Events events) : setup_(std::move(setup)), events_(std::move(events)) {}

void SyncDriver::start(std::string host, std::uint16_t port) {
  HUIYIN_CHECK(!started_);
  host_ = std::move(host);
  port_ = port;
  started_ = true;
  attempt();
  check_armed();
}

void SyncDriver::appended() {
  if (connection_) connection_->feed(Session::Appended{});
}

void SyncDriver::stop() {
  if (!started_) return;
  keep_contact();
  started_ = false;
  welcome_at_.reset();
  if (timer_ != 0) setup_.runtime.cancel(std::exchange(timer_, 0));
  if (const auto connection = std::exchange(connection_, nullptr)) connection->stop();
}

void SyncDriver::check_armed() const {
  HUIYIN_CHECK(!started_ || preparing_ || connection_ != nullptr || timer_ != 0);
}

// --- beginning

Result<SyncDriver::Beginning> SyncDriver::begin(Logs& logs, const log::ClockReading& now) {
  Beginning beginning;
  protocol::EdgeIdentity& identity = beginning.identity;
  const protocol::KeyRing& ring = logs.downlink.ring();
  identity.office = ring.office;
  identity.ack_key = ring.ack;
  identity.device = logs.journal.device();
  identity.boot = now.boot;
  identity.wall_time = now.wall_time;
  auto epochs = logs.journal.positions();
  if (!epochs.ok()) return epochs.error();
  identity.epochs = std::move(*epochs);
  const auto known = logs.journal.known_office_epoch();
  if (!known.ok()) return known.error();
  identity.known_office_epoch = *known;
  const auto counts = logs.journal.counts();
  if (!counts.ok()) return counts.error();
  identity.unsent = counts->unsent();
  auto buckets = logs.downlink.positions();
  if (!buckets.ok()) return buckets.error();
  identity.buckets = std::move(*buckets);
  beginning.pins = ring.tls_pins.items;
  return beginning;
}

void SyncDriver::attempt() {
  preparing_ = true;
  wait_ = {};
  const Clock& clock = setup_.clock;
  setup_.storage.ask<Beginning>([&clock](Logs& logs) { return begin(logs, clock.read()); },
                                [this](Result<Beginning> beginning) {
                                  preparing_ = false;
                                  if (!started_) return;
                                  if (beginning.ok())
                                    connect(std::move(*beginning));
                                  else
                                    on_closed(beginning.error());
                                  check_armed();
                                });
}

void SyncDriver::connect(Beginning beginning) {
  HUIYIN_CHECK(!beginning.pins.empty());  // a ring without one does not verify
  pin_count_ = beginning.pins.size();
  net::FrameClientOptions target;
  target.host = host_;
  target.port = port_;
  target.pin = beginning.pins[pin_index_ % pin_count_];
  connection_ =
      Connection::open(setup_.runtime, setup_.clock, std::move(target),
                       std::make_unique<Session>(setup_.hashes, setup_.key, std::move(beginning.identity)),
                       {[this](Session::Output output) { on_output(std::move(output)); },
                        [this](const Error& why) { on_closed(why); }, [this] { heard(); }});
}

// --- what the session asks for

void SyncDriver::on_output(Session::Output output) {
  if (auto* need = std::get_if<Session::NeedBatch>(&output)) return on(*need);
  if (auto* store = std::get_if<Session::StoreAck>(&output)) return on(*store);
  if (auto* apply = std::get_if<Session::Apply>(&output)) return on(*apply);
  if (auto* welcomed = std::get_if<Session::Welcomed>(&output)) return on(*welcomed);
  if (auto* refused = std::get_if<Session::Refused>(&output)) return on(*refused);
  if (auto* went = std::get_if<Session::WentAway>(&output)) return on(*went);
  HUIYIN_CHECK(!"an enrolled device has no other outputs");
}

void SyncDriver::on(Session::NeedBatch& need) {
  using Batch = std::optional<protocol::Push>;
  setup_.storage.ask<Batch>([from = need.from](Logs& logs) { return logs.journal.next_batch(from); },
                            [this, connection = connection_](Result<Batch> batch) {
                              if (connection != connection_) return;
                              if (!batch.ok()) return abandon(batch.error());
                              connection->feed(Session::BatchReady{std::move(*batch)});
                            });
}

void SyncDriver::on(Session::StoreAck& store) {
  setup_.storage.ask<void>([ack = std::move(store.ack)](Logs& logs) { return logs.journal.store_ack(ack); },
                           [this](const Status& stored) {
                             if (stored.ok()) return events_.on_acked();
                             // The office has the records; it will say so again at the next connection.
                             events_.on_trouble(LinkTrouble::kNone, stored.error().text());
                           });
}

void SyncDriver::on(Session::Apply& apply) {
  setup_.storage.ask<log::AppliedRound>(
      [deltas = std::move(apply.deltas), checkpoint = std::move(apply.checkpoint)](Logs& logs) {
        return logs.downlink.apply(deltas, checkpoint);
      },
      [this, connection = connection_](const Result<log::AppliedRound>& round) {
        if (round.ok())
          events_.on_applied(*round);
        else
          events_.on_trouble(LinkTrouble::kNone, round.error().text());
        if (connection == connection_) connection->feed(Session::Applied{round.ok()});
      });
}

void SyncDriver::on(Session::Welcomed& welcomed) {
  welcome_time_ = welcomed.welcome.now;
  welcome_at_ = setup_.clock.now();
  office_epoch_ = welcomed.welcome.office_epoch;
  heard();
  events_.on_trouble(LinkTrouble::kNone, "");
  events_.on_link(true);
  using Points = std::vector<protocol::ResumePoint>;
  setup_.storage.ask<Points>(
      [welcome = std::move(welcomed.welcome), now = setup_.clock.read()](Logs& logs) -> Result<Points> {
        auto points = logs.journal.resume(welcome, now);
        if (!points.ok()) return points.error();
        HUIYIN_TRY(logs.journal.set_anchor(welcome.now, now, welcome.office_epoch));
        return points;
      },
      [this, connection = connection_](Result<Points> points) {
        if (connection != connection_) return;
        if (!points.ok()) return abandon(points.error());
        connection->feed(Session::Resume{std::move(*points)});
      });
}

void SyncDriver::on(Session::Refused& refused) {
  using Reason = protocol::HelloErrorCode;
  wait_.at_least = Duration{std::int64_t{refused.reason.retry_after_s} * kMsPerSecond};
  wait_.is_slow = refused.reason.code != Reason::kBusy;
  const LinkTrouble trouble =
      refused.reason.code == Reason::kRevoked ? LinkTrouble::kRevoked : LinkTrouble::kNone;
  events_.on_trouble(trouble, "the office refused this kiosk: " + refused.reason.text);
}

void SyncDriver::on(Session::WentAway& went) {
  wait_.at_least = Duration{std::int64_t{went.message.retry_after_s} * kMsPerSecond};
}

// --- ending and beginning again

void SyncDriver::heard() {
  if (welcome_at_) last_contact_ = welcome_time_ + between(*welcome_at_, setup_.clock.now());
}

void SyncDriver::keep_contact() {
  if (!welcome_at_ || !last_contact_) return;
  const OfficeTime contact = *last_contact_;
  setup_.storage.ask<void>([contact, now = setup_.clock.read(), epoch = office_epoch_](
                               Logs& logs) { return logs.journal.set_anchor(contact, now, epoch); },
                           [this](const Status& kept) {
                             if (!kept.ok() && started_)
                               events_.on_trouble(LinkTrouble::kNone, kept.error().text());
                           });
}

void SyncDriver::abandon(const Error& why) {
  if (const auto connection = std::exchange(connection_, nullptr)) connection->stop();
  on_closed(why);
}

void SyncDriver::on_closed(const Error& why) {
  connection_.reset();
  if (!started_) return;
  const bool was_good = welcome_at_ && between(*welcome_at_, setup_.clock.now()) >= kGoodConnection;
  const bool was_online = welcome_at_.has_value();
  keep_contact();
  welcome_at_.reset();
  failures_ = was_good ? 1 : failures_ + 1;
  if (was_online) events_.on_link(false);
  if (why.code == Code::kRefused) {
    // The ring may name the next key already: only when none fits is it another office.
    ++pin_index_;
    if (pin_index_ % pin_count_ == 0) events_.on_trouble(LinkTrouble::kOfficeKey, why.text());
  } else if (wait_.at_least.ms == 0 && !wait_.is_slow) {
    events_.on_trouble(LinkTrouble::kNone, why.text());
  }
  try_again_later();
  check_armed();
}

void SyncDriver::try_again_later() {
  Duration wait = backoff_delay(setup_.backoff, failures_, setup_.jitter);
  if (wait_.is_slow) wait = std::max(wait, std::min(kSlowRetry, setup_.backoff.cap));
  // A fleet that is sent away at one moment does not come back at one moment.
  if (wait_.at_least.ms > 0) wait = wait + std::min(wait_.at_least, kRetryAfterMax);
  timer_ = setup_.runtime.after(std::max(wait, Duration{1}), [this] {
    timer_ = 0;
    attempt();
    check_armed();
  });
}

}  // namespace huiyin::kiosk
