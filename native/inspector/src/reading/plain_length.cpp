#include "reading/plain_length.hpp"

#include "lane/cpu.hpp"
#include "reading/escape.hpp"
#include "reading/hint_tables.hpp"

namespace bulkhead::reading {

std::size_t plain_length_scalar(Bytes bytes, std::uint8_t before) noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (may_begin_escape(bytes[i]) &&
        (i + 1 == bytes.size() || is_hint(bytes[i], bytes[i + 1]) || is_hint(i == 0 ? before : bytes[i - 1], bytes[i])))
      return i;
  }
  return bytes.size();
}

std::size_t plain_length(Bytes bytes, std::uint8_t before) noexcept {
  static const bool wide = lane::cpu_has_avx512();
  return (wide ? plain_length_avx512 : plain_length_scalar)(bytes, before);
}

}  // namespace bulkhead::reading
