#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bulkhead/detection.hpp"
#include "bulkhead/program.hpp"

struct hs_database;
struct hs_scratch;

namespace bulkhead::lane {

/// One thing vectorscan looks for, and what its matches must satisfy beside.
struct CustomRule {
  DetectorIndex detector = 0;
  std::uint32_t length = 0;  ///< of a literal's match, or the most a pattern's can have
  std::uint32_t term = 0;    ///< number in its dictionary
  bool whole_words = false;
  Confidence confidence = Confidence::high;
  const PatternSpec* pattern = nullptr;  ///< null for literals and terms
};

/// What users define to be found by vectorscan: literals and dictionaries in one database, patterns in another, since
/// vectorscan is far quicker with literals alone. Immutable and shared between threads.
class CustomSet {
 public:
  CustomSet() noexcept = default;
  ~CustomSet();
  CustomSet(const CustomSet&) = delete;
  CustomSet& operator=(const CustomSet&) = delete;

  /// Compiles what `spec` defines; `spec` must outlive the set. The first detector has the number `first`. `message`
  /// says what was refused. A spec without such definitions needs no database.
  ProgramError compile(const ProgramSpec& spec, DetectorIndex first, std::string& message);
  [[nodiscard]] bool empty() const noexcept { return literals_ == nullptr && patterns_ == nullptr; }

 private:
  friend class CustomStream;
  friend class CustomScratch;
  ProgramError compile_literals(const ProgramSpec& spec, DetectorIndex first, std::string& message);
  ProgramError compile_patterns(const ProgramSpec& spec, DetectorIndex first, std::string& message);

  hs_database* literals_ = nullptr;
  hs_database* patterns_ = nullptr;
  std::vector<CustomRule> literal_rules_;  ///< by vectorscan's id
  std::vector<CustomRule> pattern_rules_;
};

/// One thread's working memory for any number of sets.
class CustomScratch {
 public:
  CustomScratch() noexcept = default;
  ~CustomScratch();
  CustomScratch(const CustomScratch&) = delete;
  CustomScratch& operator=(const CustomScratch&) = delete;

 private:
  friend class CustomStream;
  bool fit(const CustomSet& set, std::uint64_t generation) noexcept;
  hs_scratch* scratch_ = nullptr;
  std::uint64_t generation_ = 0;
};

}  // namespace bulkhead::lane
