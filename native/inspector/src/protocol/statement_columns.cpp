#include "protocol/statement_columns.hpp"

#include <algorithm>
#include <cstring>

#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

/// Begin or separate parts of a statement: no column is spoken of behind them yet.
constexpr std::string_view kClauses[] = {
    "SELECT", "FROM",  "WHERE", "AND",   "OR",     "XOR",   "LIMIT", "OFFSET", "SET",   "ORDER", "GROUP", "BY",
    "HAVING", "ON",    "USING", "JOIN",  "UNION",  "EXCEPT", "INTERSECT", "RETURNING", "UPDATE", "DELETE", "WITH",
    "DO",     "FETCH", "FOR",   "OVERRIDING", "CONFLICT", "DUPLICATE", "INTERVAL"};
/// Stand between a column and what it is compared with.
constexpr std::string_view kBetween[] = {
    "NOT",  "LIKE", "ILIKE", "RLIKE", "REGEXP", "SIMILAR", "TO",  "ANY",   "ALL",    "SOME",    "IS",     "DISTINCT",
    "NULL", "TRUE", "FALSE", "ARRAY", "ROW",    "BINARY",  "CAST", "EXISTS", "ESCAPE", "DEFAULT", "SYMMETRIC"};
constexpr std::string_view kQueries[] = {"SELECT", "VALUES", "WITH"};
bool is_one_of(std::string_view word, const auto& words) noexcept {
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view each) { return same_word(word, each); });
}

}  // namespace

void StatementColumns::Name::set(std::string_view name) noexcept {
  size = static_cast<std::uint8_t>(std::min(name.size(), text.size()));
  if (size > 0) std::memcpy(text.data(), name.data(), size);
}

void StatementColumns::begin() noexcept {
  columns_.clear();
  name_.size = before_name_.size = 0;
  frames_[0] = Frame();
  next_ = 0;
  listed_ = 0;
  depth_ = rows_ = inner_at_ = values_at_ = 0;
  before_ = Before::nothing;
  waiting_ = Waiting::no;
  understood_ = first_ = true;
  into_ = values_ = compared_list_ = between_ = unnest_ = false;
}

void StatementColumns::finish() noexcept {
  if (understood_) settle();
}

void StatementColumns::lost() noexcept {
  understood_ = false;
  columns_.clear();
}

/// `$1 = name`: the name is known for one when something other than a parenthesis or a dot comes behind it.
void StatementColumns::settle() noexcept {
  if (waiting_ == Waiting::for_name && before_ == Before::name) {
    columns_.tell(waiting_at_, columns_.id_of(name_.view()));
    waiting_ = Waiting::no;
  }
}

void StatementColumns::clause() noexcept {
  settle();
  waiting_ = Waiting::no;
  name_.size = before_name_.size = 0;
  before_ = Before::other;
  compared_list_ = false;
  if (top().kind == Kind::names) spoil_list();
}

/// Whether the word is none of a column. Says what it means.
bool StatementColumns::keyword(std::string_view word) noexcept {
  if (same_word(word, "AND") && between_) {
    between_ = false;
    before_ = Before::other;
    return true;
  }
  if (same_word(word, "AS")) {
    before_ = Before::as;
    return true;
  }
  if (same_word(word, "INSERT") || same_word(word, "INTO") || (same_word(word, "REPLACE") && first_)) {
    clause();
    into_ = true;
    values_ = false;
    listed_ = 0;
    return true;
  }
  if (same_word(word, "VALUES") || (same_word(word, "VALUE") && into_ && before_ != Before::dot)) {
    clause();
    into_ = false;
    values_ = true;
    values_at_ = depth_;
    return true;
  }
  if (same_word(word, "CASE")) {
    settle();
    push(Kind::choices);
    name_.size = 0;
    before_ = Before::other;
    return true;
  }
  const bool choosing = top().kind == Kind::choices;
  if (choosing && (same_word(word, "THEN") || same_word(word, "ELSE"))) {
    clause();
    name_ = top().outer;
    return true;
  }
  if (choosing && same_word(word, "WHEN")) return clause(), true;
  if (choosing && same_word(word, "END")) {
    clause();
    name_ = top().outer;
    --depth_;
    return true;
  }
  if (same_word(word, "BETWEEN")) {
    between_ = true;
    before_ = Before::other;
    return true;
  }
  if (same_word(word, "IN")) {
    settle();
    compared_list_ = before_ == Before::list;
    before_ = compared_list_ ? Before::list : Before::other;
    return true;
  }
  if (is_one_of(word, kClauses)) {
    const bool row = same_word(word, "SELECT") && into_ && listed_ > 0 && rows_ == 0;
    const bool ends_row = top().kind == Kind::row && depth_ == 0;
    clause();
    top().outer.size = 0;
    if (ends_row) {
      top().kind = Kind::plain;
      --rows_;
    }
    if (row && top().kind == Kind::plain) {  // what is selected goes into the columns of the list
      top().kind = Kind::row;
      top().place = 0;
      ++rows_;
    }
    if (same_word(word, "OVERRIDING")) return true;
    into_ = false;
    if (depth_ <= values_at_) values_ = false;
    return true;
  }
  if (is_one_of(word, kBetween)) {
    settle();
    if (before_ != Before::list) before_ = Before::other;
    return true;
  }
  return false;
}

void StatementColumns::word(std::string_view word, bool quoted) noexcept {
  // Among the columns that are written to, `value` and `order` are names; a query there begins with one of three words.
  const bool may_be_key = !quoted && before_ != Before::dot &&
                          (!into_ || top().kind != Kind::names || is_one_of(word, kQueries));
  if (!may_be_key || !keyword(word)) name(word);
  first_ = false;
}

void StatementColumns::name(std::string_view name) noexcept {
  if (before_ == Before::as || before_ == Before::cast) {  // a type, another name for something
    before_ = Before::other;
    return;
  }
  if (top().kind == Kind::names) {
    if (before_ == Before::name || before_ == Before::other) return spoil_list();
    if (before_ == Before::dot && listed_ > 0) --listed_;
    if (listed_ < list_.size()) list_[listed_] = columns_.id_of(name);
    if (listed_ < UINT16_MAX) ++listed_;
  }
  if (before_ != Before::dot) {
    settle();
    before_name_ = name_;
  }
  name_.set(name);
  unnest_ = same_word(name, "UNNEST");
  before_ = Before::name;
}

void StatementColumns::literal() noexcept {
  settle();
  waiting_ = Waiting::no;
  before_ = Before::other;
  if (top().kind == Kind::names) spoil_list();
}

void StatementColumns::parameter(std::uint32_t number) noexcept {
  if (dialect_ == SqlDialect::mysql) number = ++next_;
  settle();
  if (top().kind == Kind::names) spoil_list();
  waiting_ = Waiting::no;
  before_ = Before::other;
  if (number == 0 || number > 0xffff) return;
  --number;
  BoundColumns::Id id = columns_.id_of(name_.view());
  for (std::size_t i = depth_ + 1U; id == BoundColumns::kNone && rows_ > 0 && i-- > 0;)
    if (frames_[i].kind == Kind::row) {
      if (frames_[i].place < std::min<std::size_t>(listed_, list_.size())) id = list_[frames_[i].place];
      break;
    }
  columns_.tell(number, id);
  if (id != BoundColumns::kNone) return;
  waiting_ = Waiting::for_comparison;
  waiting_at_ = number;
}

void StatementColumns::mark(char sign) noexcept {
  switch (sign) {
    case '(':
      return open();
    case ')':
      return close();
    case ',':
      return comma();
    case '.':
      before_ = Before::dot;
      return;
    case ':':
      settle();
      before_ = Before::cast;
      return;
    case ';':
      settle();
      depth_ = rows_ = inner_at_ = 0;
      clause();
      into_ = values_ = between_ = false;
      frames_[0] = Frame();
      listed_ = 0;
      first_ = true;
      return;
    case '=': case '<': case '>': case '!': case '~':
      settle();
      if (waiting_ == Waiting::for_comparison) waiting_ = Waiting::for_name;
      if (top().kind == Kind::names) spoil_list();
      if (before_ != Before::list) before_ = Before::other;
      return;
    default:
      settle();
      waiting_ = Waiting::no;
      if (top().kind == Kind::names) spoil_list();
      before_ = Before::other;
  }
}

void StatementColumns::push(Kind kind) noexcept {
  if (depth_ == kDeepest) return lost();
  ++depth_;
  top().outer = name_;
  top().kind = kind;
  top().place = 0;
  if (kind == Kind::row) ++rows_;
}

void StatementColumns::open() noexcept {
  const bool function = before_ == Before::name;
  const bool list = before_ == Before::list;
  if (top().kind == Kind::names) spoil_list();
  if (function && !into_) name_ = before_name_;
  Kind kind = Kind::plain;
  if (rows_ == 0) {
    if (into_) {
      kind = Kind::names;
    } else if (top().kind == Kind::rows || (values_ && listed_ > 0 && depth_ == values_at_) || (function && unnest_ && listed_ > 0)) {
      kind = Kind::row;
    } else if (list && listed_ > 0) {
      kind = compared_list_ ? Kind::rows : Kind::row;
    } else if (!function && !values_) {
      kind = Kind::names;
    }
  }
  if (kind == Kind::names) listed_ = 0;
  if (kind == Kind::row) {
    name_.size = 0;
    columns_.begin_row();
  }
  push(kind);
  before_ = Before::nothing;
}

void StatementColumns::close() noexcept {
  settle();
  if (depth_ == 0 || top().kind == Kind::choices) return;
  const Kind kind = top().kind;
  if (kind == Kind::row) {
    --rows_;
    name_.size = 0;
  }
  if (name_.size == 0 && inner_at_ == depth_ && kind == Kind::plain) name_ = inner_name_;
  inner_at_ = 0;
  --depth_;
  before_ = kind == Kind::names && listed_ > 1 ? Before::list : Before::other;
}

void StatementColumns::comma() noexcept {
  settle();
  waiting_ = Waiting::no;
  if (top().kind == Kind::row && top().place < UINT16_MAX) ++top().place;
  if (top().kind == Kind::names && before_ != Before::name) spoil_list();
  if (depth_ > 0 && name_.size > 0 && inner_at_ != depth_) {
    inner_name_ = name_;
    inner_at_ = depth_;
  }
  name_ = top().outer;
  if (top().kind == Kind::row) name_.size = 0;
  before_name_.size = 0;
  before_ = Before::nothing;
}

void StatementColumns::spoil_list() noexcept {
  if (top().kind != Kind::names) return;
  top().kind = Kind::plain;
  listed_ = 0;
}

}  // namespace bulkhead
