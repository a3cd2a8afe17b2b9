#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "reading/text_around.hpp"

using namespace bulkhead;
using namespace bulkhead::reading;

namespace {

using namespace std::string_literals;
using State = Escape::State;

Bytes bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

/// An Arabic four between two texts.
State four_between(std::string_view before, std::string_view behind, bool final = true) {
  const std::string from = "\xd9\xa4" + std::string(behind);
  const Escape four = escape_at(bytes(from), {}, true);
  REQUIRE(needs_text(four, {}));
  return if_in_text(four, bytes(before), bytes(from), final).state;
}

}  // namespace

TEST_CASE("five characters of text on either side, or on both, make an escape one") {
  for (std::size_t before = 0; before <= 7; ++before) {
    for (std::size_t behind = 0; behind <= 7; ++behind) {
      CAPTURE(before);
      CAPTURE(behind);
      CHECK((four_between(std::string(before, '1'), std::string(behind, '1')) == State::found) == (before + behind >= 5));
      const std::string junk_before = "\xff" + std::string(before, '1'), junk_behind = std::string(behind, '1') + "\x01";
      CHECK((four_between(junk_before, junk_behind) == State::found) == (before + behind >= 5));
    }
  }
}

TEST_CASE("characters of two, three and four bytes count as one each, pieces of them as none") {
  CHECK(four_between("", "\xd9\xa1\xe2\x80\x8b\xf0\x9d\x9f\x92\xc3\xbc\xef\xbc\x94") == State::found);
  CHECK(four_between("\xd9\xa1\xe2\x80\x8b\xf0\x9d\x9f\x92\xc3\xbc\xef\xbc\x94", "") == State::found);
  CHECK(four_between("11\x80", "111") == State::none);
  CHECK(four_between("\x80\x80\x80\x80\x80\x80", "111") == State::none);
  CHECK(four_between("\xc0\xaf" "1", "111") == State::none);
  CHECK(four_between("11", "1\xe2\x80" "1") == State::none);
  CHECK(four_between("1111\x7f", "\x7f") == State::none);
}

TEST_CASE("where bytes behind have not come, what may become text is partial, what cannot is none") {
  CHECK(four_between("1111", "", false) == State::partial);
  CHECK(four_between("1111", "\xe2\x80", false) == State::partial);
  CHECK(four_between("1111", "\xe2\x80") == State::none);
  CHECK(four_between("1111", "\xe2" "1", false) == State::none);
  CHECK(four_between("1111", "\x01", false) == State::none);
}

TEST_CASE("what is written wide is text by itself, and an escape behind another one was asked with it") {
  const Escape wide = escape_at(bytes("\0001\0"s), {'1', 0}, true);
  REQUIRE(wide.state == State::found);
  CHECK_FALSE(needs_text(wide, {}));
  const Escape percent = escape_at(bytes("%34"), {}, true);
  CHECK(needs_text(percent, {}));
  CHECK_FALSE(needs_text(percent, {'1', bit_of(Encoding::percent)}));
}
