#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bulkhead/detection.hpp"
#include "bulkhead/exact_data.hpp"
#include "bulkhead/packet.hpp"

namespace bulkhead {

/// What a sensor does with traffic. Ordered from most to least permissive; the strictest of a packet wins.
/// `capture` reports, and asks for the session's packets.
enum class Verdict : std::uint8_t { allow, alert, capture, mask, block };

enum class DirectionScope : std::uint8_t { request, response, both };

/// From `first` to `last`, both included.
struct AddressRange {
  Address first, last;
};

/// Sessions that somebody in `clients` opened to somebody in `servers`; no range stands for anybody.
struct SensorScope {
  std::vector<AddressRange> clients = {}, servers = {};
};

struct SensorSpec {
  std::string name;
  std::vector<std::string> detectors;  ///< ids of built-in detectors or of the program's own
  Confidence min_confidence = Confidence::medium;
  std::uint32_t threshold = 1;         ///< distinct values in one session before the sensor acts
  Verdict action = Verdict::alert;
  DirectionScope direction = DirectionScope::both;
  /// Not 0: the threshold counts what all sessions of a client showed within so many seconds.
  std::uint32_t window_s = 0;
  /// Sessions that the sensor concerns, by any of these; all of them where there is none.
  std::vector<SensorScope> scopes = {};
};

/// A detector the user defines by a literal byte string. Found wherever it stands, confidence high.
struct LiteralSpec {
  std::string id;
  std::string bytes;
  bool case_insensitive = false;
};

/// How a finding of a user's detector shows its datum: letters and digits kept at each end, the rest as stars. Never
/// more than half of them are kept.
struct MaskRule {
  std::uint8_t keep_first = 0;
  std::uint8_t keep_last = 0;
};

/// A detector the user defines by words and phrases. Each term is a distinct value.
struct DictionarySpec {
  std::string id;
  std::vector<std::string> terms;
  bool case_insensitive = true;  ///< ASCII letters
  bool whole_words = true;       ///< no letter, digit or underscore beside it
  Confidence confidence = Confidence::high;
};

/// A check that a pattern's match must pass, on its letters and digits; see detect/value_check.hpp.
enum class ValueCheck : std::uint8_t { none, luhn, mod97, mod11, verhoeff, entropy };

/// A detector the user defines by a regular expression, as far as it can be matched while bytes stream by. Among
/// overlapping matches the leftmost counts, and of those the longest.
struct PatternSpec {
  std::string id;
  std::string expression;
  bool case_insensitive = false;
  bool whole_words = true;
  ValueCheck check = ValueCheck::none;
  std::vector<std::string> context = {};  ///< words; without one of them in the 96 bytes before, confidence is low
  Confidence confidence = Confidence::high;
  MaskRule mask = {};
};

/// A detector the user defines by a set of hashed values. A value that stands within 512 bytes of another column's value
/// of its row, or that is of a set with one column, has high confidence, any other `alone`.
struct ExactDataSpec {
  std::string id;
  std::shared_ptr<const ExactDataSet> set;
  Confidence alone = Confidence::medium;
};

/// What is looked for. Detectors are numbered in this order, after the built-in ones.
struct ProgramSpec {
  std::vector<SensorSpec> sensors;
  std::vector<LiteralSpec> literals;
  std::vector<DictionarySpec> dictionaries = {};
  std::vector<PatternSpec> patterns = {};
  std::vector<ExactDataSpec> exact_data = {};
};

inline constexpr std::size_t kMaxSensors = 64;
/// Of all scopes of a sensor. Looked through once a session.
inline constexpr std::size_t kMaxRanges = 8'192;
inline constexpr std::size_t kMaxLiterals = 4096;
inline constexpr std::size_t kMaxLiteralBytes = 256;
inline constexpr std::size_t kMaxDictionaries = 256;
/// Of all dictionaries. Compiling this many takes seconds; more values than this are for exact data match.
inline constexpr std::size_t kMaxTerms = 20'000;
/// A term and the context in front of it must fit what a scanner keeps of its field.
inline constexpr std::size_t kMaxTermBytes = 128;
inline constexpr std::size_t kMaxPatterns = 256;
inline constexpr std::size_t kMaxPatternLength = 512;
inline constexpr std::size_t kMaxPatternMatch = 128;  ///< bytes; the reason is that of kMaxTermBytes
inline constexpr std::size_t kMaxExactSets = 8;  ///< a field being read pays about a kilobyte for each
inline constexpr std::size_t kMaxContextWords = 32;
inline constexpr std::size_t kMaxContextWordBytes = 32;

enum class ProgramError : std::uint8_t {
  none,
  unknown_detector,
  duplicate_id,
  too_many,
  literal_size,
  literal_lane,  ///< vectorscan refused the set
  term_size,
  unsafe_pattern,  ///< cannot be matched in a stream, or not at a fair speed
};

struct ProgramImpl;

/// A compiled sensor set: immutable, shared between threads, swapped as a whole.
class Program {
 public:
  /// On failure returns null and sets `error` and a `message` that names the offending value.
  static std::shared_ptr<const Program> compile(const ProgramSpec& spec, ProgramError& error, std::string& message);
  ~Program();

  [[nodiscard]] const ProgramSpec& spec() const noexcept;
  [[nodiscard]] const std::string& detector_id(DetectorIndex index) const noexcept;
  [[nodiscard]] const ProgramImpl& impl() const noexcept { return *impl_; }

 private:
  explicit Program(std::unique_ptr<ProgramImpl> impl);
  std::unique_ptr<ProgramImpl> impl_;
};

}  // namespace bulkhead
