#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bulkhead {

/// The columns of one result, bounded: a column beyond kMost, or whose name finds no room, is a column without a name.
class ColumnTable {
 public:
  static constexpr std::size_t kMost = 512;
  static constexpr std::size_t kNameBytes = 8 * 1024;

  struct Column {
    std::uint16_t at = 0;
    std::uint8_t length = 0;
    std::uint32_t type = 0;
  };

  void clear() noexcept {
    names_.clear();
    columns_.clear();
  }
  void add(std::string_view name, std::uint32_t type) noexcept {
    if (columns_.size() == kMost) return;
    if (names_.size() + name.size() > kNameBytes) name = {};
    columns_.push_back({static_cast<std::uint16_t>(names_.size()), static_cast<std::uint8_t>(name.size()), type});
    names_.append(name);
  }
  /// A field's key may be this: it stays where it is until the table is cleared.
  [[nodiscard]] std::string_view name(std::size_t i) const noexcept {
    if (i >= columns_.size()) return {};
    return std::string_view(names_).substr(columns_[i].at, columns_[i].length);
  }
  [[nodiscard]] std::uint32_t type(std::size_t i) const noexcept { return i < columns_.size() ? columns_[i].type : 0; }
  [[nodiscard]] std::size_t size() const noexcept { return columns_.size(); }

 private:
  std::string names_;
  std::vector<Column> columns_;
};

}  // namespace bulkhead
