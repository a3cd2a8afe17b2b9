#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "bulkhead/content.hpp"
#include "bulkhead/engine.hpp"
#include "bulkhead/field.hpp"

namespace bulkhead {

/// Bytes of a request: more than its subject shows, since literals take room and show as one character.
inline constexpr std::size_t kKeptOfRequest = 256;

/// The subject of the request last asked for: what is found in one answer has one, and polling has the same again.
class SubjectMemo {
 public:
  /// What request_subject writes of `head`.
  std::size_t of(std::string_view head, std::array<char, kMaxSubject>& out) noexcept;

 private:
  std::array<char, kKeptOfRequest> head_;
  std::size_t head_size_ = 0;
  std::array<char, kMaxSubject> subject_;
  std::size_t size_ = 0;
};

/// What a session is about when something is found in it: the method and path of an HTTP request, the shape of a
/// statement of SQL or CQL, a Redis command. Evidence, made so that it cannot carry a datum itself.
///
/// Keeps the first bytes of the request last begun as they are; `view` makes of them what may be shown: no query, no
/// literals, no part of a path or identifier that looks like a value (see subject_text.hpp). With requests sent ahead of
/// their answers it is that of the last one sent. HTTP/2 says which exchange a field belongs to: the heads of the last
/// kMostExchanges are kept, and what is found in an older one has no subject.
class SubjectKeeper {
 public:
  /// Servers of HTTP/2 allow 100 to 250 at once; few of them last.
  static constexpr std::size_t kMostExchanges = 64;

  void begin(Direction direction, const Field& field) noexcept;
  /// Whether `content` of the request direction has to be shown.
  [[nodiscard]] bool watching() const noexcept { return open_; }
  void content(Bytes bytes) noexcept;
  void end(Direction direction) noexcept;
  /// Bytes [offset, offset + length) of the open request are a datum: the part they lie in will not be shown.
  void hide(std::uint64_t offset, std::uint64_t length) noexcept;

  /// Where a finding stands.
  struct Place {
    Direction direction;
    Protocol protocol;
    Location location;
    std::uint64_t offset;
    std::uint32_t exchange = 0;
  };
  /// Writes the subject of a finding; returns its length. Of a request that the finding itself stands in, what comes
  /// before it: the rest need not have come yet.
  [[nodiscard]] std::size_t view(const Place& place, SubjectMemo& memo,
                                 std::array<char, kMaxSubject>& out) const noexcept;

 private:
  /// The first bytes of a request.
  struct Head {
    std::unique_ptr<char[]> text;  ///< as long as it has to be: sessions are many
    std::uint16_t size = 0;
    std::uint16_t capacity = 0;
    std::uint32_t exchange = 0;
    [[nodiscard]] std::string_view view() const noexcept { return {text.get(), size}; }
  };
  void keep(Bytes bytes) noexcept;
  /// Another request begins; where answers say whose they are, the last one is kept.
  void next() noexcept;
  [[nodiscard]] std::string_view head_of(std::uint32_t exchange) const noexcept;

  Head last_;
  std::vector<Head> earlier_;
  std::uint8_t oldest_ = 0;  ///< of those, once they are kMostExchanges
  std::uint32_t next_exchange_ = 0;
  Protocol protocol_ = Protocol::raw;
  Protocol next_ = Protocol::raw;  ///< of the field that is open
  bool open_ = false;
  bool fresh_ = false;  ///< nothing of the open field has come yet
};

}  // namespace bulkhead
