#include "protocol/statement_reader.hpp"

#include <doctest/doctest.h>

#include "protocol/prepared_statements.hpp"

#include <memory>
#include <string>

namespace bulkhead {
namespace {

Bytes bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

/// The columns of the first `count` parameters, read in pieces of so many bytes.
std::string read(std::string_view sql, std::uint32_t count, SqlDialect dialect, std::size_t piece) {
  const auto statement = std::make_unique<StatementReader>(dialect);
  statement->begin(StatementReader::Whole::yes);
  for (std::size_t at = 0; at < sql.size(); at += piece) statement->hear(bytes_of(sql.substr(at, piece)));
  statement->finish();
  std::string names;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i > 0) names += ' ';
    const std::string_view name = statement->columns().name(i);
    names += name.empty() ? "-" : name;
  }
  return names;
}

struct Case {
  std::string_view sql;
  std::string_view columns;
};

void check(const Case& each, SqlDialect dialect) {
  CAPTURE(each.sql);
  std::uint32_t count = 1;
  for (const char c : each.columns) count += c == ' ' ? 1 : 0;
  CHECK(read(each.sql, count, dialect, each.sql.size()) == each.columns);
  for (std::size_t piece = 1; piece < 8; ++piece) CHECK(read(each.sql, count, dialect, piece) == each.columns);
}

}  // namespace

TEST_CASE("parameters of PostgreSQL have the columns they are written to or compared with") {
  constexpr Case kCases[] = {
      {"insert into t (id, card) values ($1, $2)", "id card"},
      {"INSERT INTO public.\"Users\" (\"id\", \"Card-Number\") VALUES ($2, $1) RETURNING id", "Card-Number id"},
      {"insert into t as x (a,b) values (lower($1), pgp_sym_encrypt($2::text, 'k')), ($3, default)", "a b a"},
      {"insert into t (a,b) overriding system value values ($1,$2) on conflict (a) do update set b = $3, c=$4", "a b b c"},
      {"insert into t (value, order_no, \"order\") values ($1, $2, $3)", "value order_no order"},
      {"insert into t (a, b) select $1, $2 where not exists (select 1 from t where card = $3)", "a b card"},
      {"insert into t (a, b) select * from unnest($1::text[], $2::int8[])", "a b"},
      {"with x as (insert into t (a, b) values ($1, $2) returning id) select * from x where x.c = $3", "a b c"},
      {"insert into t values ($1, $2)", "- -"},
      {"insert into t (a, b) values ((select id from u where mail = $1), $2)", "mail b"},
      {"update users set card = $1, mail=$2 where id = $3", "card mail id"},
      {"update users u set (card, mail) = ($1, $2) where u.id=$3", "card mail id"},
      {"update t set card = case when id = $1 then $2 when id = $3 then $4 else card end, b = $5", "id card id card b"},
      {"select a, b from t where t.card = $1 and lower(mail) = lower($2) or iban in ($3, $4)", "card mail iban iban"},
      {"select * from t where card = any($1) and \"ssn\" like $2 and d between $3 and $4 limit $5 offset $6",
       "card ssn d d - -"},
      {"select * from t where (card, mail) in (($1, $2), ($3, $4))", "card mail card mail"},
      {"select * from t where $1 = card and $2::text = lower(mail) and $3 is null", "card mail -"},
      {"select * from t where not (card = $1) and coalesce(iban, '') <> $2", "card iban"},
      {"select $1, card from t", "-"},
      {"select card, $1 from t", "-"},
      {"select ' it''s card = $1 ', E'\\' card = $1', $$ card = $1 $$, $x$ card = $1 $x$ from t where mail = $1", "mail"},
      {"/* card = $1 /* nested */ */ select 1 -- card = $1\n from t where mail = $1", "mail"},
      {"select data->>'x' from t where data->>'card' = $1", "data"},
      {"merge into t using s on t.id = $1 when not matched then insert (id, card) values ($2, $3)", "id id card"},
      {"select cast($1 as text), f(a, $2)", "- -"},
      {"delete from t where id=$1 returning card", "id"},
  };
  for (const Case& each : kCases) check(each, SqlDialect::postgresql);
}

TEST_CASE("parameters of MySQL have the columns they are written to or compared with") {
  constexpr Case kCases[] = {
      {"INSERT INTO `t` (`id`, `card`) VALUES (?, ?), (?, ?), (?, ?)", "id card id card id card"},
      {"insert into t set id = ?, card = lower(?)", "id card"},
      {"replace into t (a, b) value (?, ?)", "a b"},
      {"insert ignore t (a, b) values (?, 'x''?\\'?', 5, ?)", "a -"},
      {"insert into t (a, b) values (?, ?) on duplicate key update b = values(b), c = ?", "a b c"},
      {"insert into t (a, b) values (?, \"it's ? \"\" \\\" ?\"), (?, ?)", "a a b"},
      {"update t set card = ? where `id` = ? # card = ?\n and x = ?", "card id x"},
      {"select * from t where card in (?,?,?) and a = ? -- b = ?\n and c = --1 + ?", "card card card a c"},
      {"select /* card = ? */ * from t where mail <=> ?", "mail"},
      {"select * from t where value = ? and t.values = ?", "value values"},
  };
  for (const Case& each : kCases) check(each, SqlDialect::mysql);
}

TEST_CASE("a statement of which servers may read different things has no columns") {
  CHECK(read("insert into t (card) values (?) /*! , (?) */", 1, SqlDialect::mysql, 100) == "-");
  CHECK(read("insert into t (card) values (?) /*M! , (?) */", 1, SqlDialect::mysql, 100) == "-");
  CHECK(read("insert into t (card) values (?) /* My, (?) */", 1, SqlDialect::mysql, 100) == "card");
}

TEST_CASE("rows that repeat the first one's columns take no room") {
  std::string sql = "insert into t (id, card, mail) values ";
  constexpr std::uint32_t kRows = 20'000;
  for (std::uint32_t i = 0; i < kRows; ++i) {
    const std::uint32_t at = i * 3;
    sql += (i > 0 ? ",($" : "($") + std::to_string(at + 1) + ",$" + std::to_string(at + 2) + ",$" + std::to_string(at + 3) + ")";
  }
  const auto statement = std::make_unique<StatementReader>(SqlDialect::postgresql);
  statement->begin(StatementReader::Whole::yes);
  statement->hear(bytes_of(sql));
  statement->finish();
  CHECK(statement->columns().name(3 * kRows - 2) == "card");
  CHECK(statement->columns().name(3 * kRows) == "");
  CHECK(statement->columns().bytes() < 200);
}

TEST_CASE("statements without end stay within the bounds") {
  const auto statement = std::make_unique<StatementReader>(SqlDialect::mysql);
  const auto within = [&](std::string_view part) {
    CAPTURE(part);
    statement->begin(StatementReader::Whole::yes);
    statement->hear(bytes_of("insert into t ("));
    for (int i = 0; i < 100'000; ++i) statement->hear(bytes_of(part));
    statement->finish();
    CHECK(statement->columns().bytes() < 32 * 1024);
  };
  for (const std::string_view part : {"a,", "b=?,", "(", ")", "case ", "end ", "x.", "((a,b) in ", "values(?", "long_name_", "'"})
    within(part);
  statement->begin(StatementReader::Whole::yes);
  for (int i = 0; i < 100'000; ++i) statement->hear(bytes_of("c" + std::to_string(i) + "=? and "));
  statement->finish();
  CHECK(statement->columns().name(100) == "c100");
  CHECK(statement->columns().name(60'000) == "");
  CHECK(statement->columns().bytes() < 32 * 1024);
}

TEST_CASE("the statements that are remembered stay within the bounds, the latest among them") {
  PreparedStatements statements;
  for (int i = 0; i < 1'000; ++i) {
    BoundColumns columns;
    const auto count = static_cast<std::uint32_t>(i % 200);
    for (std::uint32_t k = 0; k < count; ++k) columns.tell(k, columns.id_of("column_" + std::to_string(k)));
    const std::string name = "statement " + std::to_string(i);
    statements.replace(name, columns, {}, 600);
    CHECK(statements.bytes() <= PreparedStatements::kBytes);
    PreparedStatements::Statement* const known = statements.find(name);
    REQUIRE(known != nullptr);
    CHECK(known->columns == columns);
    known->types.assign(BoundColumns::kMostTold, 'x');
    CHECK(statements.bytes() <= PreparedStatements::kBytes);
  }
  CHECK(statements.find("statement 0") == nullptr);
  statements.put(std::string(PreparedStatements::kLongestName + 1, 'n'), BoundColumns(), {}, 0);
  CHECK(statements.find(std::string(PreparedStatements::kLongestName + 1, 'n')) == nullptr);
}

TEST_CASE("what is said behind a statement that tells nothing is the same wherever the bytes are cut") {
  std::string deep = "select ";
  for (int i = 0; i < 40; ++i) deep += '(';
  std::string many = "select ";
  for (int i = 0; i < 600; ++i) many += "a=?,";
  for (const std::string& before : {std::string("select 1"), deep, many}) {
    for (const std::string& behind : {std::string("copy t (a) from stdin"), std::string("deallocate all")}) {
      const std::string sql = before + "; " + behind;
      CAPTURE(sql);
      const auto heard = [&](std::size_t piece) {
        const auto statement = std::make_unique<StatementReader>(SqlDialect::mysql);
        statement->begin(before == many ? StatementReader::Whole::yes : StatementReader::Whole::no);
        for (std::size_t at = 0; at < sql.size(); at += piece) statement->hear(bytes_of(std::string_view(sql).substr(at, piece)));
        statement->finish();
        return std::pair(statement->copy().known(), statement->forgets());
      };
      const auto expected = heard(sql.size());
      for (std::size_t piece = 1; piece < 20; ++piece) CHECK(heard(piece) == expected);
    }
  }
}

TEST_CASE("what COPY says of the data that follow is read") {
  const auto statement = std::make_unique<StatementReader>(SqlDialect::postgresql);
  const auto copy = [&](std::string_view sql) -> const CopyStatement& {
    statement->begin(StatementReader::Whole::no);
    for (const char& c : sql) statement->hear(bytes_of({&c, 1}));
    statement->finish();
    return statement->copy();
  };
  using Format = CopyStatement::Format;
  {
    const CopyStatement& text = copy("begin; copy public.t (id, \"Card\") from stdin");
    CHECK(text.known());
    CHECK(text.format() == Format::text);
    CHECK(text.delimiter() == '\t');
    CHECK(text.count() == 2);
    CHECK(text.column(1) == "Card");
  }
  {
    const CopyStatement& csv = copy("COPY t(a,b) FROM STDIN WITH (FORMAT csv, HEADER true, DELIMITER ';', QUOTE '''', FORCE_NULL (b))");
    CHECK(csv.known());
    CHECK(csv.format() == Format::csv);
    CHECK(csv.delimiter() == ';');
    CHECK(csv.quote() == '\'');
    CHECK(csv.count() == 2);
  }
  CHECK(copy("copy t (a) from stdin csv").delimiter() == ',');
  CHECK(copy("copy t (a) from stdin with delimiter as '|' null as ''").delimiter() == '|');
  CHECK(copy("copy t (a) from stdin binary").format() == Format::binary);
  CHECK(copy("copy t (a) from stdin with (format 'binary')").format() == Format::binary);
  CHECK_FALSE(copy("copy t from stdin").known());
  CHECK_FALSE(copy("copy t (a) to stdout").known());
  CHECK_FALSE(copy("copy t (a) from stdin with delimiter E'\\x01'").known());
  CHECK_FALSE(copy("select 1; copy t (a) from stdin").known());
}

}  // namespace bulkhead
