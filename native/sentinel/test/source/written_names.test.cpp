#include "source/written_names.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace bulkhead::sentinel;

namespace {

/// The name, with a slash behind that of a folder; "none" where there is no room.
std::string name_of(WrittenNames& names, const std::string& path) {
  const auto name = names.name_of(path);
  return name ? path.substr(0, name->length) + (name->is_folder ? "/" : "") : "none";
}

}  // namespace

TEST_CASE("files are called by their own names, as long as a folder has few") {
  SharedTotal all(WrittenNames::kMostOfAll);
  WrittenNames names(all);
  for (std::size_t i = 0; i < WrittenNames::kMostInFolder; ++i) {
    const std::string path = "/var/lib/" + std::to_string(i);
    CHECK(name_of(names, path) == path);
    CHECK(name_of(names, path) == path);
  }
  CHECK(all.taken() == WrittenNames::kMostInFolder + 2);
  CHECK(name_of(names, "/var/lib/one/more") == "/var/lib/");
  CHECK(name_of(names, "/var/lib/0") == "/var/lib/");
  CHECK(name_of(names, "/var/lib/0/below/that") == "/var/lib/");
  CHECK(name_of(names, "/var/library") == "/var/library");
  CHECK(name_of(names, "/var/log") == "/var/log");
  CHECK(all.taken() == 4);
}

TEST_CASE("folders without end are summed by the folder that has them, and depth without end too") {
  SharedTotal all(WrittenNames::kMostOfAll);
  WrittenNames names(all);
  for (int i = 0; i < 100; ++i) {
    CHECK(name_of(names, "/tmp/" + std::to_string(i) + "/out") == (i < 32 ? "/tmp/" + std::to_string(i) + "/out" : "/tmp/"));
  }
  std::string deep = "/data";
  for (int i = 0; i < 400; ++i) deep += "/d";
  CHECK(name_of(names, deep).size() < deep.size());
  std::string summed;
  for (int i = 0; i < 1'000; ++i) summed = name_of(names, "/srv/a" + std::to_string(i % 12) + "/b" + std::to_string(i % 13) + "/c");
  CHECK(summed.starts_with("/srv/"));
  CHECK(all.taken() < 500);
}

TEST_CASE("the root is never summed, and has no more names than it may") {
  SharedTotal all(WrittenNames::kMostOfAll);
  WrittenNames names(all);
  for (std::size_t i = 0; i < WrittenNames::kMostInRoot; ++i) {
    const std::string path = "/" + std::to_string(i);
    CHECK(name_of(names, path) == path);
  }
  CHECK(name_of(names, "/one-more") == "none");
  CHECK(name_of(names, "/0") == "/0");
  CHECK(name_of(names, "/0/below") == "/0/below");
  CHECK(name_of(names, "/") == "none");
  CHECK(name_of(names, "") == "none");
}

TEST_CASE("a file that was made without a name is any file of its folder") {
  SharedTotal all(WrittenNames::kMostOfAll);
  WrittenNames names(all);
  CHECK(name_of(names, "/tmp/#x") == "/tmp/#x");
  CHECK(name_of(names, "/tmp/#") == "/tmp/#");
  CHECK(name_of(names, "/var/#12 (deletes)") == "/var/#12 (deletes)");
  CHECK(name_of(names, "/#12") == "/#12");
  CHECK(name_of(names, "/tmp/#4711") == "/tmp/");
  CHECK(name_of(names, "/var/tmp/#4711 (deleted)") == "/var/tmp/");
  CHECK(name_of(names, "/tmp/other") == "/tmp/");
}

TEST_CASE("whatever is written, it is called by its own name or by a folder's that it is in, and there is a bound") {
  std::mt19937 random(42);
  for (int round = 0; round < 200; ++round) {
    SharedTotal all(WrittenNames::kMostOfAll);
    {
      WrittenNames names(all);
      const unsigned wide = 1 + random() % 60;
      for (int i = 0; i < 600; ++i) {
        std::string path;
        for (unsigned depth = 1 + random() % 5; depth > 0; --depth) path += "/" + std::to_string(random() % wide);
        const auto name = names.name_of(path);
        if (!name) continue;
        const bool is_whole = name->is_folder ? path[name->length] == '/' || name->length == path.size() : name->length == path.size();
        CHECK(is_whole);
        CHECK(name->length > 1);
        CHECK(names.name_of(path)->length == name->length);
      }
      CHECK(all.taken() <= WrittenNames::kMostInRoot * (WrittenNames::kMostBelow + 1));
    }
    CHECK(all.taken() == 0);
  }
}

TEST_CASE("what few containers write does not take the names of the others, and folders are summed for want of room") {
  SharedTotal all(WrittenNames::kMostOfAll);
  WrittenNames early(all);
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 30; ++j) CHECK(name_of(early, "/" + std::to_string(i) + "/" + std::to_string(j)) != "none");
  }
  std::vector<std::unique_ptr<WrittenNames>> hostile;
  for (int container = 0; container < 100; ++container) {
    WrittenNames& names = *hostile.emplace_back(std::make_unique<WrittenNames>(all));
    for (int i = 0; i < 32 * 30; ++i) {
      const std::string folder = "/" + std::to_string(i % 32) + "/" + std::to_string(i / 32);
      for (int file = 0; file < 3; ++file) static_cast<void>(names.name_of(folder + "/" + std::to_string(file)));
    }
  }
  WrittenNames late(all);
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 15; ++j) {
      const std::string path = "/" + std::to_string(i) + "/" + std::to_string(j);
      CHECK(name_of(late, path) == path);
    }
  }
  // One with more than its share keeps its names and gets no more; a folder that one more would have summed is.
  CHECK(name_of(early, "/7/29") == "/7/29");
  CHECK(name_of(early, "/7/30") == "none");
  CHECK(name_of(early, "/7/#4711") == "/7/");
  CHECK(name_of(early, "/7/30") == "/7/");
  std::string deep = "/6";
  for (int i = 0; i < 200; ++i) deep += "/d";
  CHECK(name_of(early, deep) == "/6/");
  CHECK(name_of(early, "/6/29") == "/6/");
  CHECK(name_of(early, "/5/29") == "/5/29");
  const std::size_t before = all.taken();
  hostile.clear();
  CHECK(all.taken() < before);
  CHECK(name_of(early, "/5/30") == "/5/30");
}

TEST_CASE("all containers together have no more names than they may, and room again with the end of one") {
  SharedTotal all(WrittenNames::kMostOfAll);
  std::vector<std::unique_ptr<WrittenNames>> containers;
  while (all.taken() + 200 < WrittenNames::kMostOfAll) {
    WrittenNames& names = *containers.emplace_back(std::make_unique<WrittenNames>(all));
    for (int i = 0; i < 4'000; ++i) {
      static_cast<void>(names.name_of("/" + std::to_string(i % 32) + "/" + std::to_string(i / 32 % 30) + "/" + std::to_string(i % 2)));
    }
  }
  WrittenNames late(all);
  for (int i = 0; i < 400; ++i) static_cast<void>(late.name_of("/" + std::to_string(i % 20) + "/" + std::to_string(i / 20)));
  CHECK(all.taken() <= WrittenNames::kMostOfAll);
  CHECK(name_of(late, "/some/folder/file") == "none");
  containers.clear();
  CHECK(name_of(late, "/some/folder/file") == "/some/folder/file");
}
