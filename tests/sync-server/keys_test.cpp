/// The office's keys on the disk: how they are made, kept apart, loaded and unlocked.

#include <sys/stat.h>

#include <fstream>

#include "kiosk/capture.hpp"
#include "protocol/archive.hpp"
#include "sync-server/keys/private_file.hpp"
#include "tests/sync-server/desk_world.hpp"

namespace huiyin::office::testing {

namespace fs = std::filesystem;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 0777U;
}

void overwrite(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// Turns one character of a line's value.
void turn_character(const std::string& path, std::size_t at) {
  auto text = read_small_file(path).value();
  ASSERT_LT(at, text.size());
  text[at] = text[at] == 'a' ? 'b' : 'a';
  overwrite(path, text);
}

Code code_of_init(const InitOptions& options) {
  const auto report = init_office(options);
  return report.ok() ? Code::kNone : report.error().code;
}

Code code_of_load(const std::string& data) {
  const auto keys = OfficeKeys::load(data);
  return keys.ok() ? Code::kNone : keys.error().code;
}

TEST(OfficeInit, files_are_only_for_their_owner) {
  const auto& office = made_office();

  for (const auto& file : {office.recovery, office.text_key, office.data + "/office-keys",
                           office.data + "/key-ring", office.data + "/tls.key", office.data + "/tls.pem"})
    EXPECT_EQ(mode_of(file), 0600U) << file;
  EXPECT_EQ(mode_of(office.data), 0700U);
}

TEST(OfficeInit, recovery_file_and_code_give_every_private_half_back) {
  const auto& office = made_office();
  const auto file = crypto::RecoveryFile::parse(read_small_file(office.recovery).value());
  ASSERT_OK(file);
  const auto code = crypto::RecoveryCode::parse(office.report.recovery_code);
  ASSERT_OK(code);
  const auto secrets = file->recover(*code);
  ASSERT_OK(secrets);

  std::vector<std::string> names;
  for (const auto& each : *secrets) {
    names.push_back(each.name);
    if (each.name == "text-1") {
      const auto pair = crypto::SealKeyPair::from_secret(each.secret.view());
      ASSERT_OK(pair);
      EXPECT_EQ(pair->public_key(), office_keys().newest_sealing().text);
    }
    if (each.name == "root") {
      const auto pair = crypto::KeyPair::from_seed(each.secret.view());
      ASSERT_OK(pair);
      EXPECT_EQ(pair->public_key(), office_keys().ring().root);
    }
  }
  EXPECT_EQ(names, (std::vector<std::string>{"root", "ack", "log", "routing-1", "text-1", "tls-key"}));
}

TEST(OfficeInit, data_folder_holds_neither_text_key_nor_root) {
  const auto& office = made_office();
  const std::string text_line = read_small_file(office.text_key).value();
  const std::string text_hex = text_line.substr(text_line.find(' ') + 1, 64);
  ASSERT_EQ(text_hex.size(), 64U);

  for (const auto& each : fs::directory_iterator(office.data)) {
    const auto text = read_small_file(each.path().string());
    ASSERT_OK(text);
    EXPECT_EQ(text->find(text_hex), std::string::npos) << each.path();
    EXPECT_EQ(text->find(to_string(*from_hex(text_hex))), std::string::npos) << each.path();
  }
  EXPECT_EQ(read_small_file(office.data + "/office-keys").value().find("root"), std::string::npos);
}

TEST(OfficeInit, recovery_or_text_key_inside_the_data_folder_is_refused) {
  const TestFolder folder;
  const std::string data = folder.file("data");

  EXPECT_EQ(code_of_init({data, data + "/recovery", folder.file("text"), std::nullopt}), Code::kInvalid);
  EXPECT_EQ(code_of_init({data, folder.file("recovery"), data + "/sub/../text", std::nullopt}),
            Code::kInvalid);
  EXPECT_EQ(code_of_init({data, "", folder.file("text"), std::nullopt}), Code::kInvalid);
  EXPECT_EQ(code_of_init({data, folder.file("recovery"), "", std::nullopt}), Code::kInvalid);
  EXPECT_FALSE(fs::exists(data)) << "nothing was made before the refusal";
}

TEST(OfficeInit, recovery_inside_the_data_folder_by_a_link_is_refused) {
  const TestFolder folder;
  const std::string data = folder.file("data");
  fs::create_directories(data);
  fs::create_directory_symlink(data, folder.file("elsewhere"));

  EXPECT_EQ(code_of_init({data, folder.file("elsewhere") + "/recovery", folder.file("text"), std::nullopt}),
            Code::kInvalid);
  // And the other way round: the data folder is named through the link.
  EXPECT_EQ(code_of_init({folder.file("elsewhere"), data + "/recovery", folder.file("text"), std::nullopt}),
            Code::kInvalid);
}

TEST(OfficeInit, recovery_inside_the_data_folder_named_from_here_is_refused) {
  const TestFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.file("."));

  const Code both = code_of_init({"data", "data/recovery", folder.file("text"), std::nullopt});
  const Code one = code_of_init({folder.file("data"), "data/recovery", folder.file("text"), std::nullopt});
  const Code other = code_of_init({"data", folder.file("data/recovery"), folder.file("text"), std::nullopt});
  fs::current_path(before);

  EXPECT_EQ(both, Code::kInvalid);
  EXPECT_EQ(one, Code::kInvalid);
  EXPECT_EQ(other, Code::kInvalid);
}

TEST(OfficeInit, existing_office_or_file_is_left_alone) {
  const auto& office = made_office();
  const TestFolder folder;
  const std::string keys_before = read_small_file(office.data + "/office-keys").value();
  const std::string recovery_before = read_small_file(office.recovery).value();

  EXPECT_EQ(code_of_init({office.data, folder.file("recovery"), folder.file("text"), std::nullopt}),
            Code::kConflict);
  EXPECT_EQ(code_of_init({folder.file("data"), office.recovery, folder.file("text"), std::nullopt}),
            Code::kConflict);
  EXPECT_EQ(code_of_init({folder.file("data"), folder.file("recovery"), office.text_key, std::nullopt}),
            Code::kConflict);

  EXPECT_EQ(read_small_file(office.data + "/office-keys").value(), keys_before);
  EXPECT_EQ(read_small_file(office.recovery).value(), recovery_before);
}

TEST(OfficeInit, text_key_behind_a_passphrase_opens_with_it_alone) {
  const TestFolder folder;
  const InitOptions options{folder.file("data"), folder.file("recovery"), folder.file("text"),
                            "山高水长 1234"};
  ASSERT_OK(init_office(options));

  const auto without = read_text_key(options.text_key_file, std::nullopt);
  const auto wrong = read_text_key(options.text_key_file, "something else");
  const auto right = read_text_key(options.text_key_file, options.passphrase);

  ASSERT_FALSE(without.ok());
  EXPECT_EQ(without.error().code, Code::kRefused);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, Code::kRefused);
  ASSERT_OK(right);
  const auto keys = OfficeKeys::load(options.data_dir);
  ASSERT_OK(keys);
  EXPECT_TRUE((*keys)->is_locked());
  ASSERT_OK((*keys)->unlock(*right));
  EXPECT_FALSE((*keys)->is_locked());

  // The text key of another office is told apart.
  EXPECT_EQ((*keys)->unlock(*read_text_key(made_office().text_key, std::nullopt)).error().code,
            Code::kRefused);
  EXPECT_FALSE((*keys)->is_locked()) << "a refused key changes nothing";
}

TEST(TextKeyFile, damaged_or_missing_file_is_told) {
  const TestFolder folder;
  fs::copy(made_office().text_key, folder.file("short"));
  overwrite(folder.file("short"), read_small_file(folder.file("short")).value().substr(0, 40));

  const auto cut = read_text_key(folder.file("short"), std::nullopt);
  const auto missing = read_text_key(folder.file("none"), std::nullopt);

  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().code, Code::kDamaged);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Code::kNotFound);
}

TEST(PrivateFile, left_over_of_a_crash_that_others_may_read_is_not_taken_over) {
  const TestFolder folder;
  std::ofstream(folder.file("secret.new")) << "left over";
  fs::permissions(folder.file("secret.new"),
                  fs::perms::owner_all | fs::perms::group_read | fs::perms::others_read);

  ASSERT_OK(write_private_file(folder.file("secret"), "text"));

  EXPECT_EQ(mode_of(folder.file("secret")), 0600U);
  EXPECT_EQ(read_small_file(folder.file("secret")).value(), "text");
}

TEST(PrivateFile, large_file_is_refused) {
  const TestFolder folder;
  ASSERT_OK(write_private_file(folder.file("large"), std::string(70'000, 'x')));

  const auto text = read_small_file(folder.file("large"));

  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().code, Code::kTooLarge);
}

TEST(OfficeKeys, folder_without_an_office_names_the_command) {
  const TestFolder folder;

  const auto keys = OfficeKeys::load(folder.file("nothing"));

  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.error().code, Code::kNotFound);
  EXPECT_NE(keys.error().todo.find("huiyin office init"), std::string::npos);
}

TEST(OfficeKeys, damage_to_any_key_line_is_found) {
  for (const char* name : {"epoch", "ack", "log", "routing-1"}) {
    const TestFolder folder;
    const std::string data = copy_of_data(folder);
    auto text = read_small_file(data + "/office-keys").value();
    const std::size_t at = text.find(std::string(name) + " ");
    ASSERT_NE(at, std::string::npos);
    const std::size_t value = at + std::string(name).size() + 1;

    auto missing = text;
    missing[at] = 'X';
    overwrite(data + "/office-keys", missing);
    EXPECT_EQ(code_of_load(data), Code::kDamaged) << name << " missing";
    auto cut = text;
    cut.erase(value, 2);
    overwrite(data + "/office-keys", cut);
    EXPECT_EQ(code_of_load(data), Code::kDamaged) << name << " cut";
    auto letters = text;
    letters[value] = 'z';
    overwrite(data + "/office-keys", letters);
    EXPECT_EQ(code_of_load(data), Code::kDamaged) << name << " not hexadecimal";
    if (std::string_view(name) == "epoch") continue;  // any 8 bytes are an epoch
    overwrite(data + "/office-keys", text);
    turn_character(data + "/office-keys", value + 7);
    EXPECT_EQ(code_of_load(data), Code::kDamaged) << name << " another key";
  }
}

TEST(OfficeKeys, any_changed_byte_of_the_ring_is_found) {
  const TestFolder folder;
  const std::string data = copy_of_data(folder);
  const std::string ring = read_small_file(data + "/key-ring").value();

  for (std::size_t at = 0; at < ring.size(); ++at) {
    std::string changed = ring;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    overwrite(data + "/key-ring", changed);
    ASSERT_EQ(code_of_load(data), Code::kDamaged) << "byte " << at;
  }
  overwrite(data + "/key-ring", ring.substr(0, ring.size() - 1));
  EXPECT_EQ(code_of_load(data), Code::kDamaged);
  fs::remove(data + "/key-ring");
  EXPECT_EQ(code_of_load(data), Code::kNotFound);
}

TEST(OfficeKeys, folders_of_two_offices_mixed_are_found) {
  const TestFolder folder;
  const InitOptions other{folder.file("other"), folder.file("recovery"), folder.file("text"), std::nullopt};
  ASSERT_OK(init_office(other));
  const std::string data = copy_of_data(folder);

  fs::copy_file(other.data_dir + "/key-ring", data + "/key-ring", fs::copy_options::overwrite_existing);
  EXPECT_EQ(code_of_load(data), Code::kDamaged) << "another office's ring";
  fs::copy_file(made_office().data + "/key-ring", data + "/key-ring", fs::copy_options::overwrite_existing);
  ASSERT_EQ(code_of_load(data), Code::kNone);
  // With the TLS key of another office no device's pin would fit.
  fs::copy_file(other.data_dir + "/tls.key", data + "/tls.key", fs::copy_options::overwrite_existing);
  fs::copy_file(other.data_dir + "/tls.pem", data + "/tls.pem", fs::copy_options::overwrite_existing);
  EXPECT_EQ(code_of_load(data), Code::kDamaged) << "another office's TLS key";
}

TEST(OfficeKeys, locked_office_reads_routing_but_no_text) {
  TestKiosk kiosk("kiosk of the keys test");
  const auto receipt = receipt_named("receipt");
  const auto saved = kiosk.say(receipt.sign.public_key(), "水管坏了", {102}, 1);
  const auto record = kiosk.journal->read(saved.seq);
  ASSERT_OK(record);
  const auto keys = OfficeKeys::load(made_office().data);
  ASSERT_OK(keys);

  ASSERT_TRUE((*keys)->is_locked());
  const auto routing = (*keys)->open_routing(record->header, record->payload);
  ASSERT_TRUE(routing.has_value());
  EXPECT_EQ(protocol::from_wire<protocol::FeedbackRouting>(*routing, "routing")->category.value, 102);
  EXPECT_EQ((*keys)->open_text(record->header, record->payload).error().code, Code::kLocked);
  EXPECT_EQ((*keys)->open_office_copy(as_bytes("any"), {1}, {}).error().code, Code::kLocked);

  ASSERT_OK((*keys)->unlock(*read_text_key(made_office().text_key, std::nullopt)));
  const auto text = (*keys)->open_text(record->header, record->payload);
  ASSERT_OK(text);
  EXPECT_EQ(protocol::from_wire<protocol::FeedbackText>(*text, "text")->text.value, "水管坏了");

  (*keys)->lock();
  EXPECT_EQ((*keys)->open_text(record->header, record->payload).error().code, Code::kLocked);
}

TEST(OfficeKeys, text_moved_to_another_record_does_not_open) {
  TestKiosk kiosk("kiosk of the moved text");
  const auto receipt = receipt_named("receipt");
  const auto record = kiosk.journal->read(kiosk.say(receipt.sign.public_key(), "一", {101}, 1).seq);
  ASSERT_OK(record);
  protocol::RecordHeader other = record->header;
  other.seq = {other.seq.value + 1};

  EXPECT_FALSE(office_keys().open_routing(other, record->payload).has_value());
  EXPECT_EQ(office_keys().open_text(other, record->payload).error().code, Code::kRefused);
}

TEST(OfficeKeys, office_copy_opens_only_where_it_was_made) {
  const CaseId id = id_named<CaseId>("a case");
  const auto copy = office_keys().seal_office_copy(as_bytes("answer"), desk::office_copy_aad(id, 1));
  ASSERT_OK(copy);

  const auto back = office_keys().open_office_copy(*copy, office_keys().newest_sealing().generation,
                                                   desk::office_copy_aad(id, 1));
  const auto moved = office_keys().open_office_copy(*copy, office_keys().newest_sealing().generation,
                                                    desk::office_copy_aad(id, 2));

  ASSERT_OK(back);
  EXPECT_EQ(as_text(*back), "answer");
  EXPECT_FALSE(moved.ok());
}

}  // namespace
}  // namespace huiyin::office::testing
