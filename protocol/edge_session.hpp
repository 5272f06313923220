#pragma once
/// The device's side of one connection, pure: bytes and time in, intentions out.
///
/// The loop of whoever drives it, for every input:
///   1. handle(input, now);
///   2. while (auto out = poll()) carry it out;
///   3. arm one timer for deadline(); when it fires, handle(Timeout{}, now).
/// handle() checks that poll() was drained before. The session makes exactly one connection;
/// a new connection is a new session, and nothing believed about the office outlives it.
///
/// Promises: a record is offered only after it was appended durably; it stays offered until an
/// ack whose signature verifies covers it; uplink and downlink do not wait for each other;
/// work pending implies deadline() is armed.

#include <deque>
#include <functional>
#include <optional>
#include <variant>

#include "protocol/messages.hpp"
#include "shared/core/sequence_set.hpp"

namespace huiyin::protocol {

/// What the device is and where it stands; taken from the journal when the link comes up.
struct EdgeIdentity {
  OfficeId office;
  PublicKey ack_key;
  DeviceId device;
  List<EpochPosition, 64> epochs;  ///< see Hello
  BootId boot;
  WallTime wall_time;
  OfficeEpoch known_office_epoch;
  std::uint64_t unsent = 0;
  std::vector<BucketPosition> buckets;  ///< where we stand in what we follow
};

/// For a device that is not enrolled yet.
struct EnrolWish {
  CodeId code;
  Hash code_key;
};

struct ResumePoint {
  EpochId epoch;
  Seq after;
  bool office_has_previous = true;  ///< else the batch names the previous hash in full
};

class EdgeSession {
 public:
  /// --- inputs
  struct TransportUp {
    Exporter exporter;
    Nonce nonce;
  };
  struct FrameReceived {
    ByteView frame;
  };
  /// Answer to Welcomed: where to begin in each epoch, oldest first, at least the present one.
  /// The journal decides it, since only it can compare the office's hashes with its own.
  struct Resume {
    std::vector<ResumePoint> points;
  };
  /// Answer to NeedBatch: nothing when there is nothing after that place in that epoch.
  struct BatchReady {
    std::optional<Push> push;
  };
  /// New records were appended durably.
  struct Appended {};
  /// Answer to Apply. After a failure the next connection asks again.
  struct Applied {
    bool ok = false;
  };
  struct Timeout {};
  struct TransportDown {};
  struct Stop {};
  using Input = std::variant<TransportUp, FrameReceived, Resume, BatchReady, Appended, Applied, Timeout,
                             TransportDown, Stop>;

  /// --- outputs
  struct SendFrame {
    Bytes frame;
  };
  /// Read the next batch of this epoch after this number.
  struct NeedBatch {
    ResumePoint from;
  };
  struct StoreAck {
    Ack ack;
  };
  struct Apply {
    std::vector<Delta> deltas;
    Checkpoint checkpoint;
  };
  struct Welcomed {
    Welcome welcome;
  };
  struct Enrolled {
    EnrolResult result;
  };
  struct Refused {
    HelloError reason;
  };
  struct WentAway {
    GoAway message;
  };
  struct Close {
    std::string reason;
  };
  using Output =
      std::variant<SendFrame, NeedBatch, StoreAck, Apply, Welcomed, Enrolled, Refused, WentAway, Close>;

  EdgeSession(const HashPort& hashes, const SignPort& device_key, EdgeIdentity identity);
  EdgeSession(const HashPort& hashes, const SignPort& device_key, EnrolWish wish);

  void handle(const Input& input, BootTime now);
  [[nodiscard]] std::optional<Output> poll();
  /// When handle(Timeout) is due at the latest; nothing once closed, and nothing before TransportUp:
  /// until then the transport's own deadline counts.
  [[nodiscard]] std::optional<BootTime> deadline() const;

  [[nodiscard]] bool is_live() const { return state_ == State::kLive; }
  [[nodiscard]] bool is_closed() const { return state_ == State::kClosed; }
  /// Everything appended so far was acknowledged and nothing is under way.
  [[nodiscard]] bool is_idle() const { return is_live() && in_flight_.empty() && uplink_drained_; }

 private:
  enum class State { kConnecting, kAwaitChallenge, kAwaitWelcome, kAwaitEnrolResult, kLive, kClosed };
  struct InFlight {
    EpochId epoch;
    SequenceSet::Run records;
    SequenceSet answered;
    BootTime since;
  };

  void on(const TransportUp& up);
  void on(const FrameReceived& received);
  void on(const Resume& resume);
  void on(const BatchReady& ready);
  void on(const Appended&);
  void on(const Applied& applied);
  void on(const Timeout&);
  void on(const TransportDown&);
  void on(const Stop&);

  void receive(const Envelope& envelope);
  void receive_challenge(const Challenge& challenge);
  void receive_welcome(const Welcome& welcome);
  void receive_ack(const Ack& ack);
  void receive_delta(Delta delta, ByteView body);
  void receive_checkpoint(const Checkpoint& checkpoint);
  [[nodiscard]] BucketPosition* standing_in(const Bucket& bucket);
  void pull();
  void say_hello(const Challenge& challenge);
  void say_enrol(const Challenge& challenge);
  void ask_for_batch();
  [[nodiscard]] BootTime progress_due() const;
  template <class Message>
  std::optional<Message> take(const Envelope& envelope);
  void close(std::string reason);
  void send(Bytes frame);

  const HashPort& hashes_;
  const SignPort& key_;
  std::optional<EdgeIdentity> identity_;
  std::optional<EnrolWish> wish_;

  State state_ = State::kConnecting;
  BootTime now_;
  BootTime started_;
  BootTime last_received_;
  BootTime last_sent_;
  Exporter exporter_;
  Nonce nonce_;
  OfficeEpoch office_epoch_;
  std::deque<Output> outputs_;

  // uplink
  std::deque<InFlight> in_flight_;
  std::vector<ResumePoint> points_;  ///< the first is where the next batch comes from; empty before Resume
  bool batch_asked_ = false;
  bool appended_since_asked_ = false;  ///< what the journal answers then may already be old
  BootTime last_ack_;
  bool uplink_drained_ = false;

  // downlink
  std::vector<Delta> pending_;
  std::vector<Hash> pending_hashes_;
  std::size_t pending_bytes_ = 0;
  std::vector<BucketPosition> standing_;  ///< as the last Pull said, or as the checkpoint being applied says
  bool applying_ = false;
};

}  // namespace huiyin::protocol
