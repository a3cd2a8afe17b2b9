#include "reading/open_flags.hpp"

#include "reading/decimal.hpp"

namespace bulkhead::sentinel {

std::optional<std::uint64_t> parse_open_flags(std::string_view text) noexcept {
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (take_until(line, '\t') == "flags:") return take_number<std::uint64_t>(line, 8);
  }
  return std::nullopt;
}

}  // namespace bulkhead::sentinel
