#include "source/image_layers.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using namespace bulkhead::sentinel;

namespace {

namespace fs = std::filesystem;

/// Two layers and what was written over them.
struct Folders {
  Folders() {
    std::string name = (fs::temp_directory_path() / "bh-layers-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root = name;
    write("top/bin/sh");
    write("base/bin/cat");
    write("base/bin/sh");
    fs::create_directories(root / "upper");
  }
  ~Folders() { fs::remove_all(root); }

  void write(const char* name) const {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name) << name;
  }
  [[nodiscard]] std::uint64_t inode(const char* name) const {
    struct stat found {};
    REQUIRE(::lstat((root / name).c_str(), &found) == 0);
    return found.st_ino;
  }
  [[nodiscard]] std::string options() const {
    return "rw,lowerdir=" + (root / "top").string() + ":" + (root / "base").string() +
           ",upperdir=" + (root / "upper").string();
  }

  fs::path root;
};

}  // namespace

TEST_CASE("a file is of the image where a layer has it and nothing was written in its place") {
  const Folders folders;
  ImageLayers layers;
  REQUIRE(layers.open(folders.options()) == "");
  CHECK(layers.hold("/bin/sh", folders.inode("top/bin/sh")));
  CHECK(layers.hold("/bin/cat", folders.inode("base/bin/cat")));
  CHECK_FALSE(layers.hold("/bin/sh", folders.inode("base/bin/sh")));  // hidden by the layer above
  CHECK_FALSE(layers.hold("/bin/none", folders.inode("base/bin/cat")));
  folders.write("upper/bin/cat");
  CHECK_FALSE(layers.hold("/bin/cat", folders.inode("base/bin/cat")));
}

TEST_CASE("a file of the writable layer does not pass under another name") {
  const Folders folders;
  folders.write("upper/tmp/x");
  ImageLayers layers;
  REQUIRE(layers.open(folders.options()) == "");
  CHECK_FALSE(layers.hold("/tmp/x", folders.inode("upper/tmp/x")));
  CHECK_FALSE(layers.hold("/bin/cat", folders.inode("upper/tmp/x")));
  CHECK_FALSE(layers.hold("/tmp/gone", folders.inode("upper/tmp/x")));
}

TEST_CASE("links in the writable layer are not followed, and folders are no files") {
  const Folders folders;
  fs::create_symlink("/", folders.root / "upper/bin");
  fs::create_symlink("/nowhere", folders.root / "upper/lib");
  ImageLayers layers;
  REQUIRE(layers.open(folders.options()) == "");
  CHECK_FALSE(layers.hold("/bin/cat", folders.inode("base/bin/cat")));
  CHECK_FALSE(layers.hold("/lib/x", 1));
  CHECK_FALSE(layers.hold("/bin", folders.inode("base/bin")));
  CHECK_FALSE(layers.hold("", 1));
  CHECK_FALSE(layers.hold("/", 1));
  CHECK_FALSE(layers.hold("/../bin/cat", folders.inode("base/bin/cat")));
}

TEST_CASE("layers that cannot be found are said, and hold nothing") {
  ImageLayers layers;
  CHECK(layers.open("rw,lowerdir=/nowhere/a,upperdir=/nowhere/b").find("/nowhere/b cannot be found") != std::string::npos);
  CHECK(layers.open("rw").find("does not say") != std::string::npos);
  CHECK_FALSE(layers.known());
  CHECK_FALSE(layers.hold("/bin/cat", 1));
}

TEST_CASE("names of layers that are relative are those of snapshots beside the writable one") {
  const Folders folders;
  folders.write("snapshots/1/fs/bin/ls");
  fs::create_directories(folders.root / "snapshots/2/fs");
  ImageLayers layers;
  REQUIRE(layers.open("rw,lowerdir=1/fs,upperdir=" + (folders.root / "snapshots/2/fs").string()) == "");
  CHECK(layers.hold("/bin/ls", folders.inode("snapshots/1/fs/bin/ls")));
}
