#pragma once

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// Instead of a length: the value is NULL.
inline constexpr std::uint64_t kMySqlNull = UINT64_MAX;

/// How long a length-encoded integer is, told by its first byte.
inline std::size_t mysql_number_size(Bytes so_far) noexcept {
  switch (so_far[0]) {
    case 0xfc:
      return 3;
    case 0xfd:
      return 4;
    case 0xfe:
      return 9;
    default:
      return 1;
  }
}

inline std::uint64_t mysql_number(Bytes number) noexcept {
  if (number.size() == 1) return number[0] == 0xfb ? kMySqlNull : number[0];
  std::uint64_t value = 0;
  for (std::size_t i = number.size(); i > 1; --i) value = value << 8 | number[i - 1];
  return value;
}

/// How a column stands in a binary row.
enum class MySqlValue : std::uint8_t { none, whole8, whole4, text, dated, skip1, skip2, skip4, skip8 };

inline MySqlValue mysql_value(std::uint8_t type) noexcept {
  switch (type) {
    case 1:
      return MySqlValue::skip1;
    case 2: case 13:
      return MySqlValue::skip2;
    case 3: case 9:
      return MySqlValue::whole4;
    case 4:
      return MySqlValue::skip4;
    case 5:
      return MySqlValue::skip8;
    case 6:
      return MySqlValue::none;
    case 7: case 10: case 11: case 12:
      return MySqlValue::dated;
    case 8:
      return MySqlValue::whole8;
    default:
      return MySqlValue::text;
  }
}

/// Bytes of a value that is neither whole number nor text; `dated`: what stands before one of a date.
inline std::uint64_t mysql_value_size(MySqlValue value, std::uint8_t dated) noexcept {
  switch (value) {
    case MySqlValue::dated:
      return dated;
    case MySqlValue::skip1:
      return 1;
    case MySqlValue::skip2:
      return 2;
    case MySqlValue::skip4:
      return 4;
    case MySqlValue::skip8:
      return 8;
    default:
      return 0;
  }
}

}  // namespace bulkhead
