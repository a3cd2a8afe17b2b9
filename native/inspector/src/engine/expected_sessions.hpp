#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "bulkhead/announcement.hpp"
#include "bulkhead/engine.hpp"
#include "bulkhead/field.hpp"

namespace bulkhead {

/// Sessions that others have announced: the data connections of FTP. Bounded: a control connection announces one at a
/// time, the oldest gives way, and none is waited for longer than a minute.
class ExpectedSessions {
 public:
  /// Control connections between their announcement and the connection that follows at once. Looked through for each
  /// new session while there is any.
  static constexpr std::size_t kMost = 256;
  static constexpr std::uint64_t kLifetimeNs = 60'000'000'000ULL;

  struct Name {
    std::array<char, kMaxFieldKey> text{};
    std::uint8_t size = 0;
    [[nodiscard]] std::string_view view() const noexcept { return {text.data(), size}; }
  };

  void announce(const SessionView& control, const Announcement& announced, std::uint64_t now_ns) noexcept;
  /// The name of what `session` carries, if it was announced. It is expected no more.
  std::optional<Name> take(const SessionView& session, std::uint64_t now_ns) noexcept;

 private:
  struct Expected {
    std::uint64_t control = 0;  ///< the session that announced it; 0: none
    std::uint64_t until_ns = 0;
    std::uint32_t tenant = 0;
    std::uint16_t port = 0;
    /// As announced, and that of the control connection: behind address translation clients use the latter.
    Address address, other;
    Address from;  ///< the other side of the control connection, which alone will connect
    Name name;
  };
  std::array<Expected, kMost> expected_;
  std::size_t count_ = 0, next_ = 0;
};

}  // namespace bulkhead
