#include "detect/wallet/digest.hpp"

#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

std::string hex_of(const detect::wallet::Digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string sha256(std::string_view text) { return hex_of(detect::wallet::sha256(bytes_of(text))); }
std::string keccak256(std::string_view text) { return hex_of(detect::wallet::keccak256(bytes_of(text))); }

}  // namespace

TEST_CASE("digests are those that are published") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(keccak256("") == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  CHECK(keccak256("abc") == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

TEST_CASE("an Ethereum address whose capitals are right needs no word") {
  // The examples of EIP-55 that have both cases.
  for (const std::string address : {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
                                    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"}) {
    for (const std::string& text : {address, "{\"to\":\"" + address + "\"}", "send it to " + address + ".", "a=" + address + "&b=1"}) {
      CAPTURE(text);
      const Detection found = only(text, "ethereum-address");
      CHECK(found.confidence == Confidence::high);
      CHECK(found.offset == text.find("0x"));
      CHECK(found.length == 42);
      CHECK(found.masked_view() == address.substr(0, 4) + "************");
      check_every_cut(text, 10);
    }
    std::string wrong = address;
    const std::size_t at = wrong.find_first_of("abcdef", 2);
    wrong[at] = static_cast<char>(wrong[at] - 0x20);
    CHECK(surest(wrong, "ethereum-address") == Confidence::none);
    CHECK(surest(address + "0", "ethereum-address") == Confidence::none);
    CHECK(surest(address.substr(0, 41), "ethereum-address") == Confidence::none);
    CHECK(surest("x" + address, "ethereum-address") == Confidence::none);
  }
}

TEST_CASE("an Ethereum address without capitals is one beside a word alone") {
  const std::string address = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed";
  CHECK(surest(address, "ethereum-address") == Confidence::none);
  CHECK(surest("{\"commit\":\"" + address + "\"}", "ethereum-address") == Confidence::none);
  CHECK(surest("{\"wallet\":\"" + address + "\"}", "ethereum-address") == Confidence::medium);
  CHECK(surest("{\"method\":\"POST\",\"id\":\"" + address + "\"}", "ethereum-address") == Confidence::none);
  CHECK(surest("ETH " + address, "ethereum-address") == Confidence::medium);
  CHECK(surest("{\"wallet\":\"0x0000000000000000000000000000000000000000\"}", "ethereum-address") == Confidence::none);
}

TEST_CASE("a segregated-witness address is found anywhere") {
  // Of BIP-173, BIP-84 and BIP-86.
  for (const std::string address : {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu",
                                    "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3",
                                    "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr"}) {
    for (const std::string& text : {address, "{\"to\":\"" + address + "\"}", "pay " + address + "\n"}) {
      CAPTURE(text);
      CHECK(only(text, "bitcoin-address").confidence == Confidence::high);
      CHECK(only(text, "bitcoin-address").length == address.size());
      check_every_cut(text, 10);
    }
    std::string wrong = address;
    wrong[20] = wrong[20] == 'q' ? 'p' : 'q';
    CHECK(surest(wrong, "bitcoin-address") == Confidence::none);
    CHECK(surest(address + "q", "bitcoin-address") == Confidence::none);
    CHECK(surest("a" + address, "bitcoin-address") == Confidence::none);
  }
  // The check of BIP-173 under version 1, which BIP-350 forbids.
  CHECK(surest("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx", "bitcoin-address") == Confidence::none);
}
