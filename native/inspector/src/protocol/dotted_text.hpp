#pragma once

#include <algorithm>

#include "protocol/input.hpp"

namespace bulkhead {

/// Text that ends with a line of one dot, a dot in front of another having been doubled (RFC 5321 4.5.2, RFC 1939 3).
/// A bare LF ends a line too: receivers differ about it, and what comes behind such a dot is looked into either way.
class DottedText final : public PartConsumer {
 public:
  explicit DottedText(Consumer& inner) noexcept : inner_(inner) {}
  void begin() noexcept { state_ = State::line_start; }
  Taken take_part(Bytes bytes, Origin origin, const Outlet& out) noexcept override {
    std::size_t at = 0, from = 0;
    const auto flush = [&](std::size_t to) noexcept {
      if (to > from) inner_.take(bytes.subspan(from, to - from), origin, out);
    };
    while (at < bytes.size()) {
      const std::uint8_t byte = bytes[at];
      switch (state_) {
        case State::line_start:
          if (byte == '.') {
            flush(at);
            from = at + 1;
            state_ = State::dot;
            ++at;
            continue;
          }
          state_ = State::line;
          continue;
        case State::dot:
          if (byte == '\n') return {at + 1, true};
          if (byte == '\r') {
            from = at + 1;
            state_ = State::dot_return;
            ++at;
            continue;
          }
          state_ = State::line;
          continue;
        case State::dot_return: {
          if (byte == '\n') return {at + 1, true};
          constexpr std::uint8_t kReturn[] = {'\r'};
          inner_.take(kReturn, Origin::decoded, out);
          state_ = State::line;
          continue;
        }
        case State::line: {
          const auto rest = bytes.subspan(at);
          const auto newline = std::find(rest.begin(), rest.end(), '\n');
          at += static_cast<std::size_t>(newline - rest.begin());
          if (newline == rest.end()) continue;
          ++at;
          state_ = State::line_start;
          continue;
        }
      }
    }
    flush(at);
    return {bytes.size(), false};
  }

 private:
  enum class State : std::uint8_t { line_start, dot, dot_return, line };
  Consumer& inner_;
  State state_ = State::line_start;
};

}  // namespace bulkhead
