#include <doctest/doctest.h>

#include "protocol/golden_file.hpp"

namespace bulkhead {
namespace {

const std::string kSecret = "card=4111111111111111;";

std::string in_chunks(const std::string& before_size, const std::string& after_size, const std::string& end) {
  std::string out;
  for (std::size_t at = 0; at < kSecret.size(); at += 2)
    out += before_size + "2" + after_size + "\r\n" + kSecret.substr(at, 2) + "\r\n";
  return out + end;
}

const std::string kLast = "0\r\n\r\n";
const std::string kChunks = in_chunks("", "", kLast);

std::string with_head(const std::string& fields, const std::string& body) {
  return "HTTP/1.1 200 OK\r\nConnection: close\r\n" + fields + "\r\n" + body;
}
std::string chunked_by(const std::string& field) { return with_head(field + "\r\n", kChunks); }

struct Trick {
  const char* what;
  std::string response;
};

void check_all(const std::vector<Trick>& tricks) {
  for (const Trick& trick : tricks) {
    CAPTURE(trick.what);
    const Dialogue dialogue = {{Turn::Kind::bytes, Direction::request, "GET / HTTP/1.1\r\n\r\n", 0},
                               {Turn::Kind::bytes, Direction::response, trick.response, 0}};
    const Outcome outcome = play(dialogue, whole());
    CHECK_MESSAGE(outcome.log.contains(kSecret), outcome.text());
    CHECK(outcome.log.misuse() == "");
    CHECK(play(dialogue, byte_by_byte()).text() == outcome.text());
  }
}

}  // namespace

TEST_CASE("a datum torn by chunks is found however lenient a reader must be to join them") {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  check_all({
      {"leading zeros", with_head(chunked, in_chunks("0000000000000000000000", "", kLast))},
      {"0x before the size", with_head(chunked, in_chunks("0x", "", kLast))},
      {"extensions", with_head(chunked, in_chunks("", ";a=b;c=\"d\"", kLast))},
      {"junk behind the size", with_head(chunked, in_chunks("", "xyz", kLast))},
      {"a comma behind the size", with_head(chunked, in_chunks("", ",", kLast))},
      {"blanks on both sides", with_head(chunked, in_chunks(" \t", "\t ", kLast))},
      {"empty lines before the size", with_head(chunked, in_chunks("\n\r\n", "", kLast))},
      {"no-break space behind the size", with_head(chunked, in_chunks("", "\xa0", kLast))},
      {"many zeros at the end", with_head(chunked, in_chunks("", "", "00000000000000000000\r\n\r\n"))},
      {"an end with blanks", with_head(chunked, in_chunks("", "", "0 \r\n \r\n"))},
      {"no end", with_head(chunked, in_chunks("", "", ""))},
      {"trailers", with_head(chunked, in_chunks("", "", "0\r\nA: b\r\nC: d\r\n\r\n"))},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\n" + chunked + "\r\n" + kChunks},
      {"HTTP/0.9", "HTTP/0.9 200 OK\r\n" + chunked + "\r\n" + kChunks},
      {"an unknown version", "HTTP/9.9 200 OK\r\n" + chunked + "\r\n" + kChunks},
      {"no version", "200 OK\r\n" + chunked + "\r\n" + kChunks},
      {"no status line", chunked + "\r\n" + kChunks},
      {"a length that is too short", with_head(chunked + "Content-Length: 5\r\n", kChunks)},
      {"a length that is too long", with_head("Content-Length: 5000\r\n" + chunked, kChunks)},
      {"a length of nothing", with_head(chunked + "Content-Length: 0\r\n", kChunks)},
      {"304", "HTTP/1.1 304 No\r\n" + chunked + "\r\n" + kChunks},
      {"204", "HTTP/1.1 204 No\r\n" + chunked + "\r\n" + kChunks},
      {"100", "HTTP/1.1 100 Continue\r\n" + chunked + "\r\n" + kChunks},
  });
}

TEST_CASE("a datum torn by chunks is found however the header is written") {
  std::vector<Trick> tricks;
  for (const char* field :
       {"TRANSFER-ENCODING:CHUNKED", "Transfer-Encoding : chunked", "Transfer-Encoding\t:\tchunked",
        "Transfer-Encoding:: chunked", "Transfer-Encoding: chunked;", "Transfer-Encoding: chunked,",
        "Transfer-Encoding: ,chunked", "Transfer-Encoding: x, chunked", "Transfer-Encoding: chunked, x",
        "Transfer-Encoding: xchunked", "Transfer-Encoding: chunkedx", "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: 'chunked'", "Transfer-Encoding: identity, chunked", "Transfer-Encoding: chunked chunked",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Transfer-Encoding: =?UTF-8?B?Y2h1bmtlZAo=?=",
        "Transfer-Encoding:\r\n chunked", "Transfer-Encoding\r\n : chunked",
        "Transfer-Encoding:\n\tchunked", "Transfer-Encoding: \r\n \r\n chunked", "X: y\rTransfer-Encoding: chunked",
        "X: y\nTransfer-Encoding: chunked", "X: y\n\rTransfer-Encoding: chunked", " Transfer-Encoding: chunked",
        "\tTransfer-Encoding: chunked", "\x0bTransfer-Encoding: chunked", "\xc2\xa0: x\r\nTransfer-Encoding: chunked",
        ": x\r\nTransfer-Encoding: chunked", "no colon here\r\nTransfer-Encoding: chunked",
        "\x01\x02\x7f\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chu\r\n nked"})
    tricks.push_back({field, chunked_by(field)});
  check_all(tricks);
}

TEST_CASE("a datum is found wherever a reader could let the head end") {
  std::vector<Trick> tricks;
  const std::string gzip = compress(kSecret, Compression::gzip);
  for (const char* end : {"\r\n\r\n", "\n\n", "\n\r\n", "\r\n\n", "\r\r\n\r\r\n", "\n\r\r\n", "\n \n",
                          "\r\n \r\n\r\n", "\r\n\t\r\n", "\n\x0b\n\n", "\r\r", "\n\r\r\n\r\n"}) {
    tricks.push_back({end, std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked") + end + kChunks});
    tricks.push_back({end, std::string("HTTP/1.1 200 OK\r\nContent-Encoding: gzip") + end + gzip});
  }
  check_all(tricks);
}

TEST_CASE("a compressed datum is found whatever the head says of it") {
  const std::string gzip = compress(kSecret, Compression::gzip), zlib = compress(kSecret, Compression::zlib),
                    raw = compress(kSecret, Compression::deflate);
  std::string reserved = gzip;
  reserved[3] = '\xe0';
  const auto torn = [](std::string bytes) { return bytes.substr(0, bytes.size() - 8); };
  check_all({
      {"gzip, no word of it", with_head("", gzip)},
      {"gzip as deflate", with_head("Content-Encoding: deflate\r\n", gzip)},
      {"gzip as brotli", with_head("Content-Encoding: br\r\n", gzip)},
      {"zlib as gzip", with_head("Content-Encoding: gzip\r\n", zlib)},
      {"raw as gzip", with_head("Content-Encoding: gzip\r\n", raw)},
      {"raw as something unknown", with_head("Content-Encoding: whatever\r\n", raw)},
      {"plain as gzip", with_head("Content-Encoding: gzip\r\n", kSecret)},
      {"plain as deflate and gzip", with_head("Content-Encoding: deflate, gzip\r\n", kSecret)},
      {"plain as transfer-encoded gzip", with_head("Transfer-Encoding: gzip\r\n", kSecret)},
      {"transfer-encoded and chunked", with_head("Transfer-Encoding: gzip, chunked\r\n", "ff\r\n" + gzip)},
      {"with a name folded", with_head("Content-Encoding\r\n :\r\n deflate\r\n", zlib)},
      {"reserved flags", with_head("Content-Encoding: gzip\r\n", reserved)},
      {"without its checksum", with_head("Content-Encoding: gzip\r\n", torn(gzip))},
      {"a length that is too long", with_head("Content-Encoding: gzip\r\nContent-Length: 900\r\n", gzip)},
      {"raw inside gzip", with_head("Content-Encoding: deflate, gzip\r\n", compress(raw, Compression::gzip))},
      {"gzip inside zlib", with_head("Content-Encoding: gzip, deflate\r\n", compress(gzip, Compression::zlib))},
      {"behind an empty member", with_head("", compress("", Compression::gzip) + gzip)},
  });
}

TEST_CASE("a datum behind a length that lies is found") {
  std::vector<Trick> tricks;
  for (const char* length :
       {"22", "5000", "22, 22", "5, 22", "22, 5", "22 5", "(22)", "22.5", "22A", "22,", "+22", "-1", "0x16",
        "99999999999999999999999", "\r\n 22", "22\r\n 5", "5\r\n 22", ""})
    tricks.push_back({length, with_head(std::string("Content-Length: ") + length + "\r\n", kSecret)});
  tricks.push_back({"twice", with_head("Content-Length: 5\r\nContent-Length: 22\r\n", kSecret)});
  check_all(tricks);
}

}  // namespace bulkhead
