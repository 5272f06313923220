#include "shared/log/tables.hpp"
#include "sync-server/desk/devices/devices.hpp"
#include "sync-server/desk/rows.hpp"

namespace huiyin::desk {

namespace t = log::office_table;
using log::LedgerEntry;
using log::StreamKind;
using protocol::from_wire;

namespace {

Status enrolled(StoreWriter& writer, const LedgerEntry& entry, ByteView body) {
  const auto act = from_wire<DeviceEnrolled>(body, "device enrolled");
  if (!act.ok()) return {};
  DeviceRow row;
  row.id = DeviceId::prefix(entry.stream.id.view());
  row.key = act->key;
  row.name = act->name;
  row.area = act->area;
  row.reply_zone = act->reply_zone;
  row.code = act->code;
  row.since = entry.at;
  return put_row(writer, t::kDevices, row.id.view(), row);
}

Status revoked(StoreWriter& writer, const LedgerEntry& entry, ByteView body) {
  const auto act = from_wire<DeviceRevoked>(body, "device revoked");
  const DeviceId id = DeviceId::prefix(entry.stream.id.view());
  auto row = find_device(writer, id);
  if (!row.ok()) return row.error();
  if (!act.ok() || !*row) return {};
  (*row)->revoked = true;
  (*row)->revoked_at = entry.at;
  (*row)->revoked_reason = act->reason;
  return put_row(writer, t::kDevices, id.view(), **row);
}

Status code_issued(StoreWriter& writer, const LedgerEntry& entry, ByteView body) {
  const auto act = from_wire<CodeIssued>(body, "code issued");
  if (!act.ok()) return {};
  CodeRow row;
  row.id = CodeId::prefix(entry.stream.id.view());
  row.code_key = act->code_key;
  row.name = act->name;
  row.area = act->area;
  row.reply_zone = act->reply_zone;
  row.issued = entry.at;
  row.expires = act->expires;
  row.staff_pin_hash = act->staff_pin_hash;
  return put_row(writer, t::kCodes, row.id.view(), row);
}

Status code_used(StoreWriter& writer, const LedgerEntry& entry, ByteView body) {
  const auto act = from_wire<CodeUsed>(body, "code used");
  const CodeId id = CodeId::prefix(entry.stream.id.view());
  auto row = find_code(writer, id);
  if (!row.ok()) return row.error();
  if (!act.ok() || !*row) return {};
  (*row)->used_by = act->device;
  return put_row(writer, t::kCodes, id.view(), **row);
}

Status record_came(StoreWriter& writer, const LedgerEntry& entry) {
  const DeviceId id = DeviceId::prefix(entry.stream.id.view());
  auto counts = device_counts(writer, id);
  if (!counts.ok()) return counts.error();
  ++counts->records;
  if (!entry.quarantined.empty()) {
    ++counts->quarantined;
    HUIYIN_TRY(writer.put(t::kQuarantine, log::key_of(entry.offset.value), as_bytes(entry.quarantined)));
  }
  // A branch is named by its first record's hash: that record opened it.
  if (!entry.stream.branch.is_none() && entry.stream.branch == BranchId::prefix(entry.hash.view()))
    ++counts->branches;
  return put_row(writer, t::kDeviceCounts, id.view(), *counts);
}

}  // namespace

std::vector<Table> DeviceFold::tables() const {
  return {t::kDevices, t::kCodes, t::kDeviceCounts, t::kQuarantine};
}

Status DeviceFold::apply(StoreWriter& writer, const LedgerEntry& entry, std::optional<ByteView> body) {
  if (entry.stream.kind == StreamKind::kRecords) return record_came(writer, entry);
  if (!body) return {};
  if (entry.stream.kind == StreamKind::kDevice && entry.type == act::kDeviceEnrolled)
    return enrolled(writer, entry, *body);
  if (entry.stream.kind == StreamKind::kDevice && entry.type == act::kDeviceRevoked)
    return revoked(writer, entry, *body);
  if (entry.stream.kind == StreamKind::kCode && entry.type == act::kCodeIssued)
    return code_issued(writer, entry, *body);
  if (entry.stream.kind == StreamKind::kCode && entry.type == act::kCodeUsed)
    return code_used(writer, entry, *body);
  return {};
}

Result<std::optional<DeviceRow>> find_device(StoreReader& reader, const DeviceId& id) {
  return get_row<DeviceRow>(reader, t::kDevices, id.view(), "device");
}
Result<std::optional<CodeRow>> find_code(StoreReader& reader, const CodeId& id) {
  return get_row<CodeRow>(reader, t::kCodes, id.view(), "enrolment code");
}
Result<std::vector<DeviceRow>> list_devices(StoreReader& reader) {
  return all_rows<DeviceRow>(reader, t::kDevices, "devices");
}
Result<std::vector<CodeRow>> list_codes(StoreReader& reader) {
  return all_rows<CodeRow>(reader, t::kCodes, "enrolment codes");
}
Result<DeviceCounts> device_counts(StoreReader& reader, const DeviceId& id) {
  const auto row = get_row<DeviceCounts>(reader, t::kDeviceCounts, id.view(), "device counts");
  if (!row.ok()) return row.error();
  return row->value_or(DeviceCounts{});
}
Result<std::optional<Presence>> find_presence(StoreReader& reader, const DeviceId& id) {
  return get_row<Presence>(reader, t::kPresence, id.view(), "presence");
}
Status put_presence(StoreWriter& writer, const DeviceId& id, const Presence& presence) {
  return put_row(writer, t::kPresence, id.view(), presence);
}

}  // namespace huiyin::desk
