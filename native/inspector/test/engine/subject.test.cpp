#include "engine/subject_text.hpp"

#include <random>
#include <string>

#include "engine/engine_rig.hpp"

namespace bulkhead::test {
namespace {

std::string request(std::string_view head) {
  std::array<char, kMaxSubject> out;
  return {out.data(), request_subject(head, out)};
}

std::string statement(std::string_view text, bool mysql = false) {
  std::array<char, kMaxSubject> out;
  return {out.data(), statement_subject(text, mysql, out)};
}

}  // namespace

TEST_SUITE("subject") {
  TEST_CASE("a request shows its method and path, without the query") {
    CHECK(request("POST /api/v1/orders?card=4111111111111111 HTTP/1.1\r\nHost: x\r\n") == "POST /api/v1/orders");
    CHECK(request("GET / HTTP/1.1\r\n") == "GET /");
    CHECK(request("GET http://shop.example:80/pay;x/#top HTTP/1.1\r\n") == "GET /*/");
    CHECK(request("CONNECT shop.example:443 HTTP/1.1\r\n") == "CONNECT *");
    CHECK(request(":method: PUT\r\n:scheme: http\r\n:path: /a/b?c\r\n") == "PUT /a/b");
    CHECK(request("4111111111111111 / HTTP/1.1").empty());
  }

  TEST_CASE("a call of gRPC shows its service and method, and nothing that may be a value") {
    const auto call = [](const std::string& path) {
      return request(":method: POST\r\n:path: " + path + "\r\ncontent-type: application/grpc+proto\r\n");
    };
    CHECK(call("/shop.payments.v1.CheckoutService/PlaceOrderWithPayment") == "POST /shop.payments.v1.CheckoutService/PlaceOrderWithPayment");
    CHECK(call("/a.b/4111111111111111") == "POST /a.b/*");
    CHECK(call("/4111.1111.1111.1111/Get") == "POST /*/Get");
    CHECK(call("/a/jane@example.com") == "POST /a/*");
    CHECK(call("/a/aBqKxZmNpLvRtYwSdFgH") == "POST /a/*");
    CHECK(request(":method: POST\r\n:path: /shop.payments.v1.CheckoutService/Place\r\n") == "POST /*/Place");
  }

  TEST_CASE("a part of a path that may be a value is not shown") {
    for (const char* part : {"4111111111111111", "%34%31%31%31", "219-45-6789", "jane@example.com", "GB82WEST12345698765432",
                             "ABCDE1234F", "aB3kQ9xZ7mN2pL5v", "averyveryveryverylongnameindeed", "a=b", "x;jsessionid=8"})
      CHECK_MESSAGE(request("GET /users/" + std::string(part) + "/orders HTTP/1.1\r\n") == "GET /users/*/orders", part);
  }

  TEST_CASE("a statement shows its shape") {
    CHECK(statement("INSERT INTO t (a, b) VALUES ('x''y', 42)") == "INSERT INTO t (a, b) VALUES (?, ?)");
    CHECK(statement("select  *\n from\t\"t\" where a = 4.1e-3 and b=$1") == "select * from t where a = ? and b=?");
    CHECK(statement("SELECT /* 4111111111111111 */ 1 -- 4111111111111111\n, E'\\'' , $x$ it's $x$") == "SELECT ? , ? , ?");
    CHECK(statement("SELECT \"4111 1111 1111 1111\" FROM `c4111111111111111`") == "SELECT * FROM *");
    CHECK(statement("SELECT \"text\" FROM t # 4111111111111111\nWHERE a='\\'4'", true) == "SELECT ? FROM t WHERE a=?");
    CHECK(statement("INSERT INTO t VALUES ('cut in the midd") == "INSERT INTO t VALUES (?");
    CHECK(statement("SELECT 550e8400-e29b-41d4-a716-446655440000") == "SELECT ?");
  }

  TEST_CASE("no text makes a subject longer than its bound or show a long number") {
    constexpr std::string_view kPieces[] = {"'", "\"", "`", "/*", "*/", "--", "\n", "$", "$x$", "4111111111111111", " ", "a",
                                            "\\", "(", "#", "/", "?", "GET ", "N", "-", ".", "e"};
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
      std::string text;
      const auto count = random() % 24;
      for (std::size_t i = 0; i < count; ++i) text += kPieces[random() % std::size(kPieces)];
      for (const std::string& shown : {statement(text), statement(text, true), request("GET /" + text)}) {
        REQUIRE(shown.size() <= kMaxSubject);
        REQUIRE_MESSAGE(shown.find("41111") == std::string::npos, text);
      }
    }
  }
}

}  // namespace bulkhead::test
