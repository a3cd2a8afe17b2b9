#pragma once

#include <array>
#include <string_view>

#include "bulkhead/bytes.hpp"
#include "bulkhead/field.hpp"

namespace bulkhead {

/// How a server reads quotes, comments and parameters.
enum class SqlDialect : std::uint8_t { postgresql, mysql };

/// What a statement is made of, in order. Texts are cut at kMaxFieldKey bytes and valid during the call.
class SqlTokens {
 public:
  virtual void word(std::string_view name, bool quoted) noexcept = 0;
  /// A literal text; of PostgreSQL's dollar-quoted ones, and of those with a prefix, nothing is told.
  virtual void text(std::string_view value) noexcept = 0;
  virtual void number() noexcept = 0;
  /// `$3` is 3; a `?` is 0.
  virtual void parameter(std::uint32_t number) noexcept = 0;
  virtual void mark(char sign) noexcept = 0;
  /// Something that one server executes and another leaves out: what comes is not understood.
  virtual void lost() noexcept = 0;

 protected:
  ~SqlTokens() = default;
};

/// Takes a statement apart as its bytes come (PostgreSQL documentation, "Lexical Structure"; MySQL reference manual,
/// "Language Structure"). One pass and a fixed amount of memory, whatever the statement.
class SqlLexer {
 public:
  SqlLexer(SqlDialect dialect, SqlTokens& tokens) noexcept : tokens_(tokens), dialect_(dialect) {}

  void begin() noexcept;
  void take(Bytes bytes) noexcept;
  /// The statement is over.
  void finish() noexcept { take_byte(0); }

 private:
  enum class In : std::uint8_t {
    between, word, number, text, text_quote, text_escape, name, name_quote, minus, minus_minus, slash, line_comment,
    comment, comment_star, comment_slash, dollar, parameter, dollar_tag, dollar_text, dollar_end,
  };

  [[nodiscard]] bool mysql() const noexcept { return dialect_ == SqlDialect::mysql; }
  void take_byte(std::uint8_t c) noexcept;
  void between(std::uint8_t c) noexcept;
  void again(std::uint8_t c) noexcept {
    in_ = In::between;
    between(c);
  }
  void keep(std::uint8_t c) noexcept {
    if (size_ < kept_.size()) kept_[size_++] = static_cast<char>(c);
  }
  [[nodiscard]] std::string_view kept() const noexcept { return {kept_.data(), size_}; }
  /// How many of the first bytes the current state only passes over.
  [[nodiscard]] std::size_t passed_over(Bytes bytes) const noexcept;

  SqlTokens& tokens_;
  std::array<char, kMaxFieldKey> kept_{};
  std::uint32_t number_ = 0;
  std::uint32_t depth_ = 0;  ///< of comments in comments
  SqlDialect dialect_;
  In in_ = In::between;
  std::uint8_t size_ = 0;
  std::uint8_t matched_ = 0;  ///< of the tag that ends a dollar-quoted text
  std::uint8_t quote_ = 0;
  bool escapes_ = false;   ///< a backslash takes the next byte of this text
  bool prefixed_ = false;  ///< a word ended at the quote that begins this text
  bool first_in_comment_ = false;
};

}  // namespace bulkhead
