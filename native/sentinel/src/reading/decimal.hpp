#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace bulkhead::sentinel {

/// Takes a number from the front of a text; nothing, and the text as it was, where there is none or it does not fit.
template <typename Number>
std::optional<Number> take_number(std::string_view& text, int base = 10) noexcept {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// Takes what stands before the separator, and the separator; the whole text where there is none.
inline std::string_view take_until(std::string_view& text, char separator) noexcept {
  const std::size_t at = text.find(separator);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

}  // namespace bulkhead::sentinel
