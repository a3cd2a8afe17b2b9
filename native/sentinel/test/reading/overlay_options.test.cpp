#include "reading/overlay_options.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace bulkhead::sentinel;

TEST_CASE("the layers of an overlay are read, the topmost first") {
  const auto layers = parse_overlay_options("rw,lowerdir=/l/2/fs:/l/1/fs,upperdir=/l/3/fs,workdir=/l/3/work,uuid=on");
  REQUIRE(layers);
  CHECK(layers->upper == "/l/3/fs");
  CHECK(layers->lower == std::vector<std::string>{"/l/2/fs", "/l/1/fs"});
}

TEST_CASE("newer kernels tell each layer by itself, and layers of data alone are none of names") {
  const auto layers = parse_overlay_options("ro,lowerdir+=/a,lowerdir+=/b,datadir+=/d,upperdir=/u");
  REQUIRE(layers);
  CHECK(layers->lower == std::vector<std::string>{"/a", "/b"});
}

TEST_CASE("separators inside of names are escaped, by the kernel and by whoever mounted") {
  const auto layers = parse_overlay_options("rw,lowerdir=/a\\134:b:/c\\040d\\054e,upperdir=/u\\075v");
  REQUIRE(layers);
  CHECK(layers->lower == std::vector<std::string>{"/a:b", "/c d,e"});
  CHECK(layers->upper == "/u=v");
}

TEST_CASE("an overlay that misses a layer, or has too many, is not understood") {
  CHECK_FALSE(parse_overlay_options("ro,lowerdir=/a:/b"));
  CHECK_FALSE(parse_overlay_options("rw,upperdir=/u"));
  CHECK_FALSE(parse_overlay_options(""));
  std::string many = "rw,upperdir=/u,lowerdir=/a";
  for (std::size_t i = 0; i < kMaxLayers; ++i) many += ":/a";
  CHECK_FALSE(parse_overlay_options(many));
}
