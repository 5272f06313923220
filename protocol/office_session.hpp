#pragma once
/// The office's side of one device connection, pure: bytes and time in, intentions out.
/// Driven like EdgeSession: handle, drain poll(), arm deadline().
///
/// Promises: nothing but Hello or Enrol is parsed before the device has proved its key; a push
/// is verified (chain and head signature) before it is handed on; an ack is sent only as the
/// answer Ingested, which the driver gives after the commit; uplink and downlink are independent.

#include <deque>
#include <map>
#include <optional>
#include <variant>

#include "protocol/messages.hpp"

namespace huiyin::protocol {

/// What the office's registry knows of a device.
struct KnownDevice {
  PublicKey key;
  bool revoked = false;
  List<EpochPosition, 64> have;  ///< of the epochs that Hello named
  std::vector<Bucket> buckets;
  std::uint64_t tree_size = 0;
  std::uint64_t backed_up_size = 0;
};

class OfficeSession {
 public:
  /// --- inputs
  struct Accepted {
    OfficeId office;
    OfficeEpoch office_epoch;
    Nonce nonce;
    Exporter exporter;
    OfficeTime office_time;
  };
  struct FrameReceived {
    ByteView frame;
    OfficeTime office_time;
  };
  /// Answer to LookUp: nothing when nobody enrolled it.
  struct LookedUp {
    std::optional<KnownDevice> device;
    OfficeTime office_time;
  };
  /// Answer to TryEnrol.
  struct EnrolDone {
    std::variant<EnrolResult, HelloError> result;
  };
  /// Answer to Ingest, after the commit; or the error that kept it from being stored.
  struct Ingested {
    std::variant<Ack, Error> result;
  };
  /// Answer to ReadBuckets, in their order, cut at whatever limit; the rest is pulled next.
  struct BucketsRead {
    std::vector<Delta> deltas;
    std::vector<BucketPosition> now_at;
  };
  /// Something was added to a bucket.
  struct BucketsChanged {};
  struct Revoked {};
  struct Timeout {};
  struct TransportDown {};
  struct Stop {
    std::uint32_t retry_after_s = 0;
  };
  using Input = std::variant<Accepted, FrameReceived, LookedUp, EnrolDone, Ingested, BucketsRead,
                             BucketsChanged, Revoked, Timeout, TransportDown, Stop>;

  /// --- outputs
  struct SendFrame {
    Bytes frame;
  };
  struct LookUp {
    DeviceId device;
    List<EpochPosition, 64> epochs;
  };
  /// The device proved that it holds its key; whether it knows the code is for the registry to say,
  /// with enrol_proof() over these.
  struct TryEnrol {
    Enrol enrol;
    Nonce nonce;
    Exporter exporter;
  };
  /// The device proved its key and was welcomed.
  struct Connected {
    Hello hello;
  };
  /// Verified records, to be appended; `previous` is the hash before the first.
  struct Ingest {
    EpochId epoch;
    Hash previous;
    std::vector<Record> records;
    TimeAnchor anchor;
    Signature signature;
  };
  struct ReadBuckets {
    std::vector<BucketPosition> positions;
  };
  struct Close {
    std::string reason;
  };
  using Output = std::variant<SendFrame, LookUp, TryEnrol, Connected, Ingest, ReadBuckets, Close>;

  explicit OfficeSession(const HashPort& hashes) : hashes_(hashes) {}

  void handle(const Input& input, BootTime now);
  [[nodiscard]] std::optional<Output> poll();
  /// When handle(Timeout) is due at the latest; nothing before Accepted and once closed.
  [[nodiscard]] std::optional<BootTime> deadline() const;
  [[nodiscard]] bool is_live() const { return state_ == State::kLive; }
  [[nodiscard]] bool is_closed() const { return state_ == State::kClosed; }
  /// Known from Hello on; none before.
  [[nodiscard]] const DeviceId& device() const { return device_; }

 private:
  enum class State { kNew, kAwaitHello, kLookingUp, kEnrolling, kLive, kClosed };

  void on(const Accepted& accepted);
  void on(const FrameReceived& received);
  void on(const LookedUp& found);
  void on(const EnrolDone& done);
  void on(const Ingested& ingested);
  void on(const BucketsRead& read);
  void on(const BucketsChanged&);
  void on(const Revoked&);
  void on(const Timeout&);
  void on(const TransportDown&);
  void on(const Stop& stop);

  void receive_hello(const Envelope& envelope);
  void receive_enrol(const Envelope& envelope);
  void receive_push(const Envelope& envelope);
  void receive_pull(const Envelope& envelope);
  void read_buckets();
  void refuse(HelloErrorCode code, std::string text, std::uint32_t retry_after_s = 0);
  void close(std::string reason);
  void send(Bytes frame);

  const HashPort& hashes_;
  State state_ = State::kNew;
  BootTime now_;
  BootTime started_;
  BootTime last_received_;
  BootTime last_sent_;
  OfficeTime office_time_;
  OfficeId office_;
  OfficeEpoch office_epoch_;
  Nonce nonce_;
  Exporter exporter_;
  DeviceId device_;
  PublicKey device_key_;
  std::optional<Hello> hello_;
  std::deque<Output> outputs_;

  /// Last verified record of each epoch of this connection: what the next batch continues.
  std::map<EpochId, EpochPosition> heads_;
  std::size_t ingesting_ = 0;

  // Each Pull is answered by exactly one round of deltas and a checkpoint, at once or when
  // something comes: the device's own pace, and its statement of where it stands, rule.
  std::vector<BucketPosition> pulled_from_;
  bool pulled_ = false;
  bool reading_ = false;
  bool changed_ = false;
};

}  // namespace huiyin::protocol
