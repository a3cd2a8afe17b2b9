#include "protocol/statement_reader.hpp"

#include <algorithm>

#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

/// What scripts put before a COPY, and what makes a server forget statements.
constexpr std::string_view kBefore[] = {"BEGIN", "START", "SET", "TRUNCATE", "DEALLOCATE", "DISCARD"};

}  // namespace

void StatementReader::begin(Whole whole) noexcept {
  lexer_.begin();
  columns_.begin();
  copy_.begin();
  whole_ = whole == Whole::yes;
  first_ = true;
  idle_ = copying_ = forgets_ = false;
}

void StatementReader::hear(Bytes bytes) noexcept {
  if (!is_done()) lexer_.take(bytes);
}

void StatementReader::finish() noexcept {
  if (!is_done()) lexer_.finish();
  columns_.finish();
}

void StatementReader::lost() noexcept {
  columns_.lost();
  copy_.lost();
}

void StatementReader::word(std::string_view word, bool quoted) noexcept {
  if (is_done()) return;
  if (copying_) {
    if (first_ && copy_.known()) copy_.lost();  // a further statement: which of the two the data are for is not told
    return copy_.word(word, quoted);
  }
  if (first_ && !quoted) {
    first_ = false;
    copying_ = same_word(word, "COPY");
    if (copying_) return copy_.begin();
    forgets_ = forgets_ || same_word(word, "DEALLOCATE") || same_word(word, "DISCARD");
    idle_ = !whole_ && std::none_of(std::begin(kBefore), std::end(kBefore),
                                    [&](std::string_view each) { return same_word(word, each); });
  }
  first_ = false;
  columns_.word(word, quoted);
}

void StatementReader::text(std::string_view value) noexcept {
  if (is_done()) return;
  if (copying_) return copy_.text(value);
  columns_.literal();
}

void StatementReader::number() noexcept {
  if (!is_done() && !copying_) columns_.literal();
}

void StatementReader::parameter(std::uint32_t number) noexcept {
  if (!is_done() && !copying_) columns_.parameter(number);
}

void StatementReader::mark(char sign) noexcept {
  if (is_done()) return;
  first_ = first_ || sign == ';';
  if (!copying_) return columns_.mark(sign);
  if (sign != ';') return copy_.mark(sign);
  copying_ = copy_.known();
}

}  // namespace bulkhead
