#pragma once

#include <charconv>
#include <optional>
#include <string_view>

#include "protocol/characters.hpp"
#include "protocol/protocol_table.hpp"

namespace bulkhead {

inline std::string_view text_of(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline bool same_word(std::string_view word, std::string_view upper) noexcept {
  if (word.size() != upper.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (to_lower(static_cast<std::uint8_t>(word[i])) != to_lower(static_cast<std::uint8_t>(upper[i]))) return false;
  return true;
}

/// Whether `first` begins with `wanted` in any case, or is the beginning of it.
inline Match starts_with(Bytes first, std::string_view wanted) noexcept {
  const std::string_view text = text_of(first);
  const std::size_t size = text.size() < wanted.size() ? text.size() : wanted.size();
  if (!same_word(text.substr(0, size), wanted.substr(0, size))) return Match::no;
  return text.size() < wanted.size() ? Match::maybe : Match::yes;
}

/// A plain decimal number that is all of `text`.
inline std::optional<std::uint64_t> decimal(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A copy of a name, cut at what a field's key may have.
class FieldName {
 public:
  void set(std::string_view name) noexcept {
    size_ = static_cast<std::uint8_t>(name.size() < kMaxFieldKey ? name.size() : kMaxFieldKey);
    for (std::size_t i = 0; i < size_; ++i) text_[i] = name[i];
  }
  [[nodiscard]] std::string_view view() const noexcept { return {text_, size_}; }

 private:
  char text_[kMaxFieldKey];
  std::uint8_t size_ = 0;
};

}  // namespace bulkhead
