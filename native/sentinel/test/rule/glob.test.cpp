#include "rule/glob.hpp"

#include <doctest/doctest.h>

#include <string>

using bulkhead::sentinel::Glob;

TEST_CASE("a glob is about the whole path") {
  CHECK(Glob(u"/bin/sh").matches(u"/bin/sh"));
  CHECK_FALSE(Glob(u"/bin/sh").matches(u"/bin/sh "));
  CHECK_FALSE(Glob(u"/bin/sh").matches(u"/usr/bin/sh"));
  CHECK_FALSE(Glob(u"").matches(u"/"));
  CHECK(Glob(u"").matches(u""));
}

TEST_CASE("a star stands for any run of characters, slashes included") {
  CHECK(Glob(u"*").matches(u""));
  CHECK(Glob(u"/usr/*").matches(u"/usr/local/bin/x"));
  CHECK(Glob(u"*/sshd").matches(u"/usr/sbin/sshd"));
  CHECK(Glob(u"/a*b*c").matches(u"/abxbxc"));
  CHECK_FALSE(Glob(u"/a*b*c").matches(u"/abxbx"));
  CHECK_FALSE(Glob(u"/aa*aa").matches(u"/aaa"));
}

TEST_CASE("a question mark stands for one character") {
  CHECK(Glob(u"/sh?p").matches(u"/shop"));
  CHECK_FALSE(Glob(u"/sho?").matches(u"/sho"));
  CHECK(Glob(u"*?").matches(u"/"));
  CHECK_FALSE(Glob(u"*?").matches(u""));
}

TEST_CASE("time is bounded by the product of both lengths") {
  std::u16string glob = u"/*";
  for (int i = 0; i < 500; ++i) glob += u"a*";
  CHECK_FALSE(Glob(glob + u"b?").matches(u"/" + std::u16string(4'000, u'a')));
}
