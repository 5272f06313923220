#pragma once
/// Devices: enrolment codes, who is enrolled, who is revoked, and how many records each sent.
/// The fold runs on the writer thread; the reading functions take any StoreReader.

#include <optional>
#include <vector>

#include "shared/log/ledger.hpp"
#include "sync-server/desk/events.hpp"

namespace huiyin::desk {

struct DeviceRow {
  std::uint8_t format = 1;
  DeviceId id;
  PublicKey key;
  Text<limits::kNameBytesMax> name;
  AreaId area;
  AreaId reply_zone;
  CodeId code;
  OfficeTime since;
  bool revoked = false;
  OfficeTime revoked_at;
  Text<200> revoked_reason;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, id, key, name, area, reply_zone, code, since, revoked, revoked_at, revoked_reason);
  }
};

struct DeviceCounts {
  std::uint8_t format = 1;
  std::uint64_t records = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t branches = 0;  ///< beyond the first: clones and restored disks
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, records, quarantined, branches);
  }
};

struct CodeRow {
  std::uint8_t format = 1;
  CodeId id;
  Hash code_key;
  Text<limits::kNameBytesMax> name;
  AreaId area;
  AreaId reply_zone;
  OfficeTime issued;
  OfficeTime expires;
  Text<200> staff_pin_hash;
  DeviceId used_by;  ///< none while it is open
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, id, code_key, name, area, reply_zone, issued, expires, staff_pin_hash, used_by);
  }
};

/// When a device was last heard: not part of the ledger, kept beside it.
struct Presence {
  std::uint8_t format = 1;
  OfficeTime last_contact;
  std::uint64_t unsent = 0;  ///< as the device said, less what came since
  Text<64> software;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, last_contact, unsent, software);
  }
};

class DeviceFold final : public log::Fold {
 public:
  [[nodiscard]] std::vector<Table> tables() const override;
  [[nodiscard]] Status apply(StoreWriter& writer, const log::LedgerEntry& entry,
                             std::optional<ByteView> body) override;
};

[[nodiscard]] Result<std::optional<DeviceRow>> find_device(StoreReader& reader, const DeviceId& id);
[[nodiscard]] Result<std::optional<CodeRow>> find_code(StoreReader& reader, const CodeId& id);
[[nodiscard]] Result<std::vector<DeviceRow>> list_devices(StoreReader& reader);
[[nodiscard]] Result<std::vector<CodeRow>> list_codes(StoreReader& reader);
[[nodiscard]] Result<DeviceCounts> device_counts(StoreReader& reader, const DeviceId& id);
[[nodiscard]] Result<std::optional<Presence>> find_presence(StoreReader& reader, const DeviceId& id);
[[nodiscard]] Status put_presence(StoreWriter& writer, const DeviceId& id, const Presence& presence);

}  // namespace huiyin::desk
