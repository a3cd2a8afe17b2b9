#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "protocol/conversation.hpp"

namespace bulkhead::fuzz {

/// What a decoder said, with the content of a field joined, and a trap for calls out of order.
class Record final : public ContentSink {
 public:
  void begin(Direction direction, const Field& field) noexcept override {
    if (open_[index_of(direction)]) std::abort();
    open_[index_of(direction)] = true;
    add(direction, std::string("\nbegin ") + std::to_string(static_cast<int>(field.protocol)) + ' ' +
                       std::to_string(static_cast<int>(field.location)) + ' ' +
                       std::to_string(static_cast<int>(field.role)) + ' ' + std::string(field.key) + ' ');
  }
  void content(Direction direction, Bytes bytes, Origin) noexcept override {
    if (!open_[index_of(direction)] || bytes.empty()) std::abort();
    text_[index_of(direction)].append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void end(Direction direction) noexcept override {
    if (!open_[index_of(direction)]) std::abort();
    open_[index_of(direction)] = false;
    add(direction, "\nend");
  }
  void not_inspected(Direction direction, Exception reason, std::uint64_t bytes) noexcept override {
    add(direction, "\nnot " + std::to_string(static_cast<int>(reason)) + ' ' + std::to_string(bytes));
  }
  friend bool operator==(const Record& a, const Record& b) { return a.text_ == b.text_; }

  /// Says on stderr where the two part, with what comes there in each.
  static void print_parting(const Record& whole, const Record& cut) {
    for (std::size_t i = 0; i < whole.text_.size(); ++i) {
      const std::string& one = whole.text_[i];
      const std::string& other = cut.text_[i];
      const auto at = static_cast<std::size_t>(
          std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first - one.begin());
      if (at == one.size() && at == other.size()) continue;
      std::fprintf(stderr, "direction %zu, from byte %zu on\n in one piece: %s\n cut: %s\n", i, at,
                   around(one, at).c_str(), around(other, at).c_str());
    }
  }

 private:
  /// What stands around a byte, printable.
  static std::string around(const std::string& text, std::size_t at) {
    constexpr std::size_t kShown = 64;
    std::string shown;
    for (std::size_t i = at < kShown ? 0 : at - kShown; i < text.size() && i < at + kShown; ++i) {
      char escaped[5];
      const auto byte = static_cast<unsigned char>(text[i]);
      std::snprintf(escaped, sizeof escaped, byte >= ' ' && byte < 0x7f ? "%c" : "\\x%02x", byte);
      shown += escaped;
    }
    return shown + (at + kShown < text.size() ? "..." : " (end)");
  }
  void add(Direction direction, const std::string& text) { text_[index_of(direction)] += text; }
  std::array<bool, 2> open_{};
  std::array<std::string, 2> text_;
};

/// Calls `use` with pieces of `bytes`, each in memory of its own so that reading past one is caught.
/// `cut` 0: in one piece; 1: byte by byte; else at places that depend on it.
template <typename Use>
void in_pieces(Bytes bytes, std::uint32_t cut, Use use) {
  std::uint32_t state = cut;
  while (!bytes.empty()) {
    state = state * 1664525U + 1013904223U;
    const std::size_t wanted = cut == 0 ? bytes.size() : cut == 1 ? 1 : 1 + (state >> 16) % 23;
    const std::size_t size = wanted < bytes.size() ? wanted : bytes.size();
    const auto piece = std::make_unique<std::uint8_t[]>(size);
    std::memcpy(piece.get(), bytes.data(), size);
    use(Bytes(piece.get(), size));
    bytes = bytes.subspan(size);
  }
}

/// Runs `play(cut, record)` in one piece, byte by byte and cut at random, and insists on the same record.
template <typename Play>
void compare(std::uint32_t seed, Play play) {
  Record whole;
  play(0, whole);
  for (const std::uint32_t cut : {std::uint32_t{1}, seed | 2}) {
    Record other;
    play(cut, other);
    if (other == whole) continue;
    Record::print_parting(whole, other);
    std::abort();
  }
}

inline std::uint32_t take_seed(Bytes& input) noexcept {
  std::uint32_t seed = 0;
  const std::size_t size = input.size() < sizeof seed ? input.size() : sizeof seed;
  std::memcpy(&seed, input.data(), size);
  input = input.subspan(size);
  return seed;
}

}  // namespace bulkhead::fuzz
