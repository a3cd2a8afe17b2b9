#include "protocol/postgresql.hpp"
#include "protocol/postgresql_startup.hpp"
#include "protocol/sql_opening.hpp"

// How a session of PostgreSQL is known: by its startup, or by a statement where it was there before.
namespace bulkhead {
namespace {

/// Upper byte but one of the length: statements of 1 MiB.
constexpr std::uint8_t kLargestStatement = 0x10;
/// Names that libraries give statements: `S_1`, `__asyncpg_stmt_1__`. Short enough to hold no datum.
constexpr std::size_t kLongestStatementName = 18, kMostNameDigits = 6;

/// How many of the first bytes may be a statement's name; more than the longest where they are none.
std::size_t name_length(Bytes first) noexcept {
  std::size_t digits = 0;
  std::size_t length = 0;
  while (length < first.size() && (is_alpha(first[length]) || is_digit(first[length]) || first[length] == '_'))
    digits += is_digit(first[length++]) ? 1 : 0;
  return digits > kMostNameDigits ? kLongestStatementName + 1 : length;
}

}  // namespace

Match postgresql_client(Bytes first) noexcept {
  if (first[0] != 0 || (first.size() > 1 && first[1] != 0)) return Match::no;
  if (first.size() > 3 && (first[2] << 8 | first[3]) < 8) return Match::no;
  if (first.size() > 2 && first[2] << 8 > static_cast<int>(kPostgresLongestStartup)) return Match::no;
  if (first.size() > 4 && first[4] != 0 && first[4] != 4) return Match::no;
  if (first.size() < 8) return first.size() > 5 && first[5] != 3 && first[5] != 0xd2 ? Match::no : Match::maybe;
  Reader code(first.subspan(4, 4));
  const std::uint32_t value = code.u32();
  if (value == kPostgresSsl || value == kPostgresGssEncryption || value == kPostgresCancel) return Match::yes;
  if (value < 0x30000 || value > 0x30002) return Match::no;
  // The name of a parameter. Where it would stand, a request of Kafka for metadata has a number that counts up from 0.
  constexpr std::size_t kNameBytes = 4;
  for (std::size_t i = 8; i < first.size() && i < 8 + kNameBytes; ++i)
    if (!is_alpha(first[i]) && first[i] != '_') return Match::no;
  return first.size() < 8 + kNameBytes ? Match::maybe : Match::yes;
}

Match postgresql_statement(Bytes first) noexcept {
  const std::uint8_t type = first[0];
  if (type != 'Q' && type != 'P' && type != 'B') return Match::no;
  if ((first.size() > 1 && first[1] != 0) || (first.size() > 2 && first[2] > kLargestStatement)) return Match::no;
  if (first.size() < 6) return Match::maybe;
  Bytes rest = first.subspan(5);
  if (type == 'Q') return begins_sql(rest);
  if (type == 'B') {  // to no portal
    if (rest[0] != 0) return Match::no;
    rest = rest.subspan(1);
  }
  const std::size_t name = name_length(rest);
  if (name > kLongestStatementName) return Match::no;
  if (name == rest.size()) return Match::maybe;
  if (rest[name] != 0) return Match::no;
  // A statement is prepared under a name or none; a bound one has a name, or this would tell too little.
  return type == 'P' ? begins_sql(rest.subspan(name + 1)) : name > 0 ? Match::yes : Match::no;
}

}  // namespace bulkhead
