#pragma once

#include "protocol/bound_columns.hpp"

namespace bulkhead {

/// What `COPY t (a, b) FROM STDIN …` says of the data that follow it (PostgreSQL documentation, "COPY").
class CopyStatement {
 public:
  enum class Format : std::uint8_t { text, csv, binary };

  void begin() noexcept;
  /// A word behind COPY, in lower or upper case; quoted ones are names.
  void word(std::string_view word, bool quoted) noexcept;
  void text(std::string_view value) noexcept;
  void mark(char sign) noexcept;
  void lost() noexcept { understood_ = false; }

  /// Whether data come in, and in which columns.
  [[nodiscard]] bool known() const noexcept { return understood_ && stdin_ && listed_ > 0; }
  [[nodiscard]] Format format() const noexcept { return format_; }
  [[nodiscard]] char delimiter() const noexcept {
    return delimiter_ != 0 ? delimiter_ : format_ == Format::csv ? ',' : '\t';
  }
  [[nodiscard]] char quote() const noexcept { return quote_; }
  [[nodiscard]] char escape() const noexcept { return escape_ != 0 ? escape_ : quote_; }
  [[nodiscard]] std::uint32_t count() const noexcept { return listed_; }
  [[nodiscard]] std::string_view column(std::uint32_t i) const noexcept { return columns_.name(i); }

 private:
  enum class Want : std::uint8_t { nothing, delimiter, quote, escape, format, other };

  BoundColumns columns_;
  std::uint32_t listed_ = 0;
  Want want_ = Want::nothing;
  Format format_ = Format::text;
  char delimiter_ = 0, quote_ = '"', escape_ = 0;
  bool listing_ = false, from_ = false, stdin_ = false, understood_ = true;
};

}  // namespace bulkhead
