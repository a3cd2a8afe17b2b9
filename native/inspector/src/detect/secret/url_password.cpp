#include "detect/secret/url_password.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "detect/ahead.hpp"

namespace bulkhead::detect::secret {
namespace {

constexpr std::size_t kMaxUserInfo = 128;  // leaves room for the scheme in what a judge may look back at
constexpr std::size_t kMaxScheme = 24;     // mongodb+srv, postgresql+psycopg2, …
constexpr std::size_t kStars = 12;
static_assert(kMaxUserInfo + kMaxScheme + 3 < kMaxToken);

/// Whether the byte may stand in a user's name or password. Passwords hold more than the norm allows, '@' too; what ends
/// a value in text, code and markup ends them.
constexpr bool in_user_info(std::uint8_t b) noexcept {
  return b > ' ' && b < 0x7f && b != '/' && b != '"' && b != '\'' && b != '`' && b != '\\' && b != '?';
}

struct Scheme {
  std::string_view name;
  Confidence worth;
};
// A password of a store, a broker or a directory opens what it holds; that of a web address is as often a token for
// reading, and of a proxy or a test.
constexpr Scheme kSchemes[] = {
    {"postgres", Confidence::high}, {"postgresql", Confidence::high}, {"psql", Confidence::high},
    {"pgsql", Confidence::high}, {"cockroachdb", Confidence::high}, {"mysql", Confidence::high},
    {"mysql2", Confidence::high}, {"mysqlx", Confidence::high}, {"mariadb", Confidence::high},
    {"mongodb", Confidence::high}, {"redis", Confidence::high}, {"rediss", Confidence::high},
    {"valkey", Confidence::high}, {"valkeys", Confidence::high}, {"amqp", Confidence::high},
    {"amqps", Confidence::high}, {"mssql", Confidence::high}, {"sqlserver", Confidence::high},
    {"oracle", Confidence::high}, {"db2", Confidence::high}, {"clickhouse", Confidence::high},
    {"clickhouses", Confidence::high}, {"cassandra", Confidence::high}, {"couchbase", Confidence::high},
    {"couchdb", Confidence::high}, {"neo4j", Confidence::high}, {"bolt", Confidence::high},
    {"influxdb", Confidence::high}, {"snowflake", Confidence::high}, {"redshift", Confidence::high},
    {"trino", Confidence::high}, {"presto", Confidence::high}, {"hive", Confidence::high},
    {"elasticsearch", Confidence::high}, {"memcached", Confidence::high}, {"kafka", Confidence::high},
    {"nats", Confidence::high}, {"mqtt", Confidence::high}, {"mqtts", Confidence::high},
    {"stomp", Confidence::high}, {"ldap", Confidence::high}, {"ldaps", Confidence::high},
    {"smtp", Confidence::high}, {"smtps", Confidence::high}, {"imap", Confidence::high},
    {"imaps", Confidence::high}, {"ftp", Confidence::high}, {"ftps", Confidence::high},
    {"sftp", Confidence::high}, {"smb", Confidence::high}, {"http", Confidence::medium},
    {"https", Confidence::medium}, {"ws", Confidence::medium}, {"wss", Confidence::medium},
    {"git", Confidence::medium}, {"svn", Confidence::medium}, {"socks5", Confidence::medium},
    {"rtsp", Confidence::medium},
};

/// "postgresql+psycopg2" is worth what "postgresql" is; one that is not known, little.
Confidence worth_of(std::string_view scheme) noexcept {
  scheme = scheme.substr(0, scheme.find('+'));
  const auto* const found = std::find_if(std::begin(kSchemes), std::end(kSchemes),
                                         [scheme](const Scheme& known) { return known.name == scheme; });
  return found == std::end(kSchemes) ? Confidence::low : found->worth;
}

/// What stands where a password will be put in: "${PASSWORD}", "<password>", "%s", "****".
bool is_gap(std::string_view password) noexcept {
  if (password.find_first_of("<>{}$[]()*") == std::string_view::npos) return password == "%s" || password == "%v";
  const char first = password.front();
  return first == '<' || first == '$' || first == '{' || first == '[' || first == '(' ||
         password.find("${") != std::string_view::npos || password.find("{{") != std::string_view::npos ||
         password.find_first_not_of('*') == std::string_view::npos;
}

/// What documentation and test set-ups have for a password.
bool is_example(std::string_view user, std::string_view password) noexcept {
  constexpr std::string_view kExamples[] = {"password", "passwd", "pass", "pwd", "pw", "secret", "changeme", "example",
                                            "mypassword", "yourpassword", "your-password", "your_password", "test",
                                            "user", "root", "admin", "guest", "foo", "bar", "redacted", "1234", "123456"};
  std::array<char, 16> folded{};
  if (password.size() > folded.size()) return false;
  std::transform(password.begin(), password.end(), folded.begin(),
                 [](char c) { return static_cast<char>(lower(static_cast<std::uint8_t>(c))); });
  const std::string_view small(folded.data(), password.size());
  if (small == user || small.find_first_not_of(small.front()) == std::string_view::npos) return true;
  return std::find(std::begin(kExamples), std::end(kExamples), small) != std::end(kExamples);
}

std::string_view text_of(const std::uint8_t* from, const std::uint8_t* to) noexcept {
  return {reinterpret_cast<const char*>(from), static_cast<std::size_t>(to - from)};
}

/// Start of the "//" in front of the user's name, or null.
const std::uint8_t* slashes_before(const std::uint8_t* at) noexcept {
  const std::uint8_t* p = at;
  while (p > at - kMaxUserInfo && in_user_info(p[-1])) --p;
  return p[-1] == '/' && p[-2] == '/' && p[-3] == ':' && p < at ? p - 2 : nullptr;
}

}  // namespace

Judged judge_url_password(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  const std::uint8_t* const slashes = slashes_before(event);
  if (slashes == nullptr) return Judged::decided;
  const std::uint8_t* const user = slashes + 2;
  const std::uint8_t* const colon = std::find(user, event, ':');
  if (colon == event || colon + 1 == event) return Judged::decided;
  // The password ends at the last '@' before the path.
  Ahead ahead(view, event, event + 1);
  const std::uint8_t host = ahead.byte();
  while (in_user_info(ahead.byte()) && ahead.byte() != '@') ahead.skip();
  const bool goes_on = ahead.byte() == '@';
  if (ahead.pending()) return Judged::pending;
  if (goes_on || (!is(host, kAlnum) && host != '[' && host != '_' && host != '$' && host != '{')) return Judged::decided;

  const std::uint8_t* const scheme_end = slashes - 1;
  const std::uint8_t* scheme = scheme_end;
  while (scheme_end - scheme < static_cast<std::ptrdiff_t>(kMaxScheme) && (is(scheme[-1], kAlnum) || scheme[-1] == '+'))
    --scheme;
  if (scheme == scheme_end || is(scheme[-1], kAlnum)) return Judged::decided;
  const std::string_view password = text_of(colon + 1, event);
  if (is_gap(password)) return Judged::decided;
  const bool example = is_example(text_of(user, colon), password);
  const Confidence worth = example ? Confidence::low : worth_of(text_of(scheme, scheme_end));
  Detection* const detection = found.add(view, kUrlPassword, colon + 1, password.size(), worth);
  if (detection == nullptr) return Judged::decided;
  detection->fingerprint = fingerprint(kUrlPassword, colon + 1, password.size());
  detection->known_test = example;
  set_key(*detection, structural_key(scheme), colon + 1);
  mask_append(*detection, scheme, static_cast<std::size_t>(user - scheme));
  mask_fill(*detection, kStars);
  return Judged::decided;
}

}  // namespace bulkhead::detect::secret
