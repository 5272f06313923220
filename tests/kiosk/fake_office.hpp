#pragma once
/// An office small enough to stand in a test: the real session, real keys, real TLS; a map
/// instead of a ledger. Its own thread; every public call may be made from the test's.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "protocol/enrolment.hpp"
#include "protocol/office_session.hpp"
#include "protocol/payloads.hpp"
#include "shared/civic/rules.hpp"
#include "shared/crypto/keys.hpp"
#include "shared/net/frame_link.hpp"

namespace huiyin::kiosk {

class FakeOffice {
 public:
  FakeOffice();
  ~FakeOffice();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// A line with a code that this office takes once.
  [[nodiscard]] std::string new_line();
  [[nodiscard]] protocol::EnrolmentLine new_line_parts();
  [[nodiscard]] const protocol::KeyRing& ring() const { return ring_; }
  [[nodiscard]] const protocol::EnrolResult& enrol_result() const { return result_; }

  /// All feedback and ratings received, opened with the office's keys.
  struct Opened {
    protocol::RecordHeader header;
    Bytes payload;
    std::optional<protocol::FeedbackRouting> routing;
    std::optional<protocol::FeedbackText> text;
    std::optional<protocol::Rating> rating;
  };
  [[nodiscard]] std::vector<Opened> opened();
  [[nodiscard]] std::size_t records();

  /// Puts an answer into the zone's bucket and tells the device that is connected.
  void reply(const PublicKey& receipt, std::uint32_t version, const std::string& text);
  void revoke();
  /// Closes what is connected and refuses new ones until `join`.
  void cut();
  void join();

 private:
  struct Line;
  void accept(std::shared_ptr<net::FrameLink> link);
  void feed(const std::shared_ptr<Line>& line, const protocol::OfficeSession::Input& input);
  void carry_out(const std::shared_ptr<Line>& line, protocol::OfficeSession::Output output);
  protocol::OfficeSession::Input look_up(const protocol::OfficeSession::LookUp& wanted);
  protocol::OfficeSession::Input enrol(const protocol::OfficeSession::TryEnrol& wish);
  protocol::OfficeSession::Input ingest(const protocol::OfficeSession::Ingest& batch);
  protocol::OfficeSession::Input read(const protocol::OfficeSession::ReadBuckets& wanted);
  void publish(const protocol::Bucket& bucket, std::uint16_t type, Bytes body);
  void on_thread(const std::function<void()>& work);

  crypto::KeyPair root_ = crypto::KeyPair::generate();
  crypto::KeyPair ack_ = crypto::KeyPair::generate();
  crypto::KeyPair log_ = crypto::KeyPair::generate();
  crypto::SealKeyPair routing_ = crypto::SealKeyPair::generate();
  crypto::SealKeyPair text_ = crypto::SealKeyPair::generate();
  protocol::KeyRing ring_;
  protocol::EnrolResult result_;
  OfficeEpoch epoch_;
  KeyPin pin_;
  std::uint16_t port_ = 0;

  std::mutex mutex_;
  std::map<CodeId, Hash> codes_;
  std::map<DeviceId, PublicKey> devices_;
  bool revoked_ = false;
  bool cut_ = false;
  std::map<std::pair<EpochId, std::uint64_t>, protocol::Record> records_;
  std::vector<std::pair<protocol::Bucket, protocol::BucketEntry>> entries_;

  net::Runtime runtime_;
  std::set<std::shared_ptr<Line>> lines_;
  std::unique_ptr<net::FrameServer> server_;
  std::thread thread_;
};

}  // namespace huiyin::kiosk
