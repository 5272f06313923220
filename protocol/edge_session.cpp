#include "protocol/edge_session.hpp"

#include <algorithm>

#include "shared/core/check.hpp"

namespace huiyin::protocol {

namespace {
/// Batches under way at once: enough to keep the office's disk busy while an ack travels.
constexpr std::size_t kPushWindow = 4;
constexpr const char* kSoftware = "huiyin-kiosk/0.1.0";

/// Adds what of `records` the ack answers; whether any of it is new. A set and not a count: an
/// ack may come twice, and its runs may overlap.
bool mark_answered(const AckBody& ack, SequenceSet::Run records, SequenceSet& answered) {
  const std::uint64_t before = answered.count();
  for (const AckRun& run : ack.runs.items) {
    if (run.count == 0 || run.first.value > UINT64_MAX - run.count) continue;
    const std::uint64_t first = std::max(run.first.value, records.first);
    const std::uint64_t last = std::min(run.first.value + run.count - 1, records.last);
    if (first <= last) answered.insert(SequenceSet::Run{first, last});
  }
  for (const AckException& exception : ack.exceptions.items)
    if (exception.verdict.value == Verdict::kRejected && exception.seq.value >= records.first &&
        exception.seq.value <= records.last)
      answered.insert(exception.seq.value);
  return answered.count() > before;
}
}  // namespace

EdgeSession::EdgeSession(const HashPort& hashes, const SignPort& device_key, EdgeIdentity identity)
    : hashes_(hashes), key_(device_key), identity_(std::move(identity)) {}

EdgeSession::EdgeSession(const HashPort& hashes, const SignPort& device_key, EnrolWish wish)
    : hashes_(hashes), key_(device_key), wish_(wish) {}

void EdgeSession::handle(const Input& input, BootTime now) {
  HUIYIN_CHECK(outputs_.empty());
  now_ = now;
  if (state_ == State::kClosed) return;
  std::visit([this](const auto& event) { on(event); }, input);
}

std::optional<EdgeSession::Output> EdgeSession::poll() {
  if (outputs_.empty()) return std::nullopt;
  Output output = std::move(outputs_.front());
  outputs_.pop_front();
  return output;
}

std::optional<BootTime> EdgeSession::deadline() const {
  if (state_ == State::kClosed || state_ == State::kConnecting) return std::nullopt;
  if (state_ != State::kLive) return started_ + Duration{limits::kHandshakeMsMax};
  BootTime due =
      std::min(last_sent_ + Duration{limits::kPingEveryMs}, last_received_ + Duration{limits::kIdleMsMax});
  if (!in_flight_.empty()) due = std::min(due, progress_due());
  return due;
}

BootTime EdgeSession::progress_due() const {
  return std::max(in_flight_.front().since, last_ack_) + Duration{limits::kProgressMsMax};
}

// --- connection

void EdgeSession::on(const TransportUp& up) {
  HUIYIN_CHECK(state_ == State::kConnecting);
  exporter_ = up.exporter;
  nonce_ = up.nonce;
  started_ = last_received_ = last_sent_ = now_;
  state_ = State::kAwaitChallenge;
}

void EdgeSession::on(const TransportDown&) { state_ = State::kClosed; }

void EdgeSession::on(const Stop&) {
  if (state_ == State::kLive) send(encode(GoAway{0, {"the kiosk stops"}}));
  close("stopped");
}

void EdgeSession::on(const Timeout&) {
  if (state_ == State::kConnecting) return;
  if (state_ != State::kLive) {
    if (now_ >= started_ + Duration{limits::kHandshakeMsMax})
      close("the office did not finish the handshake in time");
    return;
  }
  if (now_ >= last_received_ + Duration{limits::kIdleMsMax})
    return close("nothing heard from the office for a minute");
  if (!in_flight_.empty() && now_ >= progress_due()) return close("the office did not acknowledge in time");
  if (now_ >= last_sent_ + Duration{limits::kPingEveryMs})
    send(encode(Ping{false, static_cast<std::uint64_t>(now_.ms)}));
}

void EdgeSession::send(Bytes frame) {
  last_sent_ = now_;
  outputs_.push_back(SendFrame{std::move(frame)});
}

void EdgeSession::close(std::string reason) {
  state_ = State::kClosed;
  outputs_.push_back(Close{std::move(reason)});
}

// --- frames

template <class Message>
std::optional<Message> EdgeSession::take(const Envelope& envelope) {
  auto message = decode<Message>(envelope);
  if (message.ok()) return std::move(message).value();
  close("the office sent what cannot be read: " + message.error().text());
  return std::nullopt;
}

void EdgeSession::on(const FrameReceived& received) {
  const auto envelope = open_envelope(received.frame);
  if (!envelope.ok()) return close("the office sent what cannot be read: " + envelope.error().text());
  last_received_ = now_;
  receive(*envelope);
}

void EdgeSession::receive(const Envelope& envelope) {
  const auto type = static_cast<MessageType>(envelope.type);
  // What may come at any time.
  if (type == MessageType::kHelloError) {
    if (auto refusal = take<HelloError>(envelope)) {
      outputs_.push_back(Refused{*refusal});
      close("the office refused: " + refusal->text);
    }
    return;
  }
  if (type == MessageType::kGoAway) {
    if (auto message = take<GoAway>(envelope)) {
      outputs_.push_back(WentAway{*message});
      close("the office closes: " + message->reason.value);
    }
    return;
  }
  // What each state waits for.
  if (state_ == State::kAwaitChallenge && type == MessageType::kChallenge) {
    if (auto challenge = take<Challenge>(envelope)) receive_challenge(*challenge);
    return;
  }
  if (state_ == State::kAwaitEnrolResult && type == MessageType::kEnrolResult) {
    if (auto result = take<EnrolResult>(envelope)) {
      outputs_.push_back(Enrolled{std::move(*result)});
      close("enrolled");
    }
    return;
  }
  if (state_ == State::kAwaitWelcome && type == MessageType::kWelcome) {
    if (auto welcome = take<Welcome>(envelope)) receive_welcome(*welcome);
    return;
  }
  if (state_ == State::kLive) {
    switch (type) {
      case MessageType::kAck:
        if (auto ack = take<Ack>(envelope)) receive_ack(*ack);
        return;
      case MessageType::kDelta:
        if (auto delta = take<Delta>(envelope)) receive_delta(std::move(*delta), envelope.body);
        return;
      case MessageType::kCheckpoint:
        if (auto checkpoint = take<Checkpoint>(envelope)) receive_checkpoint(*checkpoint);
        return;
      case MessageType::kPing:
        if (auto ping = take<Ping>(envelope); ping && !ping->answer) send(encode(Ping{true, ping->token}));
        return;
      default: break;
    }
  }
  if ((envelope.flags & kFlagIgnorable) != 0) return;
  close(message_name(envelope.type) + " came where it does not belong");
}

// --- handshake

void EdgeSession::receive_challenge(const Challenge& challenge) {
  if (challenge.version_min > kProtocolVersion || challenge.version_max < kProtocolVersionMin)
    return close("the office speaks protocol " + std::to_string(challenge.version_min) + " to " +
                 std::to_string(challenge.version_max) + ", this kiosk only " +
                 std::to_string(kProtocolVersion));
  office_epoch_ = challenge.office_epoch;
  if (wish_) return say_enrol(challenge);
  if (!(challenge.office == identity_->office)) return close("another office answers at this address");
  say_hello(challenge);
}

void EdgeSession::say_hello(const Challenge& challenge) {
  Hello hello;
  hello.device = identity_->device;
  hello.nonce = nonce_;
  hello.epochs = identity_->epochs;
  hello.boot = identity_->boot;
  hello.boot_time = now_;
  hello.wall_time = identity_->wall_time;
  hello.known_office_epoch = identity_->known_office_epoch;
  hello.unsent = identity_->unsent;
  hello.software.value = kSoftware;
  hello.signature = key_.sign({as_bytes(context::kHello), challenge.office.view(), challenge.nonce.view(),
                               exporter_.view(), hello_signed_part(hello)});
  state_ = State::kAwaitWelcome;
  send(encode(hello));
}

void EdgeSession::say_enrol(const Challenge& challenge) {
  Enrol enrol;
  enrol.code = wish_->code;
  enrol.device_key = key_.public_key();
  enrol.proof = enrol_proof(hashes_, wish_->code_key, challenge.nonce, exporter_, enrol.device_key);
  enrol.software.value = kSoftware;
  enrol.signature = key_.sign({as_bytes(context::kEnrol), challenge.office.view(), challenge.nonce.view(),
                               exporter_.view(), enrol.code.view(), enrol.proof.view()});
  state_ = State::kAwaitEnrolResult;
  send(encode(enrol));
}

void EdgeSession::receive_welcome(const Welcome& welcome) {
  state_ = State::kLive;
  office_epoch_ = welcome.office_epoch;
  for (const Bucket& bucket : welcome.buckets.items) {
    BucketPosition position{bucket, welcome.office_epoch, {}};
    for (const BucketPosition& ours : identity_->buckets)
      if (ours.bucket == bucket && ours.office_epoch == welcome.office_epoch) position.after = ours.after;
    standing_.push_back(position);
  }
  outputs_.push_back(Welcomed{welcome});
  pull();
}

void EdgeSession::pull() { send(encode(Pull{{standing_}})); }

// --- uplink

void EdgeSession::on(const Resume& resume) {
  if (state_ != State::kLive) return;
  HUIYIN_CHECK(!resume.points.empty() && points_.empty());
  points_ = resume.points;
  ask_for_batch();
}

void EdgeSession::ask_for_batch() {
  if (state_ != State::kLive || points_.empty() || batch_asked_ || uplink_drained_ ||
      in_flight_.size() >= kPushWindow)
    return;
  batch_asked_ = true;
  appended_since_asked_ = false;
  outputs_.push_back(NeedBatch{points_.front()});
}

void EdgeSession::on(const BatchReady& ready) {
  if (state_ != State::kLive) return;
  HUIYIN_CHECK(batch_asked_);
  batch_asked_ = false;
  if (!ready.push) {
    if (appended_since_asked_) return ask_for_batch();
    if (points_.size() == 1) {
      uplink_drained_ = true;
      return;
    }
    points_.erase(points_.begin());
    return ask_for_batch();
  }
  const RecordBatch& batch = ready.push->batch;
  const std::uint64_t count = batch.shape_of.items.size();
  HUIYIN_CHECK(count > 0 && batch.base.value > points_.front().after.value);
  const Seq last{batch.base.value + count - 1};
  in_flight_.push_back(InFlight{batch.epoch, {batch.base.value, last.value}, {}, now_});
  points_.front() = ResumePoint{batch.epoch, last, true};
  uplink_drained_ = false;
  send(encode(*ready.push));
  ask_for_batch();
}

void EdgeSession::on(const Appended&) {
  uplink_drained_ = false;
  appended_since_asked_ = true;
  ask_for_batch();
}

void EdgeSession::receive_ack(const Ack& ack) {
  if (!(ack.body.office == identity_->office) || !(ack.body.device == identity_->device) ||
      !verify_ack(hashes_, identity_->ack_key, ack))
    return close("an acknowledgement whose signature is not the office's");
  // What an office stated before it was restored says nothing about what it holds now.
  if (ack.body.office_epoch == office_epoch_)
    for (InFlight& flight : in_flight_)
      if (flight.epoch == ack.body.epoch && mark_answered(ack.body, flight.records, flight.answered))
        last_ack_ = now_;
  while (!in_flight_.empty() && in_flight_.front().answered.contains(in_flight_.front().records))
    in_flight_.pop_front();
  outputs_.push_back(StoreAck{ack});
  ask_for_batch();
}

// --- downlink

BucketPosition* EdgeSession::standing_in(const Bucket& bucket) {
  const auto it = std::find_if(standing_.begin(), standing_.end(),
                               [&](const BucketPosition& position) { return position.bucket == bucket; });
  return it == standing_.end() ? nullptr : &*it;
}

void EdgeSession::receive_delta(Delta delta, ByteView body) {
  if (applying_) return close("the office sent what was not pulled");
  if (standing_in(delta.bucket) == nullptr) return close("the office sent a bucket that was not asked for");
  pending_bytes_ += body.size() + sizeof(Delta) + Hash::kSize;  // many empty ones cost memory too
  if (pending_bytes_ > limits::kCheckpointPendingBytesMax)
    return close("the office sent more before a checkpoint than may wait");
  pending_hashes_.push_back(hashes_.blake2b({body}));
  pending_.push_back(std::move(delta));
}

void EdgeSession::receive_checkpoint(const Checkpoint& checkpoint) {
  if (applying_) return close("a checkpoint came that was not pulled");
  Bytes all;
  for (const Hash& hash : pending_hashes_) append(all, hash.view());
  if (!(checkpoint.office_epoch == office_epoch_) || !(hashes_.blake2b({all}) == checkpoint.checksum))
    return close("a checkpoint does not fit what came before it");
  // A bucket that the checkpoint does not name stays where it was.
  for (const BucketPosition& position : checkpoint.positions.items) {
    BucketPosition* const ours = standing_in(position.bucket);
    if (ours == nullptr) return close("a checkpoint names a bucket that was not asked for");
    *ours = position;
  }
  applying_ = true;
  outputs_.push_back(Apply{std::move(pending_), checkpoint});
  pending_.clear();
  pending_hashes_.clear();
  pending_bytes_ = 0;
}

void EdgeSession::on(const Applied& applied) {
  if (state_ != State::kLive) return;
  applying_ = false;
  if (!applied.ok) return close("what the office sent could not be stored");
  pull();
}

}  // namespace huiyin::protocol
