#include "source/container_mounts.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace bulkhead::sentinel;

namespace {

constexpr const char* kOverlay =
    "10 1 0:40 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/u\n"
    "11 10 254:0 /pods/7/data /data rw - ext4 /dev/vda rw\n"
    "12 10 254:0 /pods/7/data/sub /sub rw - ext4 /dev/vda rw\n"
    "13 10 254:0 /pods/7/hosts /etc/hosts rw - ext4 /dev/vda rw\n";

ContainerMounts mounts_of(const char* text) {
  MountTable table = parse_mounts(text, kMaxMounts);
  const Mount root = table.mounts.front();
  return {std::move(table), root};
}

std::string name(const ContainerMounts& mounts, const char* via, const char* path) {
  const auto found = mounts.name_of(parse_mounts(via, 1).mounts.front(), path);
  return found ? found->path : "none";
}

}  // namespace

TEST_CASE("a file of the root is called by its place in the root, however it was reached") {
  const ContainerMounts mounts = mounts_of(kOverlay);
  CHECK(mounts.owns_root());
  CHECK(name(mounts, "10 1 0:40 / / rw - overlay o rw\n", "/bin/sh") == "/bin/sh");
  CHECK(name(mounts, "50 1 0:40 /usr/bin /mnt rw - overlay o rw\n", "/mnt/nc") == "/usr/bin/nc");
  CHECK(name(mounts, "50 1 0:40 /usr/bin/nc /bin/ls rw - overlay o rw\n", "/bin/ls") == "/usr/bin/nc");
}

TEST_CASE("a file of a volume is called as the container called the volume first, by its longest folder") {
  const ContainerMounts mounts = mounts_of(kOverlay);
  CHECK(name(mounts, "11 1 254:0 /pods/7/data /data rw - ext4 v rw\n", "/data/key") == "/data/key");
  CHECK(name(mounts, "60 1 254:0 /pods/7/data /mnt rw - ext4 v rw\n", "/mnt/key") == "/data/key");
  CHECK(name(mounts, "60 1 254:0 /pods/7/data /mnt rw - ext4 v rw\n", "/mnt/sub/key") == "/sub/key");
  CHECK(name(mounts, "13 1 254:0 /pods/7/hosts /etc/hosts rw - ext4 v rw\n", "/etc/hosts") == "/etc/hosts");
}

TEST_CASE("what was mounted later has no name from before, and neither has what does not fit its mount") {
  const ContainerMounts mounts = mounts_of(kOverlay);
  CHECK(name(mounts, "70 1 0:99 / /run rw - tmpfs t rw\n", "/run/x") == "none");
  CHECK(name(mounts, "11 1 254:0 /pods/7/data /data rw - ext4 v rw\n", "/database/x") == "none");
}

TEST_CASE("a root that is a folder of the machine is not the container's own") {
  const ContainerMounts mounts = mounts_of(
      "10 1 254:0 /snapshots/5 / rw - ext4 /dev/vda rw\n11 10 254:0 /pods/7/data /data rw - ext4 /dev/vda rw\n");
  CHECK_FALSE(mounts.owns_root());
  CHECK(name(mounts, "10 1 254:0 /snapshots/5 / rw - ext4 v rw\n", "/bin/sh") == "/bin/sh");
  CHECK(name(mounts, "80 1 254:0 /pods/7/data /bin rw - ext4 v rw\n", "/bin/sh") == "/data/sh");
}

TEST_CASE("who opens a file waits for nobody but on file systems of others, and on those that may lie over them") {
  const ContainerMounts mounts = mounts_of(kOverlay);
  const auto silent = [&mounts](const char* line) { return mounts.may_be_silent(parse_mounts(line, 1).mounts.front()); };
  CHECK_FALSE(silent("10 1 0:40 / / rw - overlay o rw\n"));
  CHECK_FALSE(silent("11 1 0:40 /a /b rw - overlay o rw\n"));
  CHECK_FALSE(silent("12 1 254:0 / /data rw - ext4 v rw\n"));
  CHECK(silent("13 1 0:41 / /b rw - overlay o rw\n"));
  CHECK(silent("14 1 0:42 / /b rw - fuse.sshfs s rw\n"));
  CHECK(silent("15 1 0:43 / /b rw - nfs4 s rw\n"));
}
