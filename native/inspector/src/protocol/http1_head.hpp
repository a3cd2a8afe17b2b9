#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/bytes.hpp"
#include "protocol/http1_start.hpp"
#include "protocol/http1_values.hpp"

namespace bulkhead {

/// Reads one HTTP/1 head (start line and header fields) byte by byte, wherever it is cut, keeping nothing of it but
/// what frames the body.
///
/// It accepts what any client accepts: bare LF, bare CR as a line end, blanks in front of the start line or a name,
/// folded lines, junk lines, control characters inside names. Where clients disagree it reads on in the way that finds
/// more and sets `framing().doubtful`.
///
/// A line of nothing but blanks, or an empty line among bare CRs, ends the head for some clients and not for others.
/// Then the next line decides: another header line, a folded one or an empty one goes on, anything else was the body
/// already, and is handed back.
class Http1Head {
 public:
  enum class Outcome : std::uint8_t {
    need_more,
    complete,       ///< the head ends with the last byte taken
    body_was_begun  ///< so do the bytes taken, but `returned()` are the first bytes of the body
  };
  struct Result {
    Outcome outcome;
    std::size_t taken;
  };

  void reset(bool response) noexcept;
  Result feed(Bytes bytes) noexcept;
  /// The stream ends inside this head. True when bytes that were taken for a head may be the body's.
  [[nodiscard]] bool finish() noexcept { return phase_ == Phase::ahead; }

  [[nodiscard]] const Http1Framing& framing() const noexcept { return framing_; }
  [[nodiscard]] const Http1Start& start() const noexcept { return start_; }
  /// What has come of this head shows that it is none.
  [[nodiscard]] bool malformed() const noexcept { return start_.malformed || start_line_.endless(); }
  [[nodiscard]] Bytes returned() const noexcept { return {kept_.data(), kept_count_}; }

 private:
  enum class Phase : std::uint8_t {
    leading,     ///< blanks and empty lines in front of the start line
    start_line,
    line_start,
    name,
    after_name,  ///< a framing header was named; its colon is to come
    value,
    skip,        ///< the rest of a line that does not matter
    carriage,    ///< after a CR inside a line
    ahead,       ///< behind a line of blanks: head or body?
  };

  /// Shortcut for the usual line whose start is all there. Returns the bytes it took.
  std::size_t enter_line(Bytes bytes, std::size_t at) noexcept;
  Outcome step(std::uint8_t byte) noexcept;
  Outcome line_start(std::uint8_t byte) noexcept;
  Outcome ahead(std::uint8_t byte) noexcept;
  Outcome go_on() noexcept;
  void name(std::uint8_t byte) noexcept;
  void after_name(std::uint8_t byte) noexcept;
  void end_line() noexcept;
  void carriage() noexcept;
  void begin_line() noexcept;

  static constexpr std::uint8_t kKept = 64;  ///< of the line behind a line of blanks

  Http1Framing framing_;
  Http1Value value_;
  Http1StartLine start_line_;
  Http1Start start_;
  Phase phase_ = Phase::leading;
  Phase before_carriage_ = Phase::skip;
  FramingHeader header_ = FramingHeader::none;
  std::uint8_t candidates_ = 0;
  std::uint8_t position_ = 0;
  std::uint8_t kept_count_ = 0;
  bool response_ = false;
  bool blanks_ = false;       ///< the line so far is blank but not empty
  bool folded_ = false;       ///< the line so far begins with a space or a tab
  std::uint8_t carriages_ = 0;  ///< CRs at the start of the line so far
  bool colon_ = false;        ///< of the header that a folded line would continue
  std::array<std::uint8_t, kKept> kept_{};
};

}  // namespace bulkhead
