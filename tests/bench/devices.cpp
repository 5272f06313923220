#include "tests/bench/devices.hpp"

#include <deque>

#include "kiosk/clock.hpp"
#include "kiosk/connection.hpp"
#include "shared/crypto/hash.hpp"
#include "tests/bench/figures.hpp"

namespace huiyin::bench {

namespace {

using Session = protocol::EdgeSession;
constexpr std::size_t kConnectingAtOnce = 16;
constexpr Duration kSettle{500};
constexpr Duration kRunMax{10 * kMsPerMinute};
constexpr std::size_t kErrorWordsMax = 5;

class Load {
 public:
  Load(const LoadTarget& target, std::vector<DeviceCorpus>& corpora, bool is_pushing)
      : target_(target),
        clock_(must(kiosk::SystemClock::make(), "reading the clock")),
        is_pushing_(is_pushing) {
    for (DeviceCorpus& corpus : corpora) devices_.push_back(Device{corpus, nullptr, {}, 0, 0, {}});
  }

  void run(const std::function<void()>& before, const std::function<void()>& after) {
    before_ = before;
    after_ = after;
    for (std::size_t i = 0; i < kConnectingAtOnce; ++i) connect_next();
    runtime_.after(kRunMax, [] { give_up("the devices were not done after ten minutes"); });
    runtime_.run([](const std::string& what) { give_up(what); });
  }

  LoadResult result;

 private:
  struct Sent {
    Seq last;
    Stopwatch since;
  };
  struct Device {
    DeviceCorpus& corpus;
    std::shared_ptr<kiosk::Connection> connection;
    std::optional<protocol::Welcome> welcome;
    std::size_t next_push = 0;
    std::uint64_t acknowledged = 0;
    std::deque<Sent> in_flight;
  };

  void connect_next() {
    if (started_ == devices_.size()) return;
    Device& device = devices_[started_++];
    protocol::EdgeIdentity identity;
    identity.office = target_.office;
    identity.ack_key = target_.ack_key;
    identity.device = device.corpus.device;
    identity.epochs.items.push_back({device.corpus.epoch, device.corpus.last, device.corpus.last_hash});
    identity.boot = clock_.read().boot;
    identity.wall_time = clock_.read().wall_time;
    identity.unsent = device.corpus.last.value;
    net::FrameClientOptions options;
    options.host = "127.0.0.1";
    options.port = target_.port;
    options.pin = target_.pin;
    options.connect_max = Duration{kMsPerMinute};
    device.connection = kiosk::Connection::open(
        runtime_, clock_, std::move(options),
        std::make_unique<Session>(crypto::hash_port(), device.corpus.key, std::move(identity)),
        {[this, &device](Session::Output output) { on_output(device, std::move(output)); },
         [this](const Error& why) { on_closed(why); }, [] {}});
  }

  void on_output(Device& device, Session::Output output) {
    if (auto* welcomed = std::get_if<Session::Welcomed>(&output)) {
      device.welcome = std::move(welcomed->welcome);
      ++welcomed_;
      connect_next();
      if (welcomed_ == devices_.size()) runtime_.after(kSettle, [this] { begin(); });
    } else if (std::holds_alternative<Session::NeedBatch>(output)) {
      answer_need(device);
    } else if (auto* store = std::get_if<Session::StoreAck>(&output)) {
      on_ack(device, store->ack);
    } else if (std::holds_alternative<Session::Apply>(output)) {
      device.connection->feed(Session::Applied{true});
    } else if (const auto* refused = std::get_if<Session::Refused>(&output)) {
      count_error("refused: " + refused->reason.text);
    } else if (const auto* went = std::get_if<Session::WentAway>(&output)) {
      count_error("sent away: " + went->message.reason.value);
    }
  }

  void begin() {
    before_();
    if (!is_pushing_) return end();
    watch_ = {};
    for (Device& device : devices_) {
      const auto& have = device.welcome->have.items;
      if (!have.empty()) give_up("the office has records of this device already");
      device.connection->feed(Session::Resume{{protocol::ResumePoint{device.corpus.epoch, {0}, true}}});
    }
  }

  void answer_need(Device& device) {
    if (device.next_push == device.corpus.pushes.size())
      return device.connection->feed(Session::BatchReady{});
    protocol::Push& push = device.corpus.pushes[device.next_push++];
    device.in_flight.push_back({{push.batch.base.value + push.batch.shape_of.items.size() - 1}, {}});
    device.connection->feed(Session::BatchReady{push});
  }

  void on_ack(Device& device, const protocol::Ack& ack) {
    for (const protocol::AckException& exception : ack.body.exceptions.items)
      count_error("verdict " + std::to_string(static_cast<int>(exception.verdict.value)) + ": " +
                  exception.reason.value);
    for (const protocol::AckRun& run : ack.body.runs.items) {
      device.acknowledged += run.count;
      result.acknowledged += run.count;
      while (!device.in_flight.empty() && device.in_flight.front().last.value < run.first.value + run.count) {
        result.ack_ms.push_back(device.in_flight.front().since.milliseconds());
        device.in_flight.pop_front();
      }
    }
    if (device.acknowledged >= device.corpus.last.value && ++done_ == devices_.size()) {
      result.seconds = watch_.seconds();
      end();
    }
  }

  void end() {
    is_over_ = true;
    after_();
    for (Device& device : devices_) device.connection->stop();
    // What stop() queued still goes out: the office must not count us as lost.
    runtime_.after(Duration{200}, [this] { runtime_.stop(); });
  }

  void on_closed(const Error& why) {
    if (is_over_) return;
    give_up("a device lost its office: " + why.text() +
            (result.error_words.empty() ? "" : "; " + result.error_words.front()));
  }

  void count_error(const std::string& words) {
    ++result.errors;
    if (result.error_words.size() < kErrorWordsMax) result.error_words.push_back(words);
  }

  LoadTarget target_;
  kiosk::SystemClock clock_;
  bool is_pushing_;
  net::Runtime runtime_;
  std::deque<Device> devices_;
  std::size_t started_ = 0;
  std::size_t welcomed_ = 0;
  std::size_t done_ = 0;
  bool is_over_ = false;
  Stopwatch watch_;
  std::function<void()> before_;
  std::function<void()> after_;
};

}  // namespace

LoadResult push_all(const LoadTarget& target, std::vector<DeviceCorpus>& devices,
                    const std::function<void()>& before, const std::function<void()>& after) {
  Load load(target, devices, true);
  load.run(before, after);
  for (const DeviceCorpus& device : devices)
    for (const protocol::Push& push : device.pushes)
      load.result.wire_bytes_up += protocol::encode(push).size();
  return std::move(load.result);
}

void connect_all(const LoadTarget& target, std::vector<DeviceCorpus>& devices,
                 const std::function<void()>& while_idle) {
  Load load(target, devices, false);
  load.run([] {}, while_idle);
}

}  // namespace huiyin::bench
