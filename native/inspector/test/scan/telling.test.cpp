#include "detect/telling.hpp"

#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

TEST_CASE("names that people give are shown, names that may be data are not") {
  for (const std::string name : {"cardNumber", "address_line_2", "orders2024", "primaryCreditCardNumber", "x-request-id",
                           "JSESSIONID", "CREDIT_CARD_1", "customerBillingAddressLine1", "X-Amz-Security-Token", ""})
    CHECK_MESSAGE(!detect::is_telling(name), name);
  for (const std::string name : {"4111111111111111", "219-45-6789", "ABCDE1234F", "AKIAIOSFODNN7EXAMPLE", "US0378331005",
                           "jane@example.com", "aB3kQ9xZ7mN2pL5v", "C01X00T47", "glpat" "-zk7cBLuaoKVfQlERepWf"})
    CHECK_MESSAGE(detect::is_telling(name), name);
}

TEST_CASE("a field's name that may be a datum is shown as its form, and the end of an address not at all") {
  constexpr std::string_view kCard = "4111111111111111";
  const auto key = [&](const std::string& name) {
    return std::string(only("{\"card\":1,\"" + name + "\":\"" + std::string(kCard) + "\"}", "payment-card").key_view());
  };
  CHECK(key("cardNumber") == "cardNumber");
  CHECK(key("219-45-6789") == "***-**-****");
  CHECK(key("GB82 WEST 1234 5698 7654 32") == "**** **** **** **** **** **");
  CHECK(key("jane@example.com").empty());
  for (const Detection& found : scan_text("{\"card\":1,\"4111111111111111\":\"4111111111111111\"}"))
    CHECK(found.key_view().find('4') == std::string_view::npos);
}
