#include <cstdio>
#include <memory>

#include "kiosk/device_files.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/log/journal.hpp"
#include "shared/log/ledger.hpp"
#include "shared/store/lmdb_store.hpp"
#include "tools/huiyin/commands.hpp"

namespace huiyin::tools {

namespace {

void print_finding(const std::string& text) { std::printf("  %s\n", text.c_str()); }

/// Opens a store only to look; the daemon may be running.
Result<std::unique_ptr<store::LmdbStore>> open_to_look(const std::string& path) {
  HUIYIN_TRY(store::check_store_file(path));
  store::LmdbOptions options;
  options.read_only = true;
  return store::open_lmdb_store(path, options);
}

int verify_ledger(const std::string& data) {
  auto opened = open_to_look(data + "/ledger.mdb");
  if (!opened.ok()) return refuse(opened.error());
  log::LedgerVerified verified;
  const Status read = (*opened)->read([&](StoreReader& reader) -> Status {
    const auto result = log::verify_ledger(reader, crypto::hash_port(), print_finding);
    if (!result.ok()) return result.error();
    verified = *result;
    return {};
  });
  if (!read.ok()) return refuse(read.error());
  std::printf("%lu entries, %lu erased, root %s: %s\n", static_cast<unsigned long>(verified.entries),
              static_cast<unsigned long>(verified.erased), verified.root.text().c_str(),
              verified.findings == 0 ? "everything fits" : "see above");
  return verified.findings == 0 ? kDone : kFoundWrong;
}

int verify_journal(const std::string& data) {
  const kiosk::DeviceFiles files(data);
  const auto enrolment = files.enrolment();
  if (!enrolment.ok()) return refuse(enrolment.error());
  if (!*enrolment)
    return refuse(error(Code::kNotFound, "this kiosk is not enrolled, so it has no journal", data));
  const auto key = files.device_key();
  if (!key.ok()) return refuse(key.error());
  auto opened = open_to_look(files.store_path());
  if (!opened.ok()) return refuse(opened.error());
  const auto verified = log::Journal::verify(**opened, crypto::hash_port(), key->public_key(),
                                             (*enrolment)->result.office, print_finding);
  if (!verified.ok()) return refuse(verified.error());
  std::printf("%lu records in %lu epochs: %s\n", static_cast<unsigned long>(verified->records),
              static_cast<unsigned long>(verified->epochs),
              verified->findings == 0 ? "everything fits" : "see above");
  return verified->findings == 0 ? kDone : kFoundWrong;
}

}  // namespace

void add_verify_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("verify", "check everything that is stored, also while the daemon runs");
  group->require_subcommand(1);
  auto data = std::make_shared<std::string>();
  auto* journal = group->add_subcommand("journal", "a kiosk's records: hashes, chain, signatures");
  journal->add_option("--data", *data, "folder of the kiosk")->required();
  journal->callback([&action, data] { action = [data] { return verify_journal(*data); }; });
  auto* ledger = group->add_subcommand("ledger", "the office's ledger: hashes, streams, tree");
  ledger->add_option("--data", *data, "folder of the office")->required();
  ledger->callback([&action, data] { action = [data] { return verify_ledger(*data); }; });
}

}  // namespace huiyin::tools
