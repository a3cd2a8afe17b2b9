#include "detect/labelled/label.hpp"

#include <random>

#include "lane/anchors.hpp"
#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

/// Random characters of base64.
std::string base64(std::mt19937& random, std::size_t size) {
  constexpr std::string_view kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  while (text.size() < size) text += kCharacters[random() % 64];
  text[0] = 'a', text[1] = 'B', text[2] = '3';
  return text;
}

std::string hexadecimal(std::mt19937& random, std::size_t size) {
  std::string text;
  while (text.size() < size) text += "0123456789abcdef"[random() % 16];
  return text;
}

std::string label_in(const std::string& text) {
  const std::string padded = std::string(64, '\0') + text;
  const auto* const end = reinterpret_cast<const std::uint8_t*>(padded.data()) + padded.size();
  const detect::labelled::Label* const label = detect::labelled::label_ending_at(end);
  return label == nullptr ? "" : std::string(label->text);
}

}  // namespace

TEST_CASE("a name ends in a label however its words are joined, and only in whole words") {
  CHECK(label_in("AWS_SECRET_ACCESS_KEY") == "secretaccesskey");
  CHECK(label_in("awsSecretAccessKey") == "secretaccesskey");
  CHECK(label_in("aws.secret-access key") == "secretaccesskey");
  CHECK(label_in("\\nsecretAccessKey") == "secretaccesskey");
  CHECK(label_in("SharedAccessKey") == "accesskey");
  CHECK(label_in("x-dd-api-key") == "ddapikey");
  CHECK(label_in("todd_api_key") == "apikey");
  CHECK(label_in("nosecretaccesskey") == "");
  CHECK(label_in("secret__key") == "");
  CHECK(label_in("key") == "");
  CHECK(label_in("") == "");
}

TEST_CASE("a name that ends in a wanted label is never passed over") {
  std::mt19937 random(9);
  constexpr std::string_view kPieces[] = {"secret", "access", "key", "api", "dd", "date", "of", "birth", "Dob", "mac", "MAC", "address",
                                          "Address", "ip", "Ip", "v4", "icd", "10", "code", "wallet", "bitcoin", "rut", "swift",
                                          "bic", "_", "-", " ", ".", "\"", "\\n", "x", "7", "street", "lng", "e", "mail"};
  std::size_t found = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text(64, '\0');
    for (std::size_t n = 1 + random() % 7; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    const auto* const end = reinterpret_cast<const std::uint8_t*>(text.data()) + text.size();
    const detect::labelled::Label* const label = detect::labelled::label_ending_at(end);
    detect::DetectorSet others;
    for (std::size_t detector = 0; detector < kDetectors.size(); ++detector)
      if (random() % 2 == 0) others.add(detector);
    if (label == nullptr) continue;
    CAPTURE(text);
    ++found;
    if (others.has(label->detector)) REQUIRE(detect::labelled::may_end_label_of(end, others));
    detect::DetectorSet own;
    own.add(label->detector);
    REQUIRE(detect::labelled::may_end_label_of(end, own));
    REQUIRE_FALSE(detect::labelled::may_end_label_of(end, {}));
  }
  CHECK(found > 1000);
}

TEST_CASE("an AWS secret key is found behind its name in every notation") {
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    const std::string key = base64(random, 40);
    CAPTURE(key);
    for (const std::string& text :
         {"aws_secret_access_key = " + key + "\n", "AWS_SECRET_ACCESS_KEY=" + key, "{\"SecretAccessKey\":\"" + key + "\"}",
          "<SecretAccessKey>" + key + "</SecretAccessKey>", "secretAccessKey: '" + key + "'",
          "--aws-secret-key=" + key, "{\\\"awsSecretKey\\\": \\\"" + key + "\\\"}",
          "<input name=\"aws_secret_key\" value=\"" + key + "\">"}) {
      CAPTURE(text);
      if (text.starts_with("--")) {
        CHECK(surest(text, "aws-secret-key") == Confidence::none);  // hyphens around "secret" are no anchor
        continue;
      }
      const Detection found = only(text, "aws-secret-key");
      CHECK(found.offset == text.find(key));
      CHECK(found.length == key.size());
      CHECK(found.confidence == Confidence::high);
      CHECK(found.masked_view() == "************");
    }
    CHECK(surest("secret_key: " + key, "aws-secret-key") == Confidence::medium);
    CHECK(surest("secret_access_key: " + key + "a", "aws-secret-key") == Confidence::none);
    CHECK(surest("checksum_key: " + key, "aws-secret-key") == Confidence::none);
    CHECK(surest("secret_access_key: " + hexadecimal(random, 40), "aws-secret-key") == Confidence::none);
  }
  // Of the AWS documentation.
  CHECK(surest("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY" "EXAMPLEKEY", "aws-secret-key") == Confidence::low);
}

TEST_CASE("access keys of Azure are found in connection strings, those of the emulators with low confidence") {
  std::mt19937 random(2);
  for (int round = 0; round < 20; ++round) {
    const std::string storage = base64(random, 86) + "==";
    const std::string bus = base64(random, 43) + "=";
    const std::string text = "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=" + storage + ";EndpointSuffix=x";
    const Detection found = only(text, "azure-access-key");
    CHECK(found.offset == text.find(storage));
    CHECK(found.length == storage.size());
    CHECK(found.confidence == Confidence::high);
    CHECK(surest("Endpoint=sb://shop/;SharedAccessKeyName=all;SharedAccessKey=" + bus, "azure-access-key") == Confidence::high);
    CHECK(surest("{\"AccountKey\": \"" + storage + "\"}", "azure-access-key") == Confidence::high);
    CHECK(surest("AccountKey=" + storage.substr(1), "azure-access-key") == Confidence::none);
    CHECK(surest("AccountKey=" + base64(random, 88), "azure-access-key") == Confidence::none);
    CHECK(surest("SharedAccessKey=" + bus + "=", "azure-access-key") == Confidence::none);
  }
  CHECK(surest("AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
               "azure-access-key") == Confidence::low);
}

TEST_CASE("a key of Datadog is one by its name, or by Datadog's before it") {
  std::mt19937 random(3);
  const std::string key = hexadecimal(random, 32);
  CHECK(surest("DD-API-KEY: " + key + "\r\n", "datadog-key") == Confidence::high);
  CHECK(surest("export DD_API_KEY=" + key, "datadog-key") == Confidence::high);
  CHECK(surest("datadog:\n  api_key: \"" + key + "\"", "datadog-key") == Confidence::high);
  CHECK(surest("datadog_api_key=" + hexadecimal(random, 40), "datadog-key") == Confidence::high);
  CHECK(surest("api_key: " + key, "datadog-key") == Confidence::none);
  CHECK(surest("DD_API_KEY=" + hexadecimal(random, 33), "datadog-key") == Confidence::none);
  CHECK(surest("DD_API_KEY=00000000000000000000000000000000", "datadog-key") == Confidence::low);
}

TEST_CASE("a shared access signature is found among its parameters, its padding percent-encoded or not") {
  const std::string encoded = "Jq3vXk0Zr7bT8kLw5uYc2mNpQ4sDfGhVxR1aE6oI9zU%3D";
  const std::string plain = "Jq3vX/0Zr7bT8kLw5uYc2mNpQ4sDfGhVxR1aE6oI9zU=";
  const std::string blob = "https://shop.blob.core.windows.net/a/b?sv=2022-11-02&sr=b&sp=r&se=2027-01-01T00%3A00%3A00Z&sig=";
  const Detection found = only(blob + encoded, "azure-sas-signature");
  CHECK(found.offset == blob.size());
  CHECK(found.length == encoded.size() - 3);
  CHECK(found.confidence == Confidence::high);
  CHECK(surest(blob + plain + "&x=1", "azure-sas-signature") == Confidence::high);
  CHECK(surest("SharedAccessSignature sig=" + encoded + "&se=1893456000&skn=all&sr=shop", "azure-sas-signature") ==
        Confidence::high);
  CHECK(surest("GET /a?sig=" + encoded + " HTTP/1.1", "azure-sas-signature") == Confidence::none);
  CHECK(surest(blob + encoded.substr(1), "azure-sas-signature") == Confidence::none);
  CHECK(surest(blob + plain + "A", "azure-sas-signature") == Confidence::none);
}

TEST_CASE("the password of an address is found, and what stands in its place is not") {
  const auto password = [](const std::string& text) {
    const Detection found = only(text, "url-password");
    return text.substr(found.offset, found.length);
  };
  CHECK(password("postgres://app:s3cr3t-Pw@db.shop.svc:5432/orders?sslmode=disable") == "s3cr3t-Pw");
  CHECK(password("DATABASE_URL=\"mysql+pymysql://app:hunter2hunter2@10.1.2.3/shop\"") == "hunter2hunter2");
  CHECK(password("mongodb+srv://ann:p%40ss-w0rd@cluster0.ab1cd.mongodb.net/shop") == "p%40ss-w0rd");
  CHECK(password("redis://:Zk8-tPq2@cache:6379/0") == "Zk8-tPq2");
  CHECK(password("amqps://svc:q7-Rt5@rabbit/vhost") == "q7-Rt5");
  CHECK(password("postgres://app:p@ss@w0rd@db/x") == "p@ss@w0rd");
  CHECK(surest("postgres://app:s3cr3t-Pw@db/x", "url-password") == Confidence::high);
  for (const char end : std::string_view("!#$&*()+,-.:;<=>[]^_{|}~%@"))
    CHECK_MESSAGE(only(std::string("x postgres://app:s3cr3t") + end + "@db/x", "url-password").length == 7, end);
  CHECK(surest("https://ann:ab12-cd34@git.example.org/r.git", "url-password") == Confidence::medium);
  CHECK(surest("coap://ann:ab12-cd34@host/", "url-password") == Confidence::low);
  CHECK(only("see postgres://app:s3cr3t-Pw@db/x", "url-password").masked_view() == "postgres://************");
  for (const char* example : {"postgres://user:password@localhost/db", "amqp://guest:guest@rabbit", "redis://:xxxx@cache",
                              "mysql://root:changeme@db"})
    CHECK_MESSAGE(surest(example, "url-password") == Confidence::low, example);
  for (const char* none : {"postgres://app:${DB_PASSWORD}@db/x", "postgres://app:<password>@db/x", "mysql://app@db/x",
                           "https://host:8080/@ann", "https://host/a:b@c", "postgres://app:@db/x", "mailto:ann@example.org",
                           "//app:secretpw@db/x", "https://example.org/x?u=a:b@c.de"})
    CHECK_MESSAGE(surest(none, "url-password") == Confidence::none, none);
  CHECK(surest("postgres://app:s3cr3t-Pw@db.example.net/x", "email") == Confidence::none);
}

TEST_CASE("where the bytes are cut makes no difference to what stands behind names") {
  std::mt19937 random(4);
  const std::string text =
      "aws_secret_access_key = " + base64(random, 40) + "\nAccountKey=" + base64(random, 86) + "==;SharedAccessKey=" +
      base64(random, 43) + "=\nDD-API-KEY: " + hexadecimal(random, 32) +
      "\r\nx?sv=2022-11-02&sig=Jq3vXk0Zr7bT8kLw5uYc2mNpQ4sDfGhVxR1aE6oI9zU%3D postgres://app:s3cr3t-Pw@db/x "
      "<input name=\"secret_key\" value=\"" + base64(random, 40) + "\"> redis://:p@ss@w0rd@cache";
  CHECK(scan_text(text).size() >= 7);
  check_every_cut(text, 69);
  check_provisional_ends(text, 90, 100);
}
