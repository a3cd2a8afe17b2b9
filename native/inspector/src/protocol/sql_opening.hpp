#pragma once

#include "protocol/text_match.hpp"

namespace bulkhead {

/// The first letters of statements, and of the comments that some libraries put before them.
inline constexpr std::string_view kStatements[] = {
    "SELE", "INSE", "UPDA", "DELE", "WITH", "BEGI", "COMM", "ROLL", "START", "SAVE", "RELE", "SET ",  "SHOW",
    "COPY", "CREA", "ALTE", "DROP", "TRUN", "CALL", "EXPL", "DECL", "FETC",  "CLOS", "LOCK", "LIST",  "UNLI",
    "NOTI", "DISC", "DEAL", "VALU", "MERG", "PREP", "EXEC", "ANAL", "VACU",  "GRAN", "REVO", "/*"};

/// Whether `first` is the start of a statement of SQL.
inline Match begins_sql(Bytes first) noexcept {
  if (first.empty()) return Match::maybe;
  Match best = Match::no;
  for (const std::string_view statement : kStatements) {
    const Match match = starts_with(first, statement);
    if (match == Match::yes) return match;
    if (match == Match::maybe) best = match;
  }
  return best;
}

}  // namespace bulkhead
