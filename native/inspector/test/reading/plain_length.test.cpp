#include "reading/plain_length.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string_view>
#include <vector>

#include "lane/cpu.hpp"

using namespace bulkhead;
using namespace bulkhead::reading;

namespace {

std::size_t plain(std::string_view text, std::uint8_t before = 0) {
  return plain_length({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, before);
}

}  // namespace

TEST_CASE("bytes are plain up to what may begin an escape") {
  CHECK(plain("abc%41") == 3);
  CHECK(plain("100 % sure") == 10);
  CHECK(plain("1+2") == 1);
  CHECK(plain("+2", '1') == 0);
  CHECK(plain("+2", 'a') == 2);
  CHECK(plain("") == 0);
}

TEST_CASE("what may go on behind the last byte is not plain") {
  CHECK(plain("abc%") == 3);
  CHECK(plain("abc") == 3);
}

TEST_CASE("bytes are plain for AVX-512 where they are without it") {
  if (!lane::cpu_has_avx512()) {
    MESSAGE("skipped: no AVX-512 here");
    return;
  }
  std::mt19937 random(11);
  constexpr std::string_view letters = "%\\&=<+ux#n34ab \r\n\"-_/AZ\xef\xbc\x94\xc2\xa0\xe2\x80\xe3";
  for (int round = 0; round < 20'000; ++round) {
    // The letters of escapes among few or many others, or any bytes.
    const unsigned rare = 1 + random() % 200;
    std::vector<std::uint8_t> bytes(random() % 300);
    for (std::uint8_t& byte : bytes) {
      const auto any = static_cast<std::uint8_t>(random() % 20 == 0 ? 0 : random());
      const auto letter = static_cast<std::uint8_t>(letters[random() % letters.size()]);
      byte = rare > 150 ? any : random() % rare == 0 ? letter : static_cast<std::uint8_t>('a' + any % 26);
    }
    const auto before = static_cast<std::uint8_t>(random());
    // Of its own size, so that a byte too far is seen.
    const std::vector<std::uint8_t> exact = bytes;
    CHECK(plain_length_avx512(exact, before) == plain_length_scalar(exact, before));
  }
}
