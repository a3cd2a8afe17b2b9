#include <functional>
#include <random>

#include "reading/reading_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

using Lines = std::vector<std::string>;

std::string base64(std::string_view text, bool url = false, std::size_t line = 0) {
  const std::string letters = std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") + (url ? "-_" : "+/");
  std::string out;
  std::size_t in_line = 0;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::uint32_t bits = 0;
    const std::size_t count = std::min<std::size_t>(3, text.size() - at);
    for (std::size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < count ? static_cast<std::uint8_t>(text[at + i]) : 0U);
    for (std::size_t i = 0; i <= count; ++i) out += letters[bits >> (18 - 6 * i) & 63];
    if (!url) out.append(3 - count, '=');
    in_line += 4;
    if (line != 0 && in_line >= line) {
      out += "\r\n";
      in_line = 0;
    }
  }
  return out;
}

std::string each_byte(std::string_view text, const std::function<std::string(std::uint8_t)>& write) {
  std::string out;
  for (const char c : text) out += write(static_cast<std::uint8_t>(c));
  return out;
}
std::string formatted(const char* format, unsigned value) {
  char text[24];
  std::snprintf(text, sizeof text, format, value);
  return text;
}
std::string percent(std::string_view text) {
  return each_byte(text, [](std::uint8_t c) { return formatted("%%%02X", c); });
}
std::string json(std::string_view text) {
  return each_byte(text, [](std::uint8_t c) { return formatted("\\u%04x", c); });
}
std::string html(std::string_view text) {
  return each_byte(text, [](std::uint8_t c) { return formatted("&#%u;", c); });
}
std::string quoted(std::string_view text) {
  return each_byte(text, [](std::uint8_t c) { return formatted("=%02X", c); });
}
std::string hex(std::string_view text) {
  return each_byte(text, [](std::uint8_t c) { return formatted("%02x", c); });
}
std::string utf16le(std::string_view text) {
  return each_byte(text, [](std::uint8_t c) { return std::string{static_cast<char>(c), '\0'}; });
}
std::string utf16be(std::string_view text) {
  return each_byte(text, [](std::uint8_t c) { return std::string{'\0', static_cast<char>(c)}; });
}
std::string utf32le(std::string_view text) {
  return each_byte(text, [](std::uint8_t c) { return std::string{static_cast<char>(c), '\0', '\0', '\0'}; });
}
std::string full_width(std::string_view text) {
  return each_byte(text, [](std::uint8_t c) {
    return c >= '0' && c <= '9' ? "\xef\xbc" + std::string(1, static_cast<char>(0x90 + c - '0')) : std::string(1, static_cast<char>(c));
  });
}

struct Writing {
  const char* name;
  std::string (*write)(std::string_view);
};
const Writing kWritings[] = {
    {"percent", percent}, {"json", json}, {"html", html}, {"quoted-printable", quoted}, {"hex", hex}, {"utf16", utf16le},
    {"utf16", utf16be}, {"utf32", utf32le}, {"unicode", full_width}, {"base64", [](std::string_view t) { return base64(t); }},
    {"base64", [](std::string_view t) { return base64(t, true); }}, {"base64", [](std::string_view t) { return base64(t, false, 76); }}};

/// The line of the only card; empty when there is none, or more than one.
std::string card_in(std::string_view text) {
  std::string card;
  for (const std::string& line : read(text)) {
    if (line.find("payment-card") == std::string::npos) continue;
    if (!card.empty()) return {};
    card = line;
  }
  return card;
}

const std::string kText = "{\"cardNumber\": \"4111111111111111\", \"holder\": \"Ann\"}";

}  // namespace

TEST_CASE("a card is found however its text is written, once, with the name of the encoding") {
  for (const Writing& writing : kWritings) {
    CAPTURE(writing.name);
    const std::string line = card_in("x " + writing.write(kText) + " y");
    CAPTURE(line);
    CHECK(line.find(" high 411111******1111") != std::string::npos);
    CHECK(line.find("[" + std::string(writing.name) + "]") != std::string::npos);
  }
}

TEST_CASE("encodings on top of each other are taken off, three deep") {
  for (const Writing& outer : kWritings) {
    for (const Writing& inner : kWritings) {
      const std::string_view out = outer.name, in = inner.name;
      // Only digits have a full width, and wide characters hold ASCII: on the outside of others nothing is left of them.
      // Nobody writes NULs as escapes or UTF-32 in base64.
      if (out == "unicode" || (in == "unicode" && out != "percent" && out != "base64" && out != "quoted-printable")) continue;
      if (in.starts_with("utf") && out != "percent" && out != "quoted-printable" && (out != "base64" || in == "utf32")) continue;
      if (out.starts_with("utf") && inner.write("12345678901234567890123456").find('\n') != std::string::npos) continue;
      const std::string written = outer.write(inner.write(kText));
      CHECK_MESSAGE(!card_in("x " + written + " y").empty(), std::string(inner.name) << " in " << std::string(outer.name));
    }
  }
  const std::string three = base64(percent(base64(kText)));
  CHECK(card_in(three).find("[base64 > percent > base64]") != std::string::npos);
}

TEST_CASE("a card on its own is found in base64 wherever its letters begin") {
  for (const std::string before : {"", "a", "ab", "abc", "token/", "x=", "\"", "base64,", "AAAAAAAAAAAAAAAAAAAAA"})
    for (const std::string& datum : {std::string("4111111111111111"), std::string("card 5555555555554444")})
      CHECK_MESSAGE(!card_in(before + base64(datum)).empty(), before << " + " << base64(datum));
}

TEST_CASE("what stands as itself next to an escape is told once, and can be masked in place") {
  CHECK(read("card=4111111111111111&x=%20") == Lines{"5+16 payment-card high 411111******1111 key=card"});
  CHECK(read("a=%20&card=4111111111111111&x=%20") == Lines{"11+16 payment-card high 411111******1111 key=card"});
  CHECK(read("x=1&q=card%3D4111111111111111") == Lines{"13+16 payment-card high 411111******1111 key=card [percent]"});
  CHECK(read("mail=ann%40example.com") == Lines{"5+17 email high ***@*******.com key=mail [percent] encoded"});
}

TEST_CASE("groups of digits may be joined by anything that looks like a blank or a dash, or by tags") {
  for (const std::string joint : {"+", "%20", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x93", "&nbsp;", "&#160;", "\\u00a0", "</b><b>", "\xe2\x80\x8b"}) {
    const std::string text = "card: 4111" + joint + "1111" + joint + "1111" + joint + "1111.";
    CHECK_MESSAGE(!card_in(text).empty(), text);
  }
}

TEST_CASE("a signature is told once, whichever of its letters are percent-encoded") {
  const std::string address = "https://shop.blob.core.windows.net/a/b?sv=2022-11-02&sr=b&sp=r&sig=";
  for (const std::string signature : {"Jq3vXk0Zr7bT8kLw5uYc2mNpQ4sDfGhVxR1aE6oI9zU=", "Jq3vXk0Zr7bT8kLw5uYc2mNpQ4sDfGhVxR1aE6oI9zU%3D",
                                      "Jq3vX%2F0Zr7bT8kLw5uYc2mNpQ4sDfGhVxR1aE6oI9zU%3D"}) {
    CAPTURE(signature);
    const auto lines = read(address + signature + " and more");
    CHECK(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
            return line.find("azure-sas-signature") != std::string::npos;
          }) == 1);
  }
}

TEST_CASE("compressed data in base64 is decompressed") {
  // {"cardNumber":"4111111111111111"}
  CHECK(card_in("data: H4sIAAAAAAACA6tWSk4sSvErzU1KLVKyUjIxRAVKtQC9UKU5IQAAAA== end").find("[base64 > compressed]") !=
        std::string::npos);
}

TEST_CASE("random letters are no text: no data is found in them") {
  std::mt19937 random(17);
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::size_t found = 0;
  for (int round = 0; round < 200; ++round) {
    std::string text = "{\"image\":\"";
    for (int i = 0; i < 5'000; ++i) text += letters[random() % (round % 2 == 0 ? 64 : 16)];
    for (const Detection& detection : read_cut(text + "\"}", {}).all)
      if (detection.confidence >= Confidence::medium && !chain_of(detection).empty()) ++found;
  }
  CHECK(found == 0);
}

TEST_CASE("what a short run of hex holds is found, and what is only written like one changes nothing") {
  const std::string mail = hex("ann@test.com"), number = "9876543210123456789012";
  const std::string field = "\"lot\":\"" + number + "\",\"note\":\"" + mail + "\",\"sum\":\"" + std::string(64, '4') +
                            "\",\"next\":\"" + mail + "0\"}";
  const Lines whole = read(field);
  CHECK(std::count_if(whole.begin(), whole.end(), [](const std::string& line) {
          return line.find(" email ") != std::string::npos && line.find("[hex]") != std::string::npos;
        }) == 2);
  for (std::size_t cut = 1; cut < field.size(); ++cut) {
    CAPTURE(cut);
    REQUIRE(lines_of(read_cut(field, {cut}).all) == whole);
  }
}

TEST_CASE("runs of every length, one behind the other, give the same wherever they are cut") {
  std::mt19937 random(11);
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int round = 0; round < 40; ++round) {
    std::string field;
    while (field.size() < 700) {
      const std::size_t kind = random() % 6;
      if (kind == 0) {
        field += hex("card 4111111111111111");
      } else if (kind == 1) {
        field += base64("card number 4111111111111111");
      } else {
        for (std::size_t n = 10 + random() % (kind == 2 ? 200 : 30); n > 0; --n)
          field += kDigits[random() % (kind == 3 ? 10 : 16)];
      }
      field += random() % 3 == 0 ? "\",\"k\":\"" : " ";
    }
    const Lines whole = read(field);
    CHECK_FALSE(whole.empty());
    for (int i = 0; i < 30; ++i) {
      std::vector<std::size_t> cuts;
      for (std::size_t n = 1 + random() % 12; n > 0; --n) cuts.push_back(1 + random() % (field.size() - 1));
      std::sort(cuts.begin(), cuts.end());
      CAPTURE(field);
      REQUIRE(lines_of(read_cut(field, cuts).all) == whole);
    }
  }
}
