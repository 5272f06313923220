#pragma once
/// Two endpoints, a wire and a clock: a device with a toy journal, an office with a toy ledger,
/// and between them frames that take time, can be held back, cut or dropped with the connection.
/// No sockets, no threads, no real time. After every input it is asserted that the session was
/// drained, that an open session has a deadline, and that the promises of both headers hold.

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "protocol/edge_session.hpp"
#include "protocol/office_session.hpp"
#include "tests/protocol/samples.hpp"

namespace huiyin::protocol::testing {

/// The records of one device, as its journal would keep them. Survives connections.
class ToyJournal {
 public:
  explicit ToyJournal(const TestKey& key = cast().device)
      : key_(key), device_(device_id_of(hashes(), key.public_key())) {
    open_epoch("epoch");
  }

  void open_epoch(const std::string& name) {
    epochs_.push_back({id_named<EpochId>(name), {}});
    append(1);
  }
  void append(std::size_t count, std::size_t payload_bytes = 24) {
    Epoch& epoch = epochs_.back();
    for (std::size_t i = 0; i < count; ++i) {
      Record record;
      record.header.device = device_;
      record.header.epoch = epoch.id;
      record.header.seq = {++last_seq_};
      record.header.type = epoch.records.empty() ? record_type::kEpochOpen : record_type::kFeedback;
      record.header.revision = 1;
      record.header.payload_bytes = static_cast<std::uint32_t>(payload_bytes);
      record.payload.assign(payload_bytes, static_cast<std::uint8_t>(last_seq_));
      record.salt = record_salt(hashes(), seed_of(record.header.seq), record.header.seq);
      record.digest = payload_digest(hashes(), record.salt, record.payload);
      record.hash = record_hash(hashes(), epoch.records.empty() ? Hash{} : epoch.records.back().hash,
                                header_bytes(record.header), record.digest);
      epoch.records.push_back(std::move(record));
    }
  }

  [[nodiscard]] EdgeIdentity identity() const {
    EdgeIdentity identity;
    identity.office = cast().office;
    identity.ack_key = cast().ack.public_key();
    identity.device = device_;
    for (const Epoch& epoch : epochs_)
      identity.epochs.items.push_back({epoch.id, epoch.records.back().header.seq, epoch.records.back().hash});
    identity.boot = cast().boot;
    identity.known_office_epoch = office_epoch;
    identity.unsent = unacknowledged();
    identity.buckets = buckets;
    return identity;
  }
  /// Where to begin after this Welcome, epoch by epoch: behind what the office has, and not
  /// beyond what a verified ack or a rejection has settled. An ack that was lost is thereby asked
  /// for again: the records go once more and come back as duplicates.
  [[nodiscard]] std::vector<ResumePoint> resume(const Welcome& welcome) const {
    std::vector<ResumePoint> points;
    for (const Epoch& epoch : epochs_) {
      std::uint64_t settled = epoch.records.front().header.seq.value - 1;
      std::uint64_t have = settled;
      for (const EpochPosition& position : welcome.have.items)
        if (position.epoch == epoch.id) have = position.through.value;
      while (settled < epoch.records.back().header.seq.value && is_settled(settled + 1)) ++settled;
      points.push_back({epoch.id,
                        {std::min(settled, have)},
                        settled >= have && have >= epoch.records.front().header.seq.value});
    }
    return points;
  }
  [[nodiscard]] std::optional<Push> batch_after(const ResumePoint& from, std::size_t records_max) const {
    for (const Epoch& epoch : epochs_) {
      if (!(epoch.id == from.epoch)) continue;
      const std::uint64_t first = epoch.records.front().header.seq.value;
      const std::size_t skip =
          from.after.value < first ? 0 : static_cast<std::size_t>(from.after.value - first + 1);
      if (skip >= epoch.records.size()) return std::nullopt;
      const Hash previous = skip == 0 ? Hash{} : epoch.records[skip - 1].hash;
      BatchBuilder builder(previous, from.office_has_previous, TimeAnchor{});
      const Record* last = nullptr;
      for (std::size_t i = skip; i < epoch.records.size() && i < skip + records_max; ++i) {
        if (!builder.add(epoch.records[i].header, epoch.records[i].payload,
                         seed_of(epoch.records[i].header.seq)))
          break;
        last = &epoch.records[i];
      }
      return Push{builder.finish(sign_head(key_, cast().office, last->header, last->hash))};
    }
    return std::nullopt;
  }
  void store(const Ack& ack) {
    EXPECT_TRUE(verify_ack(hashes(), cast().ack.public_key(), ack)) << "an ack was handed on unverified";
    for (const AckRun& run : ack.body.runs.items)
      for (std::uint64_t n = 0; n < run.count; ++n) acknowledged_.insert(run.first.value + n);
    for (const AckException& exception : ack.body.exceptions.items)
      verdicts[exception.seq.value] = exception.verdict.value;
  }

  [[nodiscard]] std::uint64_t last() const { return last_seq_; }
  [[nodiscard]] std::uint64_t unacknowledged() const { return last_seq_ - acknowledged_.size(); }
  [[nodiscard]] bool is_acknowledged(std::uint64_t seq) const { return acknowledged_.contains(seq); }
  [[nodiscard]] const DeviceId& device() const { return device_; }
  [[nodiscard]] const TestKey& key() const { return key_; }
  /// The record as captured; for comparing with what arrived.
  [[nodiscard]] const Record& record(std::uint64_t seq) const {
    for (const Epoch& epoch : epochs_)
      if (seq <= epoch.records.back().header.seq.value)
        return epoch.records[static_cast<std::size_t>(seq - epoch.records.front().header.seq.value)];
    HUIYIN_CHECK(false);
    return epochs_.front().records.front();
  }

  OfficeEpoch office_epoch;
  std::vector<BucketPosition> buckets;
  std::map<std::uint64_t, Verdict> verdicts;

 private:
  struct Epoch {
    EpochId id;
    std::vector<Record> records;
  };
  [[nodiscard]] bool is_settled(std::uint64_t seq) const {
    const auto verdict = verdicts.find(seq);
    return acknowledged_.contains(seq) ||
           (verdict != verdicts.end() && verdict->second == Verdict::kRejected);
  }
  static SaltSeed seed_of(Seq seq) {
    return id_named<SaltSeed>("block " + std::to_string(seq.value / kSaltBlock));
  }

  const TestKey& key_;
  DeviceId device_;
  std::vector<Epoch> epochs_;
  std::uint64_t last_seq_ = 0;
  std::set<std::uint64_t> acknowledged_;
};

/// The office's registry, ledger and buckets. Survives connections; a copy is a backup.
struct ToyOffice {
  struct Device {
    PublicKey key;
    bool revoked = false;
  };
  std::map<DeviceId, Device> devices;
  /// (device, epoch, number) → record: the uniqueness rule.
  std::map<std::tuple<DeviceId, EpochId, std::uint64_t>, Record> ledger;
  std::map<std::tuple<DeviceId, EpochId>, std::vector<std::uint64_t>> order;  ///< arrival, for the tests
  std::map<Bucket, std::vector<BucketEntry>> buckets{{bucket_for_everyone(), {}}};
  OfficeEpoch epoch = cast().office_epoch;
  std::map<CodeId, Hash> codes;
  std::uint64_t backed_up = 0;
  /// Numbers that get another verdict than accepted.
  std::map<std::uint64_t, Verdict> judgements;
  std::size_t duplicates = 0;

  void enrol(const TestKey& key) {
    devices[device_id_of(hashes(), key.public_key())] = {key.public_key(), false};
  }
  void publish(const Bucket& bucket, std::string_view text,
               std::uint16_t type = bucket_entry_type::kOfficeInfo) {
    auto& entries = buckets[bucket];
    BucketEntry entry;
    entry.offset = {entries.size() + 1};
    entry.type = type;
    entry.body.value = to_bytes(as_bytes(text));
    entry.signature = sign_bucket_entry(cast().log, cast().office, bucket, type, entry.body.value);
    entries.push_back(entry);
  }
  [[nodiscard]] std::optional<KnownDevice> look_up(const OfficeSession::LookUp& wanted) const {
    const auto found = devices.find(wanted.device);
    if (found == devices.end()) return std::nullopt;
    KnownDevice known;
    known.key = found->second.key;
    known.revoked = found->second.revoked;
    for (const EpochPosition& named : wanted.epochs.items) {
      // Contiguous from the epoch's first record.
      const Record* head = nullptr;
      for (auto it = ledger.lower_bound({wanted.device, named.epoch, 0});
           it != ledger.end() && std::get<0>(it->first) == wanted.device &&
           std::get<1>(it->first) == named.epoch;
           ++it) {
        if (head != nullptr && it->second.header.seq.value != head->header.seq.value + 1) break;
        head = &it->second;
      }
      if (head != nullptr) known.have.items.push_back({named.epoch, head->header.seq, head->hash});
    }
    for (const auto& [bucket, entries] : buckets) known.buckets.push_back(bucket);
    known.tree_size = ledger.size();
    known.backed_up_size = backed_up;
    return known;
  }
  [[nodiscard]] Ack ingest(const DeviceId& device, const OfficeSession::Ingest& work) {
    AckBody body;
    body.office = cast().office;
    body.office_epoch = epoch;
    body.device = device;
    body.epoch = work.epoch;
    for (const Record& record : work.records) {
      const std::uint64_t seq = record.header.seq.value;
      const auto judged = judgements.find(seq);
      if (judged != judgements.end() && judged->second == Verdict::kRejected) {
        body.exceptions.items.push_back({{seq}, {Verdict::kRejected}, {"above a limit"}});
        continue;
      }
      const auto [place, is_new] = ledger.try_emplace({device, work.epoch, seq}, record);
      EXPECT_EQ(place->second.hash, record.hash) << "the toy office has no branches";
      if (is_new) {
        order[{device, work.epoch}].push_back(seq);
        if (judged != judgements.end())
          body.exceptions.items.push_back({{seq}, {judged->second}, {"judged"}});
      } else {
        ++duplicates;
        body.exceptions.items.push_back({{seq}, {Verdict::kDuplicate}, {}});
      }
      if (!body.runs.items.empty() &&
          body.runs.items.back().first.value + body.runs.items.back().count == seq)
        ++body.runs.items.back().count;
      else
        body.runs.items.push_back({{seq}, 1, {ledger.size() - 1}});
    }
    body.tree_size = ledger.size();
    body.backed_up_size = backed_up;
    return sign_ack(cast().ack, body);
  }
  [[nodiscard]] OfficeSession::BucketsRead read(const std::vector<BucketPosition>& from,
                                                std::size_t entries_max) const {
    OfficeSession::BucketsRead read;
    for (const BucketPosition& position : from) {
      BucketPosition now = position;
      const auto bucket = buckets.find(position.bucket);
      Delta delta{position.bucket, {}};
      if (bucket != buckets.end())
        for (const BucketEntry& entry : bucket->second)
          if (entry.offset > position.after && delta.entries.items.size() < entries_max) {
            delta.entries.items.push_back(entry);
            now.after = entry.offset;
          }
      if (!delta.entries.items.empty()) read.deltas.push_back(delta);
      read.now_at.push_back(now);
    }
    return read;
  }
};

/// One connection between a journal and an office.
class SessionPair {
 public:
  SessionPair(ToyJournal& journal, ToyOffice& office, std::optional<EnrolWish> wish = std::nullopt)
      : journal_(journal), office_(office) {
    if (wish)
      edge_ = std::make_unique<EdgeSession>(hashes(), journal.key(), *wish);
    else
      edge_ = std::make_unique<EdgeSession>(hashes(), journal.key(), journal.identity());
  }

  // --- knobs, to be set before connect()
  Exporter edge_exporter = cast().exporter;
  Exporter office_exporter = cast().exporter;
  Nonce office_nonce = cast().office_nonce;
  std::size_t batch_records_max = 10;
  std::size_t round_entries_max = limits::kDeltaEntriesMax;
  Duration latency{10};
  bool hold_commits = false;  ///< the office's disk is stuck: Ingest is not answered
  bool hold_buckets = false;  ///< its buckets cannot be read
  bool hold_applies = false;  ///< the device's store is stuck
  bool hold_batches = false;  ///< the device's journal cannot be read
  bool apply_fails = false;
  bool half_open = false;  ///< a close does not reach the other side
  /// What happens to a frame on its way; returning false loses it (a test's attacker, not TCP).
  std::function<bool(Bytes& frame)> to_office;
  std::function<bool(Bytes& frame)> to_edge;
  std::function<void(Ack& ack)> before_ack;

  // --- what happened
  std::vector<std::string> edge_closed, office_closed;
  std::vector<HelloErrorCode> refusals;
  std::vector<GoAway> went_away;
  std::vector<Welcome> welcomes;
  std::vector<EnrolResult> enrolled;
  std::vector<Bytes> sent_by_edge, sent_by_office;
  std::vector<EdgeSession::Apply> applied;
  std::size_t connected = 0;
  std::size_t in_flight_most = 0;

  EdgeSession& edge() { return *edge_; }
  OfficeSession& office() { return office_session_; }
  [[nodiscard]] BootTime now() const { return now_; }

  void connect() {
    office_up_ = true;
    input_office(
        OfficeSession::Accepted{cast().office, office_.epoch, office_nonce, office_exporter, office_time()});
    edge_up_ = true;
    input_edge(EdgeSession::TransportUp{edge_exporter, cast().device_nonce});
  }
  /// Handshake and everything that follows without waiting.
  void connect_and_drive() {
    connect();
    drive();
  }
  void append(std::size_t count) {
    journal_.append(count);
    input_edge(EdgeSession::Appended{});
  }
  void publish(const Bucket& bucket, std::string_view text) {
    office_.publish(bucket, text);
    input_office(OfficeSession::BucketsChanged{});
  }

  /// Delivers the next frame that is due or fires the next timer; false when nothing is under way.
  bool step(bool timers = false) {
    const BootTime* next = nullptr;
    std::deque<Travelling>* lane = nullptr;
    for (auto* candidate : {&uplink_, &downlink_})
      if (!candidate->empty() && (next == nullptr || candidate->front().at < *next)) {
        lane = candidate;
        next = &candidate->front().at;
      }
    std::optional<BootTime> timer;
    bool timer_is_edge = false;
    if (timers) {
      timer = edge_->deadline();
      timer_is_edge = timer.has_value();
      if (const auto other = office_session_.deadline(); other && (!timer || *other < *timer)) {
        timer = other;
        timer_is_edge = false;
      }
    }
    if (lane == nullptr && !half_open && edge_up_ && office_up_ &&
        edge_->is_closed() != office_session_.is_closed()) {
      // One side closed and all it sent has arrived: the transport tells the other.
      if (edge_->is_closed())
        input_office(OfficeSession::TransportDown{});
      else
        input_edge(EdgeSession::TransportDown{});
      return true;
    }
    if (lane == nullptr && !timer) return false;
    if (lane != nullptr && (!timer || *next <= *timer)) {
      Travelling frame = std::move(lane->front());
      lane->pop_front();
      now_ = std::max(now_, frame.at);
      if (lane == &uplink_)
        input_office(OfficeSession::FrameReceived{frame.bytes, office_time()});
      else
        input_edge(EdgeSession::FrameReceived{frame.bytes});
      return true;
    }
    now_ = std::max(now_, *timer);
    if (timer_is_edge)
      input_edge(EdgeSession::Timeout{});
    else
      input_office(OfficeSession::Timeout{});
    return true;
  }
  /// Until no frame is under way; the clock moves only as frames travel.
  void drive(std::size_t steps_max = 20'000) {
    while (step()) ASSERT_GT(steps_max--, 0U) << "the sessions never come to rest";
  }
  /// Lets this much time pass, with its timers.
  void drive_for(Duration length) {
    const BootTime end = now_ + length;
    for (std::size_t steps = 0; next_event() && *next_event() <= end; ++steps) {
      ASSERT_LT(steps, 20'000U) << "timers fire without end";
      step(true);
    }
    now_ = end;
  }
  /// The connection breaks: what is under way is lost, both sides learn of it.
  void cut() {
    uplink_.clear();
    downlink_.clear();
    input_edge(EdgeSession::TransportDown{});
    input_office(OfficeSession::TransportDown{});
  }
  /// The office's answers that were held back.
  void release() {
    hold_commits = hold_buckets = hold_applies = hold_batches = false;
    const auto waiting = std::exchange(held_, {});
    for (const auto& work : waiting) work();
  }
  void deliver_to_edge(Bytes frame) { input_edge(EdgeSession::FrameReceived{frame}); }
  void deliver_to_office(Bytes frame) { input_office(OfficeSession::FrameReceived{frame, office_time()}); }

  void input_edge(const EdgeSession::Input& input) {
    edge_->handle(input, now_);
    while (auto output = edge_->poll()) std::visit([this](auto& out) { carry_out(out); }, *output);
    // Answers are given only when everything was polled: that is the contract.
    while (!edge_answers_.empty()) {
      const auto answer = std::move(edge_answers_.front());
      edge_answers_.pop_front();
      edge_->handle(answer, now_);
      while (auto output = edge_->poll()) std::visit([this](auto& out) { carry_out(out); }, *output);
    }
    check();
  }
  void input_office(const OfficeSession::Input& input) {
    office_session_.handle(input, now_);
    while (auto output = office_session_.poll()) std::visit([this](auto& out) { carry_out(out); }, *output);
    while (!office_answers_.empty()) {
      const auto answer = std::move(office_answers_.front());
      office_answers_.pop_front();
      office_session_.handle(answer, now_);
      while (auto output = office_session_.poll()) std::visit([this](auto& out) { carry_out(out); }, *output);
    }
    check();
  }

 private:
  struct Travelling {
    BootTime at;
    Bytes bytes;
  };

  [[nodiscard]] OfficeTime office_time() const { return {cast().now.ms + now_.ms}; }
  [[nodiscard]] std::optional<BootTime> next_event() const {
    std::optional<BootTime> next;
    const auto sooner = [&](BootTime at) { next = next ? std::min(*next, at) : at; };
    if (!uplink_.empty()) sooner(uplink_.front().at);
    if (!downlink_.empty()) sooner(downlink_.front().at);
    if (const auto at = edge_->deadline()) sooner(*at);
    if (const auto at = office_session_.deadline()) sooner(*at);
    return next;
  }
  void check() {
    EXPECT_FALSE(edge_->poll().has_value());
    EXPECT_FALSE(office_session_.poll().has_value());
    // Work pending implies a timer: once the transport is up and until it is closed, there is one.
    EXPECT_EQ(edge_->deadline().has_value(), edge_up_ && !edge_->is_closed());
    EXPECT_EQ(office_session_.deadline().has_value(), office_up_ && !office_session_.is_closed());
    if (edge_->is_idle()) {
      EXPECT_TRUE(edge_->is_live());
    }
    EXPECT_LE(edge_closed.size(), 1U);
    EXPECT_LE(office_closed.size(), 1U);
  }

  // --- the device's driver
  void carry_out(EdgeSession::SendFrame& out) {
    sent_by_edge.push_back(out.frame);
    if (to_office && !to_office(out.frame)) return;
    uplink_.push_back({now_ + latency, std::move(out.frame)});
  }
  void carry_out(EdgeSession::NeedBatch& out) {
    const ResumePoint from = out.from;
    if (hold_batches) {
      // Read now, answered later: what the journal says may be old by then.
      const auto push = journal_.batch_after(from, batch_records_max);
      held_.push_back([this, push] { input_edge(EdgeSession::BatchReady{push}); });
      return;
    }
    edge_answers_.push_back(EdgeSession::BatchReady{journal_.batch_after(from, batch_records_max)});
  }
  void carry_out(EdgeSession::StoreAck& out) { journal_.store(out.ack); }
  void carry_out(EdgeSession::Apply& out) {
    for (const Delta& delta : out.deltas)
      for (const BucketEntry& entry : delta.entries.items)
        EXPECT_TRUE(
            verify_bucket_entry(hashes(), cast().log.public_key(), cast().office, delta.bucket, entry));
    const auto work = [this, out] {
      if (apply_fails) return EdgeSession::Applied{false};
      for (const BucketPosition& position : out.checkpoint.positions.items) {
        std::erase_if(journal_.buckets,
                      [&](const BucketPosition& ours) { return ours.bucket == position.bucket; });
        journal_.buckets.push_back(position);
      }
      applied.push_back(out);
      return EdgeSession::Applied{true};
    };
    if (hold_applies)
      held_.push_back([this, work] { input_edge(work()); });
    else
      edge_answers_.push_back(work());
  }
  void carry_out(EdgeSession::Welcomed& out) {
    welcomes.push_back(out.welcome);
    journal_.office_epoch = out.welcome.office_epoch;
    edge_answers_.push_back(EdgeSession::Resume{journal_.resume(out.welcome)});
  }
  void carry_out(EdgeSession::Enrolled& out) { enrolled.push_back(out.result); }
  void carry_out(EdgeSession::Refused& out) { refusals.push_back(out.reason.code); }
  void carry_out(EdgeSession::WentAway& out) { went_away.push_back(out.message); }
  void carry_out(EdgeSession::Close& out) { edge_closed.push_back(out.reason); }

  // --- the office's driver
  void carry_out(OfficeSession::SendFrame& out) {
    sent_by_office.push_back(out.frame);
    if (to_edge && !to_edge(out.frame)) return;
    downlink_.push_back({now_ + latency, std::move(out.frame)});
  }
  void carry_out(OfficeSession::LookUp& out) {
    office_answers_.push_back(OfficeSession::LookedUp{office_.look_up(out), office_time()});
  }
  void carry_out(OfficeSession::TryEnrol& out) {
    const auto code = office_.codes.find(out.enrol.code);
    const bool good =
        code != office_.codes.end() &&
        enrol_proof(hashes(), code->second, out.nonce, out.exporter, out.enrol.device_key) == out.enrol.proof;
    if (!good) {
      HelloError refusal;
      refusal.code = HelloErrorCode::kCodeUnknown;
      refusal.retry_after_s = 17;
      refusal.text = "no such code";
      office_answers_.push_back(OfficeSession::EnrolDone{refusal});
      return;
    }
    office_.devices[device_id_of(hashes(), out.enrol.device_key)] = {out.enrol.device_key, false};
    office_answers_.push_back(OfficeSession::EnrolDone{sample_enrol_result()});
  }
  void carry_out(OfficeSession::Connected&) { ++connected; }
  void carry_out(OfficeSession::Ingest& out) {
    ++ingesting_;
    in_flight_most = std::max(in_flight_most, ingesting_);
    const auto work = [this, out] {
      Ack ack = office_.ingest(office_session_.device(), out);  // committed
      if (before_ack) before_ack(ack);
      --ingesting_;
      return OfficeSession::Ingested{ack};
    };
    if (hold_commits)
      held_.push_back([this, work] { input_office(work()); });
    else
      office_answers_.push_back(work());
  }
  void carry_out(OfficeSession::ReadBuckets& out) {
    const auto positions = out.positions;
    if (hold_buckets)
      held_.push_back([this, positions] { input_office(office_.read(positions, round_entries_max)); });
    else
      office_answers_.push_back(office_.read(positions, round_entries_max));
  }
  void carry_out(OfficeSession::Close& out) { office_closed.push_back(out.reason); }

  ToyJournal& journal_;
  ToyOffice& office_;
  std::unique_ptr<EdgeSession> edge_;
  OfficeSession office_session_{hashes()};
  BootTime now_{1'000'000'000};  // a machine that has been up for days: nothing may assume it began at 0
  std::deque<Travelling> uplink_, downlink_;
  std::deque<EdgeSession::Input> edge_answers_;
  std::deque<OfficeSession::Input> office_answers_;
  std::vector<std::function<void()>> held_;
  std::size_t ingesting_ = 0;
  bool edge_up_ = false, office_up_ = false;
};

}  // namespace huiyin::protocol::testing
