#include "protocol/copy_statement.hpp"

#include "protocol/text_match.hpp"

namespace bulkhead {

void CopyStatement::begin() noexcept { *this = CopyStatement(); }

void CopyStatement::word(std::string_view word, bool quoted) noexcept {
  if (listing_) {
    columns_.tell(listed_++, columns_.id_of(word));
    return;
  }
  if (quoted) return;
  if (want_ == Want::format) {
    text(word);
  } else if (same_word(word, "FROM")) {
    from_ = true;
  } else if (from_ && same_word(word, "STDIN")) {
    stdin_ = true;
  } else if (!stdin_) {
    return;
  } else if (same_word(word, "BINARY")) {
    format_ = Format::binary;
  } else if (same_word(word, "CSV")) {
    format_ = Format::csv;
  } else if (same_word(word, "FORMAT")) {
    want_ = Want::format;
  } else if (same_word(word, "DELIMITER") || same_word(word, "DELIMITERS")) {
    want_ = Want::delimiter;
  } else if (same_word(word, "QUOTE")) {
    want_ = Want::quote;
  } else if (same_word(word, "ESCAPE")) {
    want_ = Want::escape;
  } else if (!same_word(word, "AS")) {
    if (want_ != Want::nothing && want_ != Want::other) lost();
    want_ = Want::other;
  }
}

void CopyStatement::text(std::string_view value) noexcept {
  // Written in a way of which nothing is told, E'\t' above all: the data are not taken apart then.
  if (value.empty() && want_ != Want::nothing && want_ != Want::other) lost();
  if (want_ == Want::format) {
    if (same_word(value, "CSV")) {
      format_ = Format::csv;
    } else if (same_word(value, "BINARY")) {
      format_ = Format::binary;
    } else if (!same_word(value, "TEXT")) {
      lost();
    }
  } else if (!value.empty()) {
    if (want_ == Want::delimiter) delimiter_ = value[0];
    if (want_ == Want::quote) quote_ = value[0];
    if (want_ == Want::escape) escape_ = value[0];
  }
  want_ = Want::nothing;
}

void CopyStatement::mark(char sign) noexcept {
  if (from_) return;
  if (sign == '(') listing_ = true;
  if (sign == ')') listing_ = false;
}

}  // namespace bulkhead
