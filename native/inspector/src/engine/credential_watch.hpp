#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "bulkhead/content.hpp"
#include "bulkhead/detection.hpp"
#include "bulkhead/field.hpp"

namespace bulkhead {

/// Finds the credentials of one session by their place in its protocol: fields with a role, and the lines of an HTTP
/// head that log in or carry cookies. Judges are those of detect/credential.
///
/// A value is judged when its field or line ends, so findings do not depend on how the bytes were cut. At
/// `provisional_end`, inline, what there is of an open value is judged too, since the packet is about to be forwarded;
/// it is told again only when it has grown.
///
/// Holds nothing for fields without a role but the place in an HTTP head; an open value takes some 600 bytes until it
/// ends, a user name 64 for the session.
class CredentialWatch {
 public:
  CredentialWatch() noexcept;
  ~CredentialWatch();

  void begin(Direction direction, const Field& field) noexcept;
  /// Whether `content` of this direction's field has to be shown.
  [[nodiscard]] bool watching(Direction direction) const noexcept {
    return sides_[index_of(direction)].mode != Mode::off;
  }
  void content(Direction direction, Bytes bytes, DetectionSink& sink) noexcept;
  void provisional_end(Direction direction, DetectionSink& sink) noexcept;
  void end(Direction direction, DetectionSink& sink) noexcept;

 private:
  enum class Mode : std::uint8_t {
    off,
    user,    ///< the field is the name given to log in
    login,   ///< the field is the proof
    header,  ///< the field is the value of a header, its name being the field's key
    line_start, name, skip, value  ///< within an HTTP head
  };
  struct Open;
  struct UserName;
  struct Side {
    Mode mode = Mode::off;
    Protocol protocol = Protocol::raw;
    std::uint8_t header = 0;      ///< in a head: which header's value is open
    std::uint8_t candidates = 0;  ///< in a name: headers that it may still be
    std::uint8_t position = 0;
    bool base64 = false;
    std::uint64_t offset = 0;     ///< bytes of the head so far
    std::unique_ptr<Open> open;
  };

  void head(Side& side, Bytes bytes, DetectionSink& sink) noexcept;
  void name(Side& side, std::uint8_t byte) noexcept;
  void open(Side& side, std::uint64_t offset) noexcept;
  void take(Side& side, Bytes bytes, DetectionSink& sink) noexcept;
  /// Judges the open value as far as it is there.
  void judge(Side& side, DetectionSink& sink, bool provisional = false) noexcept;
  void learn_user(Side& side) noexcept;

  std::array<Side, 2> sides_;
  std::unique_ptr<UserName> user_;
};

}  // namespace bulkhead
