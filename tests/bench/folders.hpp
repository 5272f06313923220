#pragma once
/// Data folders of an office and of a kiosk as the daemons find them, made with the libraries:
/// enrolled devices and any number of records, without the years that would take.

#include <string>
#include <vector>

#include "sync-server/keys/office_keys.hpp"
#include "tests/bench/corpus.hpp"

namespace huiyin::bench {

struct OfficeFolder {
  std::string data;
  std::string rules;
  KeyPin pin;
  protocol::KeyRing ring;
  OfficeEpoch epoch;
  /// What records are made for: the newest keys, the first area of the rules.
  CorpusOffice for_corpus;
  std::vector<std::string> texts;
};

/// A new office under `folder`, with the rules of `rules`.
[[nodiscard]] OfficeFolder make_office(const std::string& folder, const std::string& rules);
/// Writes the devices into the ledger as enrolled. No server may be running.
void enrol_devices(const OfficeFolder& office, const std::vector<PublicKey>& keys);
/// Verifies and ingests what the device would push, 4,000 records to a commit.
void ingest_records(const OfficeFolder& office, const DeviceCorpus& device);
/// How many entries the ledger has. No server may be running.
[[nodiscard]] std::uint64_t ledger_size(const OfficeFolder& office);
/// The arguments of huiyin-server for that folder, on any free ports.
[[nodiscard]] std::vector<std::string> server_arguments(const OfficeFolder& office);

/// A kiosk's folder in two steps, since its key is enrolled before the office has a port.
[[nodiscard]] PublicKey make_kiosk(const std::string& data);
/// Enrols it at that port and gives its journal `records` of the mixed corpus; 0: not even an epoch.
void fill_kiosk(const std::string& data, const OfficeFolder& office, std::uint16_t port, std::size_t records);
[[nodiscard]] std::vector<std::string> kiosk_arguments(const std::string& data);

}  // namespace huiyin::bench
