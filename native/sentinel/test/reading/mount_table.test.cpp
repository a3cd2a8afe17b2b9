#include "reading/mount_table.hpp"

#include <doctest/doctest.h>
#include <sys/sysmacros.h>

#include <string>

using namespace bulkhead::sentinel;

TEST_CASE("a line of mountinfo is read whole") {
  const MountTable table = parse_mounts(
      "68 42 0:39 / / rw,relatime - overlay overlay rw,lowerdir=/a:/b,upperdir=/c\n"
      "69 68 254:1 /pods/7/volume /var/my\\040data rw master:3 propagate_from:2 - ext4 /dev/vda rw,discard\n",
      kMaxMounts);
  REQUIRE(table.mounts.size() == 2);
  CHECK(table.left_out == 0);
  const Mount& root = table.mounts[0];
  CHECK(root.id == 68);
  CHECK(root.device == makedev(0, 39));
  CHECK(root.type == "overlay");
  CHECK(root.options == "rw,lowerdir=/a:/b,upperdir=/c");
  const Mount* volume = table.find(69);
  REQUIRE(volume != nullptr);
  CHECK(volume->root == "/pods/7/volume");
  CHECK(volume->point == "/var/my data");
  CHECK(volume->type == "ext4");
  CHECK(table.find(70) == nullptr);
}

TEST_CASE("lines that are none, and those beyond the bound, are counted") {
  CHECK(parse_mounts("x\n\n1 2 3\n1 2 0:3 a b c - d e f\n1 2 0:39999999999 / / rw - a b c\n", kMaxMounts).left_out == 4);
  std::string many;
  for (int i = 1; i <= 5; ++i) many += std::to_string(i) + " 1 0:1 / /x rw - tmpfs none rw\n";
  const MountTable table = parse_mounts(many, 3);
  CHECK(table.mounts.size() == 3);
  CHECK(table.left_out == 2);
}

TEST_CASE("escapes are octal, and what is none stays") {
  CHECK(unescape("a\\040b\\134c") == "a b\\c");
  CHECK(unescape("\\04") == "\\04");
  CHECK(unescape("\\777\\08x") == "\\777\\08x");
}

TEST_CASE("a path lies in a folder only by whole names") {
  CHECK(below("/data/x", "/data") == "/x");
  CHECK(below("/data", "/data") == "");
  CHECK(below("/data/x", "/") == "/data/x");
  CHECK(below("/", "/") == "");
  CHECK_FALSE(below("/database", "/data"));
  CHECK_FALSE(below("/x", "/data"));
}

TEST_CASE("file systems that a program or another machine answers for are known") {
  for (const char* type : {"fuse", "fuse.sshfs", "fuseblk", "nfs4", "cifs", "9p"}) CHECK(is_remote(type));
  for (const char* type : {"ext4", "overlay", "tmpfs", "xfs", "fusectl", ""}) CHECK_FALSE(is_remote(type));
}
