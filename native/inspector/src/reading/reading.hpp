#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "bulkhead/bytes.hpp"
#include "bulkhead/detection.hpp"
#include "bulkhead/scanner.hpp"
#include "reading/escape.hpp"
#include "reading/hints.hpp"
#include "reading/workings.hpp"

namespace bulkhead::reading {

class Escapes;
class Run;

/// Turns what is found in a decoded reading into what is told of the reading that it was decoded from.
class Decoding {
 public:
  /// `own`: found by the decoded reading itself, not in something decoded from it in turn.
  virtual void deliver(Detection detection, bool own) noexcept = 0;
  /// Whether [from, to) of the decoded reading was written as something else at all.
  [[nodiscard]] virtual bool wrote(std::uint64_t from, std::uint64_t to) const noexcept = 0;

 protected:
  ~Decoding() = default;
};

/// What a reading's own scanner found lately: a reading made from it does not tell it again.
class FoundLately {
 public:
  void add(const Detection& detection) noexcept;
  /// Whether the same datum was found, and as surely.
  [[nodiscard]] bool has(const Detection& detection) const noexcept;

 private:
  struct Entry {
    std::uint64_t from, to, fingerprint;
    DetectorIndex detector;
    Confidence confidence;
  };
  /// More data than this within a piece and what judges look ahead would be told twice.
  static constexpr std::size_t kCapacity = 64;
  std::array<Entry, kCapacity> entries_{};
  std::size_t count_ = 0;
};

/// One way to read a field: as it came, or with an encoding taken off. Each is scanned by itself; what looks encoded in
/// one is decoded into another.
///
/// The same law as ContentScanner's: what is found is a function of the field's bytes.
class Reading final : private DetectionSink {
 public:
  /// `origin`: what it is decoded from; null for the field as it came.
  Reading(Workings& workings, Decoding* origin, ContentScanner scanner, unsigned depth) noexcept;
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  void begin(std::string_view key) noexcept;
  /// Looks for encodings only where they begin at `offset` or later.
  void attend_from(std::uint64_t offset) noexcept;
  void scan(Bytes bytes) noexcept;
  void provisional_end() noexcept;
  void end() noexcept;
  void rebind(const std::shared_ptr<const Program>& program) noexcept;

  /// Hands on what was found in this reading, or in one made from it.
  void pass(const Detection& detection, bool own) noexcept;
  [[nodiscard]] const ContentScanner& scanner() const noexcept { return scanner_; }
  [[nodiscard]] const FoundLately* found() const noexcept { return found_.get(); }
  [[nodiscard]] bool has_decoding() const noexcept { return escapes_ != nullptr || run_ != nullptr; }

 private:
  /// A span of the reading, and how far it was given to the scanner and to the decodings.
  struct Span {
    Bytes bytes;
    std::uint64_t offset;  ///< of its first byte
    std::size_t fed = 0;
  };
  void detected(const Detection& detection) noexcept override;
  void not_searched(Exception reason, std::uint64_t bytes) noexcept override;
  /// Gives the scanner and the decodings the bytes up to `to`.
  void feed_to(Span& span, std::size_t to) noexcept;
  /// What may be an escape whose second byte this is.
  void look_at(Span& span, std::size_t second) noexcept;
  /// What may be an escape whose first byte this is.
  void look_from(Span& span, std::size_t first) noexcept;
  bool look_for_escape(Span& span, std::size_t at) noexcept;
  void open_escapes(Span& span, std::size_t at) noexcept;
  /// Whether the run whose sixteenth letter is at `at` begins as gzip, zstd or zlib do.
  [[nodiscard]] bool may_be_packed(const Span& span, std::size_t at) const noexcept;
  /// What may be a run, by the letter at `at`; one that is open already goes on up to `until` at the most.
  void follow_run(Span& span, std::size_t at, std::size_t until) noexcept;
  bool open_run(Span& span, std::size_t at) noexcept;
  /// The run is over: the letters behind it may begin another one.
  void close_run() noexcept;
  void run_is_over(std::uint64_t reached) noexcept;
  /// Bytes of the reading that end with span.bytes[at], as many as `room` holds if there are; in it where they are not in
  /// one piece.
  [[nodiscard]] Bytes seen_before(const Span& span, std::size_t at, MutableBytes room) const noexcept;
  /// Bytes of the reading in front of the span that are still known.
  [[nodiscard]] Bytes last_bytes(const Span& span) const noexcept;
  [[nodiscard]] std::uint8_t byte_before(const Span& span, std::size_t at) const noexcept;

  Workings& workings_;
  Decoding* origin_;
  ContentScanner scanner_;
  std::uint8_t depth_;
  std::uint64_t probe_from_ = 0;  ///< where the next probe may end
  std::uint64_t attentive_from_ = 0;
  std::uint64_t run_over_ = 0;    ///< where the last run ended: nothing in front of it is decoded again
  std::unique_ptr<FoundLately> found_;
  std::unique_ptr<Escapes> escapes_;
  std::unique_ptr<Run> run_;
};

}  // namespace bulkhead::reading
