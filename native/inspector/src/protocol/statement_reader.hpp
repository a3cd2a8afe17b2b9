#pragma once

#include "protocol/copy_statement.hpp"
#include "protocol/input.hpp"
#include "protocol/statement_columns.hpp"

namespace bulkhead {

/// Reads along with statements as their bytes come: which columns parameters belong to, what COPY says of the data that
/// follow, and whether the server is told to forget statements. What is read is a function of the bytes, however they are
/// cut. Bounded in memory and linear.
class StatementReader final : public Listener, private SqlTokens {
 public:
  explicit StatementReader(SqlDialect dialect) noexcept : lexer_(dialect, *this), columns_(dialect) {}

  /// `no`: only what COPY and the forgetting of statements say is wanted, as where nothing can be bound.
  enum class Whole : bool { no, yes };
  void begin(Whole whole) noexcept;
  void hear(Bytes bytes) noexcept override;
  /// Part of the statement never came: nothing is known of it.
  void miss() noexcept override { lost(); }
  /// The statement is over.
  void finish() noexcept;

  /// After the end of the statement; empty when it is not understood.
  [[nodiscard]] BoundColumns& columns() noexcept { return columns_.bound(); }
  /// The columns of `COPY t (a, b) FROM STDIN`.
  [[nodiscard]] CopyStatement& copy() noexcept { return copy_; }
  /// Whether it is one that makes the server forget statements: DEALLOCATE, DISCARD.
  [[nodiscard]] bool forgets() const noexcept { return forgets_; }

 private:
  void word(std::string_view word, bool quoted) noexcept override;
  void text(std::string_view value) noexcept override;
  void number() noexcept override;
  void parameter(std::uint32_t number) noexcept override;
  void mark(char sign) noexcept override;
  void lost() noexcept override;
  /// Nothing that comes can tell more: neither bytes nor what is left of those that came are looked at.
  [[nodiscard]] bool is_done() const noexcept { return idle_ || columns_.is_done(); }

  SqlLexer lexer_;
  StatementColumns columns_;
  CopyStatement copy_;
  bool whole_ = true;
  bool first_ = true;  ///< the next word is a statement's first
  bool idle_ = false, copying_ = false, forgets_ = false;
};

}  // namespace bulkhead
