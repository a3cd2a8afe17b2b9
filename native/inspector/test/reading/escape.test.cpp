#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>

#include "reading/escape.hpp"

using namespace bulkhead;
using namespace bulkhead::reading;

namespace {

Bytes bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

/// What the text reads as with its escapes taken off; one stretch after the other.
std::string plain(std::string_view text, std::uint8_t before = '0') {
  std::string out;
  Before last{before, 0};
  EncodingBits dropped = 0;
  while (!text.empty()) {
    const Escape escape = escape_at(bytes(text), last, true);
    if (escape.state == Escape::State::none) {
      out += text[0];
      last = {static_cast<std::uint8_t>(text[0]), dropped};
      dropped = 0;
      text.remove_prefix(1);
      continue;
    }
    REQUIRE(escape.length <= text.size());
    if (escape.size == 1) {
      out += static_cast<char>(escape.byte);
      last = {escape.byte, static_cast<EncodingBits>(dropped | bit_of(escape.encoding))};
      dropped = 0;
    } else {
      dropped |= bit_of(escape.encoding);
    }
    text.remove_prefix(escape.length);
  }
  return out;
}

std::string operator""_z(const char* text, std::size_t size) { return {text, size}; }

}  // namespace

TEST_CASE("escapes read as what they stand for") {
  CHECK(plain("%34%31") == "41");
  CHECK(plain("%u0034%U0031") == "41");
  CHECK(plain("4111+1111") == "4111 1111");
  CHECK(plain("\\u0034\\x31") == "41");
  CHECK(plain("\\\\u0034\\\\\\\\u0031") == "41");
  CHECK(plain("\\uff14\\u00a0") == "4 ");
  CHECK(plain("&#52;&#x31;&#0049&#49") == "4111");
  CHECK(plain("a&commat;b&nbsp;c&shy;d") == "a@b cd");
  CHECK(plain("=34=31=31=31 ") == "4111 ");
  CHECK(plain("card=3D41=\r\n11=\n1") == "card=41111");
  CHECK(plain("\xef\xbc\x94\xef\xbc\x91\xef\xbc\xa0") == "41@");
  CHECK(plain("\xd9\xa4\xdb\xb1\xf0\x9d\x9f\x8f") == "411");
  CHECK(plain("4111\xc2\xa0" "1111\xe2\x80\x89" "1111\xe2\x88\x92" "1111\xe3\x80\x80" "1") == "4111 1111 1111-1111 1");
  CHECK(plain("41\xe2\x80\x8b" "11\xc2\xad" "1\xef\xbb\xbf" "1") == "411111");
  CHECK(plain("4111<b>1111</b><span class=\"x\">1111</span><!-- x -->1111") == "4111111111111111");
  CHECK(plain("4\0001\0001\0001\000\r\000\n\000"_z) == "4111\r\n\000"_z);
  CHECK(plain("\0004\0001\0001\0001"_z, 0) == "\0004111"_z);
  CHECK(plain("4\000\000\0001\000\000\0001\000\000\000"_z) == "411\000\000\000"_z);
}

TEST_CASE("what only looks like an escape stands for itself") {
  for (const std::string& text :
       {std::string("100% of %zz %4"), std::string("\\n\\\"\\u4e2d\\x0a\\ud83d\\ude00"), std::string("a&b=c&copy;&#0;&#xd800;&#;"),
        std::string("a=4111&b=12 if (a==b)"), std::string("x<b>4111</td><td>1111<br>1111 < 3"), std::string("1 +2 a+1 +1"),
        std::string("\xe4\xb8\xad\xef\xbc\x8c\xe2\x80\x99s \xc2\xa0 \xe3\x81\x82\xd8\xb9\xd9\x85"), "4111\0001111\000"_z,
        "12\000\00034"_z, std::string("4111<!x>1")})
    CHECK(plain(text, ' ') == text);
}

TEST_CASE("an escape that is cut short is partial, and none when nothing follows") {
  for (const std::string& text : {std::string("%3"), std::string("\\u003"), std::string("\\"), std::string("&nb"),
                                  std::string("=3"), std::string("=\r"), std::string("<b"), std::string("</str"), std::string("+"),
                                  std::string("\xef\xbc"), std::string("\0", 1), std::string("\0004", 2), std::string("<!-")}) {
    CAPTURE(text);
    CHECK(escape_at(bytes(text), {'4', 0}, false).state == Escape::State::partial);
    CHECK(escape_at(bytes(text), {'4', 0}, true).state == Escape::State::none);
    CHECK(may_begin_escape(static_cast<std::uint8_t>(text[0])));
  }
}

TEST_CASE("more bytes never change what was decided, and sixty-four are enough to decide") {
  std::mt19937 random(11);
  const std::string_view pieces[] = {"%", "3", "4", "\\", "u00", "&", "#", "x", "=", "\r\n", "<b", ">", "</", "!--", "+", "a", ";",
                                     "nbsp", "\xef", "\xbc", "\x94", "\xc2", "\xa0", "1", std::string_view("\0", 1), " "};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    while (text.size() < kLongestEscape) text += pieces[random() % std::size(pieces)];
    if (random() % 8 == 0) text.insert(2, std::string(60, 'x'));
    const Before before{static_cast<std::uint8_t>("4a \0"[random() % 4]), static_cast<EncodingBits>(random() % 2 == 0 ? 0 : 0xffff)};
    const Escape whole = escape_at(bytes(std::string_view(text).substr(0, kLongestEscape)), before, true);
    if (whole.state == Escape::State::found) CHECK(whole.length <= kLongestEscape);
    if (whole.state == Escape::State::found) CHECK(may_begin_escape(static_cast<std::uint8_t>(text[0])));
    for (std::size_t size = 1; size < kLongestEscape; ++size) {
      const Escape part = escape_at(bytes(std::string_view(text).substr(0, size)), before, false);
      if (part.state == Escape::State::partial) continue;
      CAPTURE(size);
      CAPTURE(text);
      REQUIRE(part.state == whole.state);
      REQUIRE(part.length == whole.length);
      REQUIRE(part.byte == whole.byte);
    }
  }
}
