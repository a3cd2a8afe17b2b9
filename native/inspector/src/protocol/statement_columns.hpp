#pragma once

#include <array>

#include "protocol/bound_columns.hpp"
#include "protocol/sql_lexer.hpp"

namespace bulkhead {

/// Takes the parts of a statement and tells which column each parameter is written to or compared with: by the list of
/// an INSERT, by the `=` of an UPDATE, by the comparison of a WHERE. It knows enough of SQL for what programs and their
/// libraries send, not its grammar; a parameter it cannot place has no column. Bounded in memory and linear.
class StatementColumns final {
 public:
  explicit StatementColumns(SqlDialect dialect) noexcept : dialect_(dialect) {}

  void begin() noexcept;
  void word(std::string_view word, bool quoted) noexcept;
  /// A number or a text.
  void literal() noexcept;
  /// As of SqlTokens.
  void parameter(std::uint32_t number) noexcept;
  void mark(char sign) noexcept;
  /// It cannot be understood: no parameter has a column.
  void lost() noexcept;
  void finish() noexcept;

  [[nodiscard]] BoundColumns& bound() noexcept { return columns_; }
  /// Nothing that comes can tell of a further parameter.
  [[nodiscard]] bool is_done() const noexcept { return !understood_ || columns_.full(); }

 private:
  /// Parentheses and CASEs in each other; deeper ones are not understood. ORMs stay below ten.
  static constexpr std::size_t kDeepest = 24;

  struct Name {
    std::array<char, kMaxFieldKey> text{};
    std::uint8_t size = 0;
    [[nodiscard]] std::string_view view() const noexcept { return {text.data(), size}; }
    void set(std::string_view name) noexcept;
  };
  enum class Kind : std::uint8_t {
    plain,
    names,    ///< a list of columns, as far as it has come
    rows,     ///< each parenthesis in it is a row
    row,      ///< stands for the columns of the list, one after the other
    choices,  ///< CASE
  };
  struct Frame {
    Name outer;  ///< the column that was spoken of before it
    Kind kind = Kind::plain;
    std::uint16_t place = 0;
  };
  enum class Before : std::uint8_t { nothing, name, dot, as, cast, list, other };
  enum class Waiting : std::uint8_t { no, for_comparison, for_name };

  bool keyword(std::string_view name) noexcept;
  void clause() noexcept;
  void name(std::string_view name) noexcept;
  void open() noexcept;
  void close() noexcept;
  void comma() noexcept;
  void push(Kind kind) noexcept;
  void spoil_list() noexcept;
  void settle() noexcept;
  [[nodiscard]] Frame& top() noexcept { return frames_[depth_]; }

  BoundColumns columns_;
  std::array<Frame, kDeepest + 1> frames_;
  std::array<BoundColumns::Id, BoundColumns::kMostNames> list_{};
  Name name_, before_name_, inner_name_;
  std::uint32_t next_ = 0;      ///< number of the next `?`
  std::uint32_t waiting_at_ = 0;
  std::uint16_t listed_ = 0;
  std::uint8_t depth_ = 0;
  std::uint8_t inner_at_ = 0;   ///< depth of the inner name: a function's first argument, where there is one
  std::uint8_t rows_ = 0;       ///< frames that are a row
  std::uint8_t values_at_ = 0;  ///< depth of VALUES
  SqlDialect dialect_;
  Before before_ = Before::nothing;
  Waiting waiting_ = Waiting::no;
  bool understood_ = true;
  bool first_ = true;
  bool into_ = false;           ///< a table is written to: the next list is of its columns
  bool values_ = false;         ///< each parenthesis is a row
  bool compared_list_ = false;  ///< a list of columns was followed by IN: rows, or a row of rows
  bool between_ = false;
  bool unnest_ = false;
};

}  // namespace bulkhead
