#include "rule/path_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace bulkhead::sentinel;

namespace {

std::u16string text_of(std::string_view bytes) { return std::u16string(PathText(bytes).view()); }

}  // namespace

TEST_CASE("a path is read as UTF-8, beyond the basic plane as two units") {
  CHECK(text_of("/bin/sh") == u"/bin/sh");
  CHECK(text_of("/\xC3\xA4\xE2\x82\xAC") == u"/\u00E4\u20AC");
  CHECK(text_of("/\xF0\x9F\x94\x92") == u"/\xD83D\xDD12");
}

TEST_CASE("what is no UTF-8 becomes one replacement for each sequence that ends early") {
  CHECK(text_of("\x80/") == u"\uFFFD/");
  CHECK(text_of("\xE2\x82/") == u"\uFFFD/");
  CHECK(text_of("\xC0\xAF") == u"\uFFFD\uFFFD");          // too long for what it says
  CHECK(text_of("\xED\xA0\x80") == u"\uFFFD\uFFFD\uFFFD");  // half of a pair
  CHECK(text_of("\xF4\x90\x80\x80").size() == 4);         // beyond the last character
  CHECK(text_of("a\xF0\x9F") == u"a\uFFFD");
}

TEST_CASE("more than the kernel tells of a path is cut off") {
  CHECK(text_of(std::string(10'000, 'a')).size() == kMaxPathBytes);
}
