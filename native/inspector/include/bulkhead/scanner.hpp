#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "bulkhead/bytes.hpp"
#include "bulkhead/detection.hpp"
#include "bulkhead/program.hpp"

namespace bulkhead {

/// Bytes before a datum that may raise or lower its confidence.
inline constexpr std::size_t kContextBytes = 96;
/// Longest stretch of a datum in front of the byte that gives it away; see detect/field_view.hpp for what may follow.
inline constexpr std::size_t kMaxToken = 160;

/// Per-thread working memory of scanning (vectorscan scratch, seam buffer). Never shared between threads.
struct ScratchImpl;
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] ScratchImpl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<ScratchImpl> impl_;
};

/// Finds sensitive data in one direction of one session, field by field, streaming to the byte.
///
/// The law this class keeps: the detections of a field are a function of the field's bytes alone, whatever spans they
/// came in. A candidate is judged when the bytes that decide its end have arrived (mostly one) or the field ends;
/// nothing is judged twice.
///
/// `provisional_end` serves inline use, where a packet may not be forwarded before it is judged: it reports candidates
/// that touch the end as if the field ended here, once, without ending the field.
///
/// An idle scanner (no field bytes yet) holds no heap memory beyond itself; an active one less than 500 bytes (the
/// field's last ones) and, if the program has literals, one vectorscan stream.
class ContentScanner {
 public:
  explicit ContentScanner(std::shared_ptr<const Program> program) noexcept;
  ~ContentScanner();
  ContentScanner(ContentScanner&&) noexcept;
  ContentScanner& operator=(ContentScanner&&) noexcept;

  /// Starts a field: no context of the previous one remains. `key`, the name the field has by its protocol, is read as
  /// `"key": ` in front of it would be.
  void begin(std::string_view key = {}) noexcept;
  void scan(Bytes bytes, Scratch& scratch, DetectionSink& sink) noexcept;
  void provisional_end(Scratch& scratch, DetectionSink& sink) noexcept;
  void end(Scratch& scratch, DetectionSink& sink) noexcept;

  /// Whether anything could be found in a field of these bytes alone, at most 64: a quick look, true when in doubt.
  [[nodiscard]] bool may_find_in(Bytes whole) const noexcept;

  /// Continues under another program from the next byte on.
  void rebind(std::shared_ptr<const Program> program) noexcept;
  [[nodiscard]] std::uint64_t field_offset() const noexcept;  ///< bytes of the current field scanned so far
  [[nodiscard]] std::uint64_t decided() const noexcept;  ///< bytes of the current field about which all is said
  [[nodiscard]] const std::shared_ptr<const Program>& program() const noexcept { return program_; }
  /// Another scanner that has seen the same: it goes on by itself. Heap memory of its own, unless idle.
  [[nodiscard]] ContentScanner fork() const noexcept;
  /// The field's last bytes, zeros in front of its first; empty before the first one.
  [[nodiscard]] Bytes last_bytes() const noexcept;

 private:
  struct State;
  ContentScanner(std::shared_ptr<const Program> program, const State& state) noexcept;
  std::shared_ptr<const Program> program_;
  std::unique_ptr<State> state_;
};

}  // namespace bulkhead
