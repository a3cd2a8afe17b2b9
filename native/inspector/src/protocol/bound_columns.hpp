#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bulkhead {

/// The columns that the parameters of one statement are written to or compared with, bounded: a parameter beyond the
/// bounds is one without a name, except in rows that repeat the first row's columns, which take no room.
class BoundColumns {
 public:
  /// Names are numbered in a byte; tables of more columns are rare, and servers stop at some thousand.
  static constexpr std::size_t kMostNames = 255;
  static constexpr std::size_t kNameBytes = 4 * 1024;
  /// Parameters that are told one by one.
  static constexpr std::size_t kMostTold = 512;

  /// A column by its place among the names; kNone is no column.
  using Id = std::uint8_t;
  static constexpr Id kNone = 0;

  void clear() noexcept;
  /// kNone when there is no room for it.
  Id id_of(std::string_view name) noexcept;
  /// Parameter `number`, counted from 0, belongs to a column. A parameter that has one keeps it.
  void tell(std::uint32_t number, Id column) noexcept;
  /// Parameters from here on may be a further row of the columns since the last row began.
  void begin_row() noexcept;
  /// No more can be told.
  [[nodiscard]] bool full() const noexcept { return told_.size() == kMostTold && (row_ == 0 || broken_); }

  /// Empty when none is known. Stays where it is until the columns change.
  [[nodiscard]] std::string_view name(std::uint32_t number) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return told_.empty(); }
  /// What it takes of memory.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return names_.capacity() + ends_.capacity() * sizeof(std::uint16_t) + told_.capacity();
  }
  void shrink() noexcept;
  friend bool operator==(const BoundColumns&, const BoundColumns&) = default;

 private:
  [[nodiscard]] std::string_view name_of(Id id) const noexcept;
  [[nodiscard]] Id repeated(std::uint32_t number) const noexcept {
    return told_[row_start_ + (number - row_start_) % row_];
  }

  std::string names_;
  std::vector<std::uint16_t> ends_;  ///< of the names
  std::vector<Id> told_;
  std::uint32_t row_start_ = 0;  ///< number of the first row's first parameter
  std::uint32_t row_ = 0;        ///< parameters of a row; 0: not known
  std::uint32_t repeats_ = 0;    ///< parameters after those told that repeat the first row
  bool in_row_ = false;
  bool broken_ = false;          ///< something else came after the rows
};

}  // namespace bulkhead
