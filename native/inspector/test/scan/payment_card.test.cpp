#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {
constexpr const char* kCard = "payment-card";
}

TEST_CASE("a card number in a field named for it is found with high confidence") {
  for (const std::string text :
       {R"({"cardNumber":"4111111111111111"})", R"({"card_number": 5555555555554444})", "cc=378282246310005&x=1",
        "Card-Number: 6011111111111117\r\n", "<cardNumber>30569309025904</cardNumber>", "pan: '3530111333300000'",
        R"({"card":{"pan":"6200000000000005"}})", R"({"cards":["4242424242424242"]})",
        "update payments set card_no = '2223003122003222'", R"({"Kreditkartennummer":"5105105105105100"})",
        R"("{\"cardNumber\":\"4000056655665556\"}")", R"({"ccNumber":"4222222222222"})",
        "Content-Disposition: form-data; name=\"cardNumber\"\r\n\r\n4012888888881881\r\n--x"}) {
    CAPTURE(text);
    const Detection found = only(text, kCard);
    CHECK(found.confidence == Confidence::high);
    CHECK(found.known_test);
  }
}

TEST_CASE("a card detection tells where the number stands and hides its middle") {
  const Detection found = only(R"({"cardNumber":"4111 1111 1111 1111"})", kCard);
  CHECK(found.offset == 15);
  CHECK(found.length == 19);
  CHECK(found.masked_view() == "411111******1111");
  CHECK(found.key_view() == "cardNumber");
}

TEST_CASE("the same number has the same fingerprint however it is written") {
  const Detection plain = only("card 4111111111111111", kCard);
  const Detection grouped = only("card 4111-1111-1111-1111", kCard);
  const Detection other = only("card 5555555555554444", kCard);
  CHECK(plain.fingerprint == grouped.fingerprint);
  CHECK(plain.fingerprint != other.fingerprint);
}

TEST_CASE("how sure a card number is grows with its evidence") {
  CHECK(surest("4111111111111111", kCard) == Confidence::low);
  CHECK(surest(R"({"value":"4111111111111111"})", kCard) == Confidence::low);
  CHECK(surest("4111 1111 1111 1111", kCard) == Confidence::medium);
  CHECK(surest("3782-822463-10005", kCard) == Confidence::medium);
  CHECK(surest("her visa is 4111111111111111", kCard) == Confidence::medium);
  CHECK(surest("La tarjeta: 5555 5555 5555 4444", kCard) == Confidence::high);
  CHECK(surest(R"({"card":{"number":"4111111111111111"}})", kCard) == Confidence::medium);
}

TEST_CASE("groups with dots between them are a card where a word or the field says so") {
  CHECK(surest(R"({"cardNumber":"4111.1111.1111.1111"})", kCard) == Confidence::high);
  CHECK(surest("her visa is 4111.1111.1111.1111", kCard) == Confidence::medium);
  CHECK(surest("3782.822463.10005", kCard) == Confidence::low);
  CHECK(surest("4111.1111.1111.1111", kCard) == Confidence::low);
  for (const std::string text : {"card 4111.1111-1111.1111", "card 4111.1111.1111.1112", "card 4111..1111.1111.1111",
                                 R"({"order_id":"4111.1111.1111.1111"})", "card 1.4111.1111.1111.1111"}) {
    CAPTURE(text);
    CHECK(surest(text, kCard) == Confidence::none);
  }
}

TEST_CASE("magnetic stripe sentinels and an expiry make a number a card") {
  CHECK(surest("%B4111111111111111^DOE/JANE^29121011000?", kCard) == Confidence::high);
  CHECK(surest(";5555555555554444=29121011000?", kCard) == Confidence::high);
  CHECK(surest(";5555555555554444=2913", kCard) == Confidence::low);  // no thirteenth month
}

TEST_CASE("numbers that fail Luhn, issuer, length or grouping are no cards") {
  for (const std::string text : {"card 4111111111111112", "card 9999999999999995", "card 411111111111111",
                           "card 4111 11111111 1111", "card 4111-1111 1111-1111", "card 41111111 11111111",
                           "card 1111111111111117", "card 4444444444444444"}) {
    CAPTURE(text);
    CHECK(surest(text, kCard) == Confidence::none);
  }
}

TEST_CASE("a number between the ranges of two issuers is no card") {
  for (const std::string text : {"card 2206003074185291", "card 3060003074185294", "card 3500003074185292", "card 3512343074185298",
                                 "card 9791003074185297"}) {
    CAPTURE(text);
    CHECK(surest(text, kCard) == Confidence::none);
  }
}

TEST_CASE("a range that counts in context alone is not that of the issuer behind it") {
  for (const std::string number : {"5020003074185298", "6000003074185290", "6320003074185293", "6100003074185299",
                                   "6400003074185296", "6439993074185293", "6600003074185294", "690000307418529308",
                                   "6800003074185293072"}) {
    CAPTURE(number);
    CHECK(surest("number " + number, kCard) == Confidence::none);
    CHECK(surest("card " + number, kCard) == Confidence::medium);
  }
}

TEST_CASE("short numbers that begin like a Maestro card are those of goods and telephones, but where most such cards begin") {
  for (const std::string number : {"610000307419", "6600003074185", "6900003074189", "69000030741852", "6800003074181"}) {
    CAPTURE(number);
    CHECK(surest("card " + number, kCard) == Confidence::none);
  }
  for (const std::string number : {"630000307417", "6700003074183", "630000307418523"}) {
    CAPTURE(number);
    CHECK(surest("card " + number, kCard) == Confidence::medium);
  }
}

TEST_CASE("an issuer within a range that counts in context alone is one by itself") {
  for (const std::string number : {"5041753074185293", "5078653074185291", "5079413074185299", "5066993074185295", "5089993074185298",
                                   "6375993074185299", "6376093074185297", "6376123074185292", "6370953074185298"}) {
    CAPTURE(number);
    CHECK(surest("number " + number, kCard) == Confidence::low);
    CHECK(surest("card " + number, kCard) == Confidence::medium);
  }
}

TEST_CASE("a number inside a longer word or number is no card") {
  for (const std::string text :
       {"card x4111111111111111", "card 4111111111111111x", "card 14111111111111111", "card 4111111111111111.5",
        "card 0.4111111111111111", "card order_4111111111111111", "card 7-4111111111111111", "card 4111111111111111-7",
        "card YWJj/4111111111111111", "card a+4111111111111111"}) {
    CAPTURE(text);
    CHECK(surest(text, kCard) == Confidence::none);
  }
}

TEST_CASE("a number may stand next to punctuation, markup and escapes") {
  for (const std::string text : {"card:4111111111111111.", "card (4111111111111111)", "card,4111111111111111,12/27",
                           R"({"t":"card\n4111111111111111\n"})", "card|4111111111111111|",
                           "<b>card</b>4111111111111111<"}) {
    CAPTURE(text);
    CHECK(surest(text, kCard) >= Confidence::medium);
  }
}

TEST_CASE("every number of a list is found") {
  const std::string text = "cards: 4111 1111 1111 1111 5555 5555 5555 4444 6011 1111 1111 1117";
  std::size_t medium = 0;
  for (const Detection& d : scan_text(text)) medium += d.confidence >= Confidence::medium;
  CHECK(medium >= 3);
}

TEST_CASE("a verification value behind a grouped number does not hide it") {
  const Detection found = only("card 4111 1111 1111 1111 123", kCard);
  CHECK(found.length == 19);
}
