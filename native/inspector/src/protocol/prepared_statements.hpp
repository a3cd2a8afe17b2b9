#pragma once

#include "protocol/bound_columns.hpp"

namespace bulkhead {

/// The statements a session has prepared, by the names or numbers it gave them; beyond the bounds the oldest are
/// forgotten, and what is bound to them has no columns.
class PreparedStatements {
 public:
  static constexpr std::size_t kMost = 128;
  static constexpr std::size_t kBytes = 24 * 1024;
  static constexpr std::size_t kLongestName = 63;

  struct Statement {
    std::string name;
    BoundColumns columns;
    std::string types;            ///< of the parameters, as the protocol writes them; empty: not known
    std::uint16_t parameters = 0;
  };

  /// A name that is given twice with other columns is known to nobody: which of the two the server kept is not told.
  void put(std::string_view name, BoundColumns columns, std::string_view types, std::uint16_t parameters) noexcept;
  /// Instead of what there was by this name.
  void replace(std::string_view name, BoundColumns columns, std::string_view types, std::uint16_t parameters) noexcept;
  void remove(std::string_view name) noexcept;
  void clear() noexcept;
  /// nullptr when it is not known. Stays where it is until a statement is put or removed.
  [[nodiscard]] Statement* find(std::string_view name) noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  std::vector<Statement> statements_;  ///< oldest first
};

}  // namespace bulkhead
