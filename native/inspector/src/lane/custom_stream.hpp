#pragma once

#include <cstdint>
#include <vector>

#include "bulkhead/bytes.hpp"
#include "lane/custom_set.hpp"
#include "lane/event_judge.hpp"

struct hs_stream;

namespace bulkhead::lane {

/// What a stream is given beside the new bytes: those in front of them, of the field or in place of its key.
struct CustomInput {
  const CustomSet& set;
  std::uint64_t generation;  ///< names the program: scratch is fitted to each once
  CustomScratch& scratch;
  const std::uint8_t* before;  ///< ends at the new bytes; kLookBack of them are readable
  Bytes bytes;
  std::uint64_t field_offset;  ///< of bytes[0]
};

/// The search for a user's own detectors through one field. Opened at the first byte, so a program without such
/// detectors never pays for it.
///
/// A match waits while bytes that have not come may still refuse it (the byte after a whole word) or make it longer (a
/// pattern's repeats): its detection is a function of the field's bytes alone.
///
/// Bytes for which there was no memory to search them are told as such; the next ones are tried again.
class CustomStream {
 public:
  CustomStream() noexcept = default;
  ~CustomStream() { close(); }
  /// Goes on as `other` would.
  explicit CustomStream(const CustomStream& other) noexcept;
  CustomStream& operator=(const CustomStream&) = delete;

  void scan(const CustomInput& input, DetectionSink& sink) noexcept;
  /// Reports what waits as if the field ended here, once, without ending it. `input.bytes` is empty.
  void provisional_end(const CustomInput& input, DetectionSink& sink) noexcept;
  void end(const CustomInput& input, DetectionSink& sink) noexcept;
  [[nodiscard]] bool waits() const noexcept { return !ends_.empty() || !open_.empty(); }
  /// Before another field, or another set.
  void close() noexcept;

 private:
  struct Match {
    const CustomRule* rule;
    std::uint64_t from, to;
  };
  class Run;
  /// Opens what is not open; false without memory.
  bool open(const CustomInput& input) noexcept;

  hs_stream* literals_ = nullptr;
  hs_stream* patterns_ = nullptr;
  std::uint64_t opened_at_ = 0;  // field offset: a new program opens its streams in the middle of a field
  std::vector<Match> ends_;      // end with the last byte seen, and ask for what follows: one a length at most
  std::vector<Match> open_;      // of patterns, which may still grow: one a pattern at most
  Reported reported_;
  bool lost_ = false;  ///< could not be copied: begins anew
};

}  // namespace bulkhead::lane
