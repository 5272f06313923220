#include "protocol/office_session.hpp"

#include <algorithm>

#include "shared/core/check.hpp"

namespace huiyin::protocol {

namespace {
/// Pushes handed on and not yet answered: more than an honest device's window is hostile.
constexpr std::size_t kIngestingMax = 8;
/// Epochs of one connection: those that Hello may name, and as many opened since.
constexpr std::size_t kHeadsMax = 128;
}  // namespace

void OfficeSession::handle(const Input& input, BootTime now) {
  HUIYIN_CHECK(outputs_.empty());
  now_ = now;
  if (state_ == State::kClosed) return;
  std::visit([this](const auto& event) { on(event); }, input);
}

std::optional<OfficeSession::Output> OfficeSession::poll() {
  if (outputs_.empty()) return std::nullopt;
  Output output = std::move(outputs_.front());
  outputs_.pop_front();
  return output;
}

std::optional<BootTime> OfficeSession::deadline() const {
  if (state_ == State::kClosed || state_ == State::kNew) return std::nullopt;
  if (state_ != State::kLive) return started_ + Duration{limits::kHandshakeMsMax};
  return last_received_ + Duration{limits::kIdleMsMax};
}

void OfficeSession::send(Bytes frame) {
  last_sent_ = now_;
  outputs_.push_back(SendFrame{std::move(frame)});
}

void OfficeSession::close(std::string reason) {
  state_ = State::kClosed;
  outputs_.push_back(Close{std::move(reason)});
}

void OfficeSession::refuse(HelloErrorCode code, std::string text, std::uint32_t retry_after_s) {
  HelloError refusal;
  refusal.code = code;
  refusal.retry_after_s = retry_after_s;
  refusal.text = text;
  send(encode(refusal));
  close(std::move(text));
}

// --- connection

void OfficeSession::on(const Accepted& accepted) {
  HUIYIN_CHECK(state_ == State::kNew);
  started_ = last_received_ = now_;
  office_ = accepted.office;
  office_epoch_ = accepted.office_epoch;
  nonce_ = accepted.nonce;
  exporter_ = accepted.exporter;
  office_time_ = accepted.office_time;
  state_ = State::kAwaitHello;
  Challenge challenge;
  challenge.nonce = nonce_;
  challenge.office = office_;
  challenge.office_epoch = office_epoch_;
  challenge.now = office_time_;
  send(encode(challenge));
}

void OfficeSession::on(const TransportDown&) { state_ = State::kClosed; }

void OfficeSession::on(const Stop& stop) {
  send(encode(GoAway{stop.retry_after_s, {"the office restarts"}}));
  close("stopped");
}

void OfficeSession::on(const Revoked&) { refuse(HelloErrorCode::kRevoked, "this device was revoked"); }

void OfficeSession::on(const Timeout&) {
  if (state_ == State::kNew) return;
  if (state_ != State::kLive) {
    if (now_ >= started_ + Duration{limits::kHandshakeMsMax}) close("no finished handshake in time");
  } else if (now_ >= last_received_ + Duration{limits::kIdleMsMax}) {
    close("nothing heard for a minute");
  }
}

// --- frames

void OfficeSession::on(const FrameReceived& received) {
  const auto envelope = open_envelope(received.frame);
  office_time_ = received.office_time;
  if (!envelope.ok())
    return refuse(
        envelope.error().code == Code::kUnsupported ? HelloErrorCode::kVersion : HelloErrorCode::kMalformed,
        envelope.error().text());
  last_received_ = now_;
  const auto type = static_cast<MessageType>(envelope->type);
  if (state_ == State::kAwaitHello && type == MessageType::kHello) return receive_hello(*envelope);
  if (state_ == State::kAwaitHello && type == MessageType::kEnrol) return receive_enrol(*envelope);
  if (type == MessageType::kGoAway) return close("the device says goodbye");
  if (state_ == State::kLive) {
    if (type == MessageType::kPush) return receive_push(*envelope);
    if (type == MessageType::kPull) return receive_pull(*envelope);
    if (type == MessageType::kPing) {
      const auto ping = decode<Ping>(*envelope);
      if (!ping.ok()) return refuse(HelloErrorCode::kMalformed, ping.error().text());
      if (!ping->answer) send(encode(Ping{true, ping->token}));
      return;
    }
  }
  if ((envelope->flags & kFlagIgnorable) != 0) return;
  refuse(HelloErrorCode::kMalformed, message_name(envelope->type) + " came where it does not belong");
}

// --- handshake

void OfficeSession::receive_hello(const Envelope& envelope) {
  auto hello = decode<Hello>(envelope);
  if (!hello.ok()) return refuse(HelloErrorCode::kMalformed, hello.error().text());
  if (hello->version < kProtocolVersionMin || hello->version > kProtocolVersion ||
      hello->version_max < kProtocolVersionMin)
    return refuse(HelloErrorCode::kVersion, "no common protocol version");
  // Somebody between us may have cut the list of versions short: what both could speak is spoken.
  if (hello->version != std::min(hello->version_max, kProtocolVersion))
    return refuse(HelloErrorCode::kVersion, "an older protocol version was chosen than both sides speak");
  hello_ = std::move(*hello);
  device_ = hello_->device;
  state_ = State::kLookingUp;
  outputs_.push_back(LookUp{device_, hello_->epochs});
}

void OfficeSession::on(const LookedUp& found) {
  if (state_ != State::kLookingUp) return;
  office_time_ = found.office_time;
  if (!found.device) return refuse(HelloErrorCode::kUnknownDevice, "no device of this name is enrolled here");
  if (!hashes_.verify(found.device->key,
                      {as_bytes(context::kHello), office_.view(), nonce_.view(), exporter_.view(),
                       hello_signed_part(*hello_)},
                      hello_->signature))
    return refuse(HelloErrorCode::kBadSignature, "the signature of Hello does not fit the device's key");
  if (found.device->revoked) return refuse(HelloErrorCode::kRevoked, "this device was revoked");

  device_key_ = found.device->key;
  for (const EpochPosition& position : found.device->have.items) heads_[position.epoch] = position;
  state_ = State::kLive;
  Welcome welcome;
  welcome.office_epoch = office_epoch_;
  welcome.now = office_time_;
  welcome.have = found.device->have;
  welcome.tree_size = found.device->tree_size;
  welcome.backed_up_size = found.device->backed_up_size;
  welcome.buckets.items = found.device->buckets;
  send(encode(welcome));
  outputs_.push_back(Connected{*hello_});
}

void OfficeSession::receive_enrol(const Envelope& envelope) {
  auto enrol = decode<Enrol>(envelope);
  if (!enrol.ok()) return refuse(HelloErrorCode::kMalformed, enrol.error().text());
  if (!hashes_.verify(enrol->device_key,
                      {as_bytes(context::kEnrol), office_.view(), nonce_.view(), exporter_.view(),
                       enrol->code.view(), enrol->proof.view()},
                      enrol->signature))
    return refuse(HelloErrorCode::kBadSignature, "the signature of Enrol does not fit its key");
  state_ = State::kEnrolling;
  outputs_.push_back(TryEnrol{std::move(*enrol), nonce_, exporter_});
}

void OfficeSession::on(const EnrolDone& done) {
  if (state_ != State::kEnrolling) return;
  if (const auto* refusal = std::get_if<HelloError>(&done.result))
    return refuse(refusal->code, refusal->text, refusal->retry_after_s);
  send(encode(std::get<EnrolResult>(done.result)));
  close("enrolled");
}

// --- uplink

void OfficeSession::receive_push(const Envelope& envelope) {
  if (ingesting_ >= kIngestingMax)
    return refuse(HelloErrorCode::kMalformed, "more batches at once than the window");
  auto push = decode<Push>(envelope);
  if (!push.ok()) return refuse(HelloErrorCode::kMalformed, push.error().text());
  const RecordBatch& batch = push->batch;
  Hash previous;
  if (batch.previous.value.size() == Hash::kSize) {
    previous = Hash::prefix(batch.previous.value);
  } else if (const auto head = heads_.find(batch.epoch);
             head != heads_.end() && head->second.through.value + 1 == batch.base.value) {
    previous = head->second.hash;
  } else {
    return refuse(HelloErrorCode::kMalformed,
                  "a batch continues a record that is not known here; name its hash in full");
  }
  auto records = verify_batch(hashes_, batch, office_, device_, device_key_, previous);
  if (!records.ok())
    return refuse(records.error().code == Code::kBadSignature ? HelloErrorCode::kBadSignature
                                                              : HelloErrorCode::kMalformed,
                  records.error().text());
  if (heads_.size() >= kHeadsMax && !heads_.contains(batch.epoch))
    return refuse(HelloErrorCode::kMalformed, "more epochs on one connection than a device can have open");
  heads_[batch.epoch] = EpochPosition{batch.epoch, records->back().header.seq, records->back().hash};
  ++ingesting_;
  outputs_.push_back(Ingest{batch.epoch, previous, std::move(*records), batch.anchor, batch.signature});
}

void OfficeSession::on(const Ingested& ingested) {
  HUIYIN_CHECK(ingesting_ > 0);
  --ingesting_;
  if (state_ != State::kLive) return;
  if (const auto* failure = std::get_if<Error>(&ingested.result)) {
    send(encode(GoAway{30, {"the office cannot store now"}}));
    return close(failure->text());
  }
  send(encode(std::get<Ack>(ingested.result)));
}

// --- downlink

void OfficeSession::receive_pull(const Envelope& envelope) {
  auto pull = decode<Pull>(envelope);
  if (!pull.ok()) return refuse(HelloErrorCode::kMalformed, pull.error().text());
  if (pulled_) return refuse(HelloErrorCode::kMalformed, "a second Pull before the first was answered");
  pulled_from_ = std::move(pull->positions.items);
  for (BucketPosition& position : pulled_from_) {
    if (!(position.office_epoch == office_epoch_)) position.after = {};
    position.office_epoch = office_epoch_;
  }
  pulled_ = true;
  read_buckets();
}

void OfficeSession::read_buckets() {
  changed_ = false;
  reading_ = true;
  outputs_.push_back(ReadBuckets{pulled_from_});
}

void OfficeSession::on(const BucketsChanged&) {
  if (state_ != State::kLive || !pulled_) return;
  if (reading_) {
    changed_ = true;
  } else {
    read_buckets();
  }
}

void OfficeSession::on(const BucketsRead& read) {
  if (state_ != State::kLive || !reading_) return;
  reading_ = false;
  if (read.deltas.empty()) {
    if (changed_) read_buckets();
    return;
  }
  Bytes hashes;
  for (const Delta& delta : read.deltas) {
    Bytes frame = encode(delta);
    append(hashes, hashes_.blake2b({ByteView(frame).subspan(kEnvelopeBytes)}).view());
    send(std::move(frame));
  }
  Checkpoint checkpoint;
  checkpoint.office_epoch = office_epoch_;
  checkpoint.positions.items = read.now_at;
  checkpoint.checksum = hashes_.blake2b({hashes});
  send(encode(checkpoint));
  pulled_ = false;
}

}  // namespace huiyin::protocol
