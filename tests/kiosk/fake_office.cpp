#include "tests/kiosk/fake_office.hpp"

#include <algorithm>
#include <chrono>
#include <future>

#include "shared/crypto/hash.hpp"
#include "shared/crypto/passphrase.hpp"
#include "shared/crypto/receipt.hpp"
#include "shared/crypto/seal.hpp"
#include "shared/log/downlink.hpp"

namespace huiyin::kiosk {

using protocol::OfficeSession;

namespace {

constexpr AreaId kVillage{10101};
constexpr AreaId kTown{101};

BootTime steady_now() {
  return {std::chrono::duration_cast<std::chrono::milliseconds>(
              std::chrono::steady_clock::now().time_since_epoch())
              .count()};
}

OfficeTime office_now() {
  return {std::chrono::duration_cast<std::chrono::milliseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

civic::Names names(const char* zh, const char* en) { return {{{{"zh"}, {zh}}, {{"en"}, {en}}}}; }

civic::Category category(std::uint16_t code, std::uint16_t answer_days, bool confidential) {
  civic::Category made;
  made.code = {code};
  made.kind.value = civic::CategoryKind::kComplaint;
  made.names = names("饮水", "Water");
  made.picture.value = "water";
  made.answer_days = answer_days;
  made.confidential = confidential;
  return made;
}

}  // namespace

struct FakeOffice::Line {
  explicit Line(std::shared_ptr<net::FrameLink> its_link)
      : link(std::move(its_link)), session(crypto::hash_port()) {}
  std::shared_ptr<net::FrameLink> link;
  OfficeSession session;
  std::vector<OfficeSession::Input> waiting;
  bool feeding = false;
};

FakeOffice::FakeOffice() : epoch_(crypto::random_id<OfficeEpoch>()) {
  net::FrameServerOptions options;
  options.identity = net::make_tls_identity("test office").value();
  pin_ = net::tls_pin(options.identity).value();

  const HashPort& hashes = crypto::hash_port();
  ring_.version = 1;
  ring_.root = root_.public_key();
  ring_.office = protocol::office_id_of(hashes, ring_.root);
  ring_.ack = ack_.public_key();
  ring_.log = log_.public_key();
  ring_.tls_pins.items = {pin_};
  ring_.sealing.items = {{{1}, routing_.public_key(), text_.public_key()}};
  crypto::random_fill(ring_.zone_salt_base.bytes);
  ring_.receipt_ops = 1;
  ring_.receipt_memory_bytes = crypto::kKdfMemBytesMin;
  protocol::sign_key_ring(root_, ring_);

  result_.office = ring_.office;
  result_.office_epoch = epoch_;
  result_.now = office_now();
  result_.device_name.value = "柳树湾 1 号";
  result_.area = kVillage;
  result_.reply_zone = kTown;
  result_.staff_pin_hash.value = crypto::hash_password("123456", {1, crypto::kKdfMemBytesMin}).value();
  result_.ring = ring_;

  namespace type = protocol::bucket_entry_type;
  const protocol::Bucket everyone = protocol::bucket_for_everyone();
  publish(everyone, type::kCategories,
          log::settings_bytes(civic::CategoryList{
              {{category(101, 7, false), category(199, 0, true), category(102, 0, false)}}}));
  civic::AreaList areas;
  areas.items.items = {{kTown, {100}, {civic::AreaLevel::kTown}, names("三合镇", "Sanhe"), 0},
                       {kVillage, kTown, {civic::AreaLevel::kVillage}, names("柳树湾村", "Liushuwan"), 0}};
  publish(everyone, type::kAreas, log::settings_bytes(areas));
  publish(everyone, type::kOfficeInfo,
          log::settings_bytes(civic::OfficeInfo{names("中心", "Office"), 480, 13}));

  server_ = net::make_frame_server(runtime_, options, [this](std::shared_ptr<net::FrameLink> link) {
              accept(std::move(link));
            }).value();
  port_ = server_->port();
  thread_ = std::thread([this] { runtime_.run([](const std::string&) { std::abort(); }); });
}

FakeOffice::~FakeOffice() {
  runtime_.stop();
  thread_.join();
  lines_.clear();
  server_.reset();
}

void FakeOffice::on_thread(const std::function<void()>& work) {
  std::promise<void> done;
  runtime_.post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

protocol::EnrolmentLine FakeOffice::new_line_parts() {
  protocol::EnrolmentLine line{"127.0.0.1", port_, crypto::random_id<protocol::EnrolmentCode>(), pin_};
  const Hash key = protocol::enrolment_code_key(crypto::hash_port(), line.code);
  const std::lock_guard lock(mutex_);
  codes_[protocol::enrolment_code_id(crypto::hash_port(), key)] = key;
  return line;
}

std::string FakeOffice::new_line() { return protocol::make_enrolment_line(new_line_parts()); }

// --- connections

void FakeOffice::accept(std::shared_ptr<net::FrameLink> link) {
  const auto line = std::make_shared<Line>(std::move(link));
  lines_.insert(line);
  const std::weak_ptr<Line> weak = line;
  line->link->set_handlers({[this, weak](ByteView frame) {
                              if (const auto alive = weak.lock())
                                feed(alive, OfficeSession::FrameReceived{frame, office_now()});
                            },
                            [this, weak](const std::string&) {
                              if (const auto alive = weak.lock()) lines_.erase(alive);
                            }});
  bool is_cut = false;
  {
    const std::lock_guard lock(mutex_);
    is_cut = cut_;
  }
  if (is_cut) {
    line->link->close(net::CloseCode::kGoingAway, "cut");
    lines_.erase(line);
    return;
  }
  feed(line, OfficeSession::Accepted{ring_.office, epoch_, crypto::random_id<Nonce>(), line->link->exporter(),
                                     office_now()});
}

void FakeOffice::feed(const std::shared_ptr<Line>& line, const OfficeSession::Input& input) {
  if (line->feeding) {
    line->waiting.push_back(input);
    return;
  }
  line->feeding = true;
  line->session.handle(input, steady_now());
  for (;;) {
    while (auto output = line->session.poll()) carry_out(line, std::move(*output));
    if (line->waiting.empty()) break;
    const OfficeSession::Input next = line->waiting.front();
    line->waiting.erase(line->waiting.begin());
    line->session.handle(next, steady_now());
  }
  line->feeding = false;
}

void FakeOffice::carry_out(const std::shared_ptr<Line>& line, OfficeSession::Output output) {
  if (auto* send = std::get_if<OfficeSession::SendFrame>(&output))
    return line->link->send(std::move(send->frame));
  if (const auto* wanted = std::get_if<OfficeSession::LookUp>(&output)) return feed(line, look_up(*wanted));
  if (const auto* wish = std::get_if<OfficeSession::TryEnrol>(&output)) return feed(line, enrol(*wish));
  if (const auto* batch = std::get_if<OfficeSession::Ingest>(&output)) return feed(line, ingest(*batch));
  if (const auto* wanted = std::get_if<OfficeSession::ReadBuckets>(&output)) return feed(line, read(*wanted));
  if (const auto* close = std::get_if<OfficeSession::Close>(&output))
    line->link->close(net::CloseCode::kNormal, close->reason);
}

OfficeSession::Input FakeOffice::look_up(const OfficeSession::LookUp& wanted) {
  const std::lock_guard lock(mutex_);
  const auto known = devices_.find(wanted.device);
  if (known == devices_.end()) return OfficeSession::LookedUp{std::nullopt, office_now()};
  protocol::KnownDevice device;
  device.key = known->second;
  device.revoked = revoked_;
  for (const auto& position : wanted.epochs.items) {
    protocol::EpochPosition have{position.epoch, {}, {}};
    for (const auto& [where, record] : records_)
      if (where.first == position.epoch && where.second > have.through.value)
        have = {position.epoch, {where.second}, record.hash};
    if (have.through.value != 0) device.have.items.push_back(have);
  }
  device.buckets = {protocol::bucket_for_everyone(), protocol::bucket_for_area(kTown)};
  device.tree_size = records_.size();
  return OfficeSession::LookedUp{device, office_now()};
}

OfficeSession::Input FakeOffice::enrol(const OfficeSession::TryEnrol& wish) {
  const HashPort& hashes = crypto::hash_port();
  const std::lock_guard lock(mutex_);
  const auto code = codes_.find(wish.enrol.code);
  const bool fits =
      code != codes_.end() && protocol::enrol_proof(hashes, code->second, wish.nonce, wish.exporter,
                                                    wish.enrol.device_key) == wish.enrol.proof;
  if (!fits) {
    protocol::HelloError refusal;
    refusal.code = protocol::HelloErrorCode::kCodeUnknown;
    refusal.text = "no such code";
    return OfficeSession::EnrolDone{refusal};
  }
  codes_.erase(code);
  devices_[protocol::device_id_of(hashes, wish.enrol.device_key)] = wish.enrol.device_key;
  return OfficeSession::EnrolDone{result_};
}

OfficeSession::Input FakeOffice::ingest(const OfficeSession::Ingest& batch) {
  const std::lock_guard lock(mutex_);
  protocol::AckBody ack;
  ack.office = ring_.office;
  ack.office_epoch = epoch_;
  ack.device = batch.records.front().header.device;
  ack.epoch = batch.epoch;
  ack.runs.items = {{batch.records.front().header.seq,
                     static_cast<std::uint32_t>(batch.records.size()),
                     {records_.size()}}};
  for (const auto& record : batch.records) records_[{batch.epoch, record.header.seq.value}] = record;
  ack.tree_size = records_.size();
  return OfficeSession::Ingested{protocol::sign_ack(ack_, ack)};
}

OfficeSession::Input FakeOffice::read(const OfficeSession::ReadBuckets& wanted) {
  const std::lock_guard lock(mutex_);
  OfficeSession::BucketsRead result;
  for (protocol::BucketPosition position : wanted.positions) {
    protocol::Delta delta{position.bucket, {}};
    for (const auto& [bucket, entry] : entries_) {
      if (!(bucket == position.bucket) || entry.offset <= position.after) continue;
      delta.entries.items.push_back(entry);
      position.after = entry.offset;
    }
    if (!delta.entries.items.empty()) result.deltas.push_back(delta);
    result.now_at.push_back(position);
  }
  return result;
}

// --- what the test does and sees

void FakeOffice::publish(const protocol::Bucket& bucket, std::uint16_t type, Bytes body) {
  const std::lock_guard lock(mutex_);
  protocol::BucketEntry entry;
  entry.offset = {entries_.size() + 1};
  entry.type = type;
  entry.signature = protocol::sign_bucket_entry(log_, ring_.office, bucket, type, body);
  entry.body.value = std::move(body);
  entries_.emplace_back(bucket, entry);
}

void FakeOffice::reply(const PublicKey& receipt, std::uint32_t version, const std::string& text) {
  protocol::ReplyBody body;
  body.version = version;
  body.kind.value = protocol::ReplyKind::kDone;
  body.language.value = "zh";
  body.text.value = text;
  body.unit_zh.value = "县水务局";
  body.unit_en.value = "Water bureau";
  body.at = {1'795'000'000'000};
  const ReceiptTag tag = protocol::receipt_tag(crypto::hash_port(), receipt);
  protocol::ReplyEntry entry{tag, version, {}};
  entry.sealed.value =
      crypto::seal_reply(receipt, protocol::wire_bytes(body), protocol::reply_aad(ring_.office, tag, version))
          .value();
  publish(protocol::bucket_for_area(kTown), protocol::bucket_entry_type::kReply, protocol::wire_bytes(entry));
  on_thread([this] {
    const auto lines = lines_;
    for (const auto& line : lines) feed(line, OfficeSession::BucketsChanged{});
  });
}

void FakeOffice::revoke() {
  {
    const std::lock_guard lock(mutex_);
    revoked_ = true;
  }
  on_thread([this] {
    const auto lines = lines_;
    for (const auto& line : lines) feed(line, OfficeSession::Revoked{});
  });
}

void FakeOffice::cut() {
  {
    const std::lock_guard lock(mutex_);
    cut_ = true;
  }
  on_thread([this] { lines_.clear(); });
}

void FakeOffice::join() {
  const std::lock_guard lock(mutex_);
  cut_ = false;
}

std::size_t FakeOffice::records() {
  const std::lock_guard lock(mutex_);
  return records_.size();
}

std::vector<FakeOffice::Opened> FakeOffice::opened() {
  const std::lock_guard lock(mutex_);
  std::vector<Opened> all;
  for (const auto& [where, record] : records_) {
    if (record.header.type == protocol::record_type::kEpochOpen) continue;
    Opened opened{record.header, record.payload, {}, {}, {}};
    const ByteView sealed = protocol::split_payload(record.payload).value().sealed;
    const Bytes aad = protocol::seal_aad(record.header);
    const Bytes routing = crypto::open_section(sealed, crypto::SectionKind::kRouting, {1}, routing_,
                                               protocol::kSealContext, aad)
                              .value();
    if (record.header.type == protocol::record_type::kRating) {
      opened.rating = protocol::wire_value<protocol::Rating>(routing, "rating").value();
    } else {
      opened.routing = protocol::wire_value<protocol::FeedbackRouting>(routing, "routing").value();
      const Bytes text =
          crypto::open_section(sealed, crypto::SectionKind::kText, {1}, text_, protocol::kSealContext, aad)
              .value();
      opened.text = protocol::wire_value<protocol::FeedbackText>(text, "text").value();
    }
    all.push_back(std::move(opened));
  }
  return all;
}

}  // namespace huiyin::kiosk
