#include "sync-server/sync/device_port.hpp"

#include "protocol/enrolment.hpp"
#include "shared/crypto/secret.hpp"
#include "sync-server/desk/downlink/buckets.hpp"
#include "sync-server/desk/devices/enrolment.hpp"

namespace huiyin::office {

using protocol::OfficeSession;

namespace {
constexpr std::size_t kRoundBytesMax = 512 * 1024;
}

struct DevicePort::Connection {
  Connection(std::shared_ptr<net::FrameLink> its_link, const HashPort& hashes)
      : link(std::move(its_link)), session(hashes) {}
  std::shared_ptr<net::FrameLink> link;
  OfficeSession session;
  /// Inputs that arrive while the session's outputs are carried out wait here: handle() wants poll() drained.
  std::deque<std::function<OfficeSession::Input()>> waiting;
  bool feeding = false;
  bool gone = false;
  std::uint64_t timer = 0;
  desk::Presence presence;
  bool welcomed = false;
};

DevicePort::DevicePort(Setup setup) : setup_(std::move(setup)) {}
DevicePort::~DevicePort() = default;

Status DevicePort::listen(const std::string& address, std::uint16_t port) {
  net::FrameServerOptions options;
  options.address = address;
  options.port = port;
  options.identity = setup_.keys.tls();
  auto server = net::make_frame_server(
      setup_.runtime, options, [this](std::shared_ptr<net::FrameLink> link) { accept(std::move(link)); });
  if (!server.ok()) return server.error();
  server_ = std::move(*server);
  return {};
}

void DevicePort::accept(std::shared_ptr<net::FrameLink> link) {
  auto connection = std::make_shared<Connection>(std::move(link), setup_.hashes);
  connections_.insert(connection);
  // The handlers hold the connection weakly: whoever drops it ends it.
  const std::weak_ptr<Connection> weak = connection;
  net::LinkHandlers handlers;
  handlers.on_frame = [this, weak](ByteView frame) {
    if (const auto alive = weak.lock())
      feed(alive, OfficeSession::FrameReceived{frame, setup_.clocks.office()});
  };
  handlers.on_closed = [this, weak](const std::string&) {
    if (const auto alive = weak.lock()) {
      feed(alive, OfficeSession::TransportDown{});
      drop(alive);
    }
  };
  connection->link->set_handlers(std::move(handlers));
  feed(connection,
       OfficeSession::Accepted{setup_.keys.office(), setup_.keys.epoch(), crypto::random_id<Nonce>(),
                               connection->link->exporter(), setup_.clocks.office()});
}

void DevicePort::feed(const std::shared_ptr<Connection>& connection, const OfficeSession::Input& input) {
  if (connection->gone) return;
  if (connection->feeding) {
    // Only answers that are given at once come here, never frames, whose view would not live.
    HUIYIN_CHECK(!std::holds_alternative<OfficeSession::FrameReceived>(input));
    connection->waiting.push_back([input] { return input; });
    return;
  }
  connection->feeding = true;
  connection->session.handle(input, setup_.clocks.boot());
  for (;;) {
    while (auto output = connection->session.poll()) carry_out(connection, *output);
    if (connection->waiting.empty()) break;
    const auto next = std::move(connection->waiting.front());
    connection->waiting.pop_front();
    connection->session.handle(next(), setup_.clocks.boot());
  }
  connection->feeding = false;
  arm(connection);
}

void DevicePort::carry_out(const std::shared_ptr<Connection>& connection, OfficeSession::Output& output) {
  if (auto* send = std::get_if<OfficeSession::SendFrame>(&output))
    return connection->link->send(std::move(send->frame));
  if (const auto* wanted = std::get_if<OfficeSession::LookUp>(&output)) return look_up(connection, *wanted);
  if (const auto* wish = std::get_if<OfficeSession::TryEnrol>(&output)) return enrol(connection, *wish);
  if (auto* batch = std::get_if<OfficeSession::Ingest>(&output)) return ingest(connection, *batch);
  if (const auto* wanted = std::get_if<OfficeSession::ReadBuckets>(&output))
    return read_round(connection, *wanted);
  if (const auto* connected = std::get_if<OfficeSession::Connected>(&output)) {
    const DeviceId& device = connection->session.device();
    connection->welcomed = true;
    connection->presence.last_contact = setup_.clocks.office();
    connection->presence.unsent = connected->hello.unsent;
    connection->presence.software = connected->hello.software;
    // A second connection of the same device replaces the first: half-open links must not block it.
    if (const auto older = connected_.find(device); older != connected_.end() && older->second != connection)
      older->second->link->close(net::CloseCode::kPolicy, "the same device connected again");
    connected_[device] = connection;
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      connected_ids_.insert(device);
    }
    save_presence(*connection);
    setup_.log("device " + device.text().substr(0, 8) + " connected from " + connection->link->peer());
    return;
  }
  const auto& close = std::get<OfficeSession::Close>(output);
  setup_.log("device port: " + connection->link->peer() + ": " + close.reason);
  connection->link->close(net::CloseCode::kNormal, close.reason.substr(0, 100));
}

void DevicePort::arm(const std::shared_ptr<Connection>& connection) {
  if (connection->timer != 0) setup_.runtime.cancel(std::exchange(connection->timer, 0));
  const auto due = connection->session.deadline();
  if (!due || connection->gone) return;
  const std::weak_ptr<Connection> weak = connection;
  connection->timer = setup_.runtime.after(between(setup_.clocks.boot(), *due), [this, weak] {
    const auto alive = weak.lock();
    if (!alive) return;
    alive->timer = 0;
    feed(alive, OfficeSession::Timeout{});
  });
}

void DevicePort::drop(const std::shared_ptr<Connection>& connection) {
  if (connection->gone) return;
  connection->gone = true;
  if (connection->timer != 0) setup_.runtime.cancel(std::exchange(connection->timer, 0));
  const auto known = connected_.find(connection->session.device());
  if (known != connected_.end() && known->second == connection) {
    connection->presence.last_contact = setup_.clocks.office();
    save_presence(*connection);
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      connected_ids_.erase(known->first);
    }
    connected_.erase(known);
  }
  connections_.erase(connection);
}

void DevicePort::save_presence(const Connection& connection) {
  const DeviceId device = connection.session.device();
  setup_.writer.act(
      [device, presence = connection.presence](log::LedgerWriter&, StoreWriter& writer) {
        return desk::put_presence(writer, device, presence);
      },
      [log = setup_.log](const Status& done) {
        if (!done.ok()) log("cannot note when a device was heard: " + done.error().text());
      });
}

void DevicePort::look_up(const std::shared_ptr<Connection>& connection, const OfficeSession::LookUp& wanted) {
  OfficeSession::LookedUp found{std::nullopt, setup_.clocks.office()};
  const Status read = setup_.store.read([&](StoreReader& reader) -> Status {
    const auto device = desk::find_device(reader, wanted.device);
    if (!device.ok()) return device.error();
    if (!*device) return {};
    protocol::KnownDevice known;
    known.key = (*device)->key;
    known.revoked = (*device)->revoked;
    auto have = log::device_positions(reader, wanted.device, wanted.epochs);
    if (!have.ok()) return have.error();
    known.have = std::move(*have);
    known.buckets = desk::buckets_of(setup_.rules, wanted.device, (*device)->area, (*device)->reply_zone);
    const auto state = log::ledger_state(reader, setup_.hashes);
    if (!state.ok()) return state.error();
    known.tree_size = state->size;
    known.backed_up_size = state->backed_up_size;
    found.device = std::move(known);
    return {};
  });
  if (!read.ok()) {
    setup_.log("cannot read the registry: " + read.error().text());
    return feed(connection, OfficeSession::Stop{30});
  }
  feed(connection, found);
}

void DevicePort::enrol(const std::shared_ptr<Connection>& connection, const OfficeSession::TryEnrol& wish) {
  auto outcome = std::make_shared<std::variant<protocol::EnrolResult, protocol::HelloError>>();
  const OfficeTime now = setup_.clocks.office();
  const std::weak_ptr<Connection> weak = connection;
  const desk::EnrolmentOffice office{setup_.keys.office(), setup_.keys.epoch(), setup_.keys.ring()};
  setup_.writer.act(
      [this, outcome, wish, now, office](log::LedgerWriter& ledger, StoreWriter& writer) -> Status {
        auto enrolled =
            desk::try_enrol(ledger, writer, setup_.hashes, office, wish.enrol, wish.nonce, wish.exporter, now,
                            {crypto::random_id<Salt>(), crypto::random_id<Salt>()});
        if (!enrolled.ok()) return enrolled.error();
        *outcome = std::move(*enrolled);
        return {};
      },
      [this, outcome, weak](const Status& done) {
        setup_.runtime.post([this, outcome, weak, done] {
          const auto alive = weak.lock();
          if (!alive) return;
          if (!done.ok()) {
            protocol::HelloError busy;
            busy.code = protocol::HelloErrorCode::kBusy;
            busy.text = "the office cannot enrol now";
            busy.retry_after_s = 30;
            return feed(alive, OfficeSession::EnrolDone{busy});
          }
          feed(alive, OfficeSession::EnrolDone{*outcome});
        });
      });
}

void DevicePort::ingest(const std::shared_ptr<Connection>& connection, OfficeSession::Ingest& ingest) {
  log::IngestBatch batch;
  batch.device = connection->session.device();
  batch.epoch = ingest.epoch;
  batch.previous = ingest.previous;
  batch.records = std::move(ingest.records);
  batch.anchor = ingest.anchor;
  batch.signature = ingest.signature;
  const std::uint64_t count = batch.records.size();
  const std::weak_ptr<Connection> weak = connection;
  auto done = [this, weak, count](std::variant<protocol::Ack, Error> result) {
    auto shared = std::make_shared<std::variant<protocol::Ack, Error>>(std::move(result));
    setup_.runtime.post([this, weak, count, shared] {
      const auto alive = weak.lock();
      if (!alive) return;
      if (std::holds_alternative<protocol::Ack>(*shared)) {
        const bool had_unsent = alive->presence.unsent > 0;
        alive->presence.unsent -= std::min(alive->presence.unsent, count);
        // Noted when the last arrived, not at every batch: it is a line on a page, not a promise.
        if (had_unsent && alive->presence.unsent == 0) save_presence(*alive);
      } else {
        setup_.log("cannot store: " + std::get<Error>(*shared).text());
      }
      feed(alive, OfficeSession::Ingested{std::move(*shared)});
    });
  };
  const OfficeTime at = setup_.clocks.office();
  setup_.opener.submit(std::move(batch), [this, at, done = std::move(done)](log::IngestBatch opened) {
    setup_.writer.ingest(std::move(opened), at, done);
  });
}

void DevicePort::read_round(const std::shared_ptr<Connection>& connection,
                            const OfficeSession::ReadBuckets& wanted) {
  desk::BucketRound round;
  const Status read = setup_.store.read([&](StoreReader& reader) -> Status {
    // Only what this device may follow: whoever asks for another bucket gets nothing of it.
    const auto device = desk::find_device(reader, connection->session.device());
    if (!device.ok()) return device.error();
    std::vector<protocol::BucketPosition> allowed;
    if (*device)
      for (const auto& bucket : desk::buckets_of(setup_.rules, connection->session.device(), (*device)->area,
                                                 (*device)->reply_zone))
        for (const auto& position : wanted.positions)
          if (position.bucket == bucket) allowed.push_back(position);
    auto cut = desk::read_buckets(reader, allowed, kRoundBytesMax);
    if (!cut.ok()) return cut.error();
    round = std::move(*cut);
    return {};
  });
  if (!read.ok()) setup_.log("cannot read the buckets: " + read.error().text());
  feed(connection, OfficeSession::BucketsRead{std::move(round.deltas), std::move(round.now_at)});
}

std::set<DeviceId> DevicePort::connected_devices() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return connected_ids_;
}

void DevicePort::buckets_changed() {
  setup_.runtime.post([this] {
    const auto all = connected_;
    for (const auto& [device, connection] : all) feed(connection, OfficeSession::BucketsChanged{});
  });
}

void DevicePort::device_revoked(const DeviceId& device) {
  setup_.runtime.post([this, device] {
    if (const auto known = connected_.find(device); known != connected_.end()) {
      const auto connection = known->second;
      feed(connection, OfficeSession::Revoked{});
    }
  });
}

void DevicePort::stop() {
  if (std::exchange(stopping_, true)) return;
  if (server_) server_->stop_accepting();
  const auto all = connections_;
  for (const auto& connection : all) feed(connection, OfficeSession::Stop{5});
}

}  // namespace huiyin::office
