#include "kiosk/device_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/kiosk/test_folder.hpp"

namespace huiyin::kiosk {
namespace {

Enrolment sample() {
  Enrolment enrolment;
  enrolment.host = "office.example";
  enrolment.port = 7443;
  enrolment.pin.bytes.fill(7);
  enrolment.result.device_name.value = "柳树湾 1 号";
  enrolment.result.area = {10101};
  enrolment.result.ring.version = 3;
  return enrolment;
}

TEST(DeviceFiles, Key_is_made_once_and_nobody_else_may_read_it) {
  const TestFolder folder;
  const DeviceFiles files(folder.file("deep/data"));
  ASSERT_TRUE(files.prepare().ok());
  const auto first = files.device_key();
  ASSERT_TRUE(first.ok()) << first.error().text();
  EXPECT_EQ(files.device_key()->public_key(), first->public_key());
  struct stat status {};
  ASSERT_EQ(::stat(folder.file("deep/data/device.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(folder.file("deep/data").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST(DeviceFiles, Cut_key_is_damage_and_is_not_replaced) {
  const TestFolder folder;
  const DeviceFiles files(folder.file("data"));
  ASSERT_TRUE(files.prepare().ok());
  std::ofstream(folder.file("data/device.key")) << "short";
  EXPECT_EQ(files.device_key().error().code, Code::kDamaged);
  EXPECT_EQ(std::filesystem::file_size(folder.file("data/device.key")), 5U);
}

TEST(DeviceFiles, Enrolment_is_kept_whole) {
  const TestFolder folder;
  const DeviceFiles files(folder.file("data"));
  ASSERT_TRUE(files.prepare().ok());
  EXPECT_FALSE(files.enrolment().value());
  ASSERT_TRUE(files.save_enrolment(sample()).ok());
  EXPECT_EQ(files.enrolment().value(), sample());
  EXPECT_FALSE(std::filesystem::exists(folder.file("data/enrolment.new")));
}

TEST(DeviceFiles, Every_changed_or_missing_byte_of_an_enrolment_is_noticed) {
  const Bytes good = enrolment_bytes(sample());
  ASSERT_TRUE(parse_enrolment(good).ok());
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes changed = good;
    changed[i] ^= 1;
    EXPECT_EQ(parse_enrolment(changed).error().code, Code::kDamaged) << i;
    EXPECT_EQ(parse_enrolment(ByteView(good).first(i)).error().code, Code::kDamaged) << i;
  }
}

}  // namespace
}  // namespace huiyin::kiosk
