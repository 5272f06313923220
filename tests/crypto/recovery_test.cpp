#include "shared/crypto/recovery.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace huiyin::crypto {
namespace {

constexpr KdfCost kCheap{1, 8192};

std::vector<NamedSecret> some_secrets() {
  std::vector<NamedSecret> secrets;
  for (const char* name : {"office-text-1", "office-routing-1", "office-log"})
    secrets.push_back({name, Secret::random(32)});
  secrets.push_back({"empty", Secret(0)});
  return secrets;
}

RecoveryFile file_with(const std::vector<NamedSecret>& secrets, const RecoveryCode& code) {
  RecoveryFile file = std::move(*RecoveryFile::make(code, kCheap));
  for (const NamedSecret& secret : secrets) EXPECT_TRUE(file.add(secret.name, secret.secret.view()).ok());
  return file;
}

TEST(RecoveryCode, Written_code_reads_back_however_it_is_typed) {
  const RecoveryCode code = RecoveryCode::generate();
  std::string text = code.text();
  EXPECT_EQ(std::count_if(text.begin(), text.end(), [](char c) { return c != '-'; }), 26);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  const auto read = RecoveryCode::parse(" " + text + " ");
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(equal(read->view(), code.view()));
  EXPECT_EQ(RecoveryCode::parse(text.substr(1)).error().code, Code::kInvalid);
  EXPECT_EQ(RecoveryCode::parse("").error().code, Code::kInvalid);
}

TEST(RecoveryFile, Code_and_file_give_every_secret_back) {
  const RecoveryCode code = RecoveryCode::generate();
  const auto secrets = some_secrets();
  const std::string text = file_with(secrets, code).text();
  const auto found = RecoveryFile::parse(text)->recover(code);
  ASSERT_TRUE(found.ok()) << found.error().text();
  ASSERT_EQ(found->size(), secrets.size());
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    EXPECT_EQ((*found)[i].name, secrets[i].name);
    EXPECT_TRUE(equal((*found)[i].secret.view(), secrets[i].secret.view()));
  }
  EXPECT_TRUE(trial_recovery(text, code.text(), secrets).ok());
}

TEST(RecoveryFile, Secret_can_be_added_later_without_the_code) {
  const RecoveryCode code = RecoveryCode::generate();
  auto secrets = some_secrets();
  auto file = RecoveryFile::parse(file_with(secrets, code).text());
  secrets.push_back({"office-text-2", Secret::random(32)});
  ASSERT_TRUE(file->add(secrets.back().name, secrets.back().secret.view()).ok());
  EXPECT_TRUE(trial_recovery(file->text(), code.text(), secrets).ok());
  EXPECT_EQ(file->add("office-text-2", {}).error().code, Code::kConflict);
  EXPECT_EQ(file->add("two words", {}).error().code, Code::kInvalid);
  EXPECT_EQ(file->add("large", Bytes(kRecoverySecretBytesMax + 1)).error().code, Code::kTooLarge);
  EXPECT_EQ(file->names().size(), secrets.size());
}

TEST(RecoveryFile, Wrong_code_is_refused_and_not_called_damage) {
  const auto file = file_with(some_secrets(), RecoveryCode::generate());
  EXPECT_EQ(file.recover(RecoveryCode::generate()).error().code, Code::kRefused);
}

TEST(RecoveryFile, Every_changed_character_is_damage) {
  const std::string text = file_with(some_secrets(), RecoveryCode::generate()).text();
  const std::size_t version_at = std::string("huiyin-recovery-").size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == '7' ? '8' : '7';
    const auto read = RecoveryFile::parse(changed);
    // The line end after the title makes a title of another version, too.
    const bool version = i == version_at || i == version_at + 1;
    ASSERT_FALSE(read.ok()) << i;
    EXPECT_EQ(read.error().code, version ? Code::kUnsupported : Code::kDamaged) << i;
  }
}

TEST(RecoveryFile, Every_cut_is_damage) {
  const std::string text = file_with(some_secrets(), RecoveryCode::generate()).text();
  for (std::size_t size = 0; size + 1 < text.size(); ++size)
    ASSERT_FALSE(RecoveryFile::parse(text.substr(0, size)).ok()) << size;
}

TEST(RecoveryFile, Line_ends_of_a_mail_program_do_no_harm) {
  const RecoveryCode code = RecoveryCode::generate();
  const auto secrets = some_secrets();
  std::string text = file_with(secrets, code).text();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, "\r");
  EXPECT_TRUE(trial_recovery(text + "\r\n", code.text(), secrets).ok());
}

TEST(TrialRecovery, Missing_or_different_secret_is_found) {
  const RecoveryCode code = RecoveryCode::generate();
  auto secrets = some_secrets();
  const std::string text = file_with(secrets, code).text();
  secrets[1].secret = Secret::random(32);
  EXPECT_EQ(trial_recovery(text, code.text(), secrets).error().code, Code::kConflict);
  secrets.pop_back();
  EXPECT_EQ(trial_recovery(text, code.text(), secrets).error().code, Code::kConflict);
  EXPECT_EQ(trial_recovery(text, "nonsense", secrets).error().code, Code::kInvalid);
  EXPECT_EQ(trial_recovery("nonsense", code.text(), secrets).error().code, Code::kDamaged);
}

}  // namespace
}  // namespace huiyin::crypto
