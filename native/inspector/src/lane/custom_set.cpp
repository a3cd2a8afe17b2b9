#include "lane/custom_set.hpp"

#include <hs/hs.h>

#include <cstdlib>

#include "lane/pattern_safety.hpp"

namespace bulkhead::lane {

CustomSet::~CustomSet() {
  hs_free_database(literals_);
  hs_free_database(patterns_);
}

ProgramError CustomSet::compile(const ProgramSpec& spec, DetectorIndex first, std::string& message) {
  const ProgramError error = compile_literals(spec, first, message);
  if (error != ProgramError::none) return error;
  return compile_patterns(spec, static_cast<DetectorIndex>(first + spec.literals.size() + spec.dictionaries.size()),
                          message);
}

ProgramError CustomSet::compile_literals(const ProgramSpec& spec, DetectorIndex first, std::string& message) {
  std::vector<const char*> texts;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  std::vector<std::size_t> sizes;
  const auto add = [&](const std::string& text, bool case_insensitive, CustomRule rule) {
    ids.push_back(static_cast<unsigned>(ids.size()));
    texts.push_back(text.data());
    sizes.push_back(text.size());
    flags.push_back(case_insensitive ? HS_FLAG_CASELESS : 0U);
    rule.length = static_cast<std::uint32_t>(text.size());
    literal_rules_.push_back(rule);
  };
  DetectorIndex detector = first;
  for (const LiteralSpec& literal : spec.literals) add(literal.bytes, literal.case_insensitive, {detector++});
  for (const DictionarySpec& dictionary : spec.dictionaries) {
    std::uint32_t term = 0;
    for (const std::string& text : dictionary.terms)
      add(text, dictionary.case_insensitive,
          {detector, 0, term++, dictionary.whole_words, dictionary.confidence, nullptr});
    ++detector;
  }
  if (ids.empty()) return ProgramError::none;
  hs_compile_error_t* error = nullptr;
  const hs_error_t outcome =
      hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), sizes.data(), static_cast<unsigned>(texts.size()),
                           HS_MODE_STREAM, nullptr, &literals_, &error);
  if (outcome == HS_SUCCESS) return ProgramError::none;
  message = "the literals could not be compiled";
  if (error != nullptr) {
    message += ": ";
    message += error->message;
    const auto at = static_cast<std::size_t>(error->expression);
    if (error->expression >= 0 && at < spec.literals.size()) message += " (" + spec.literals[at].id + ")";
    hs_free_compile_error(error);
  }
  return ProgramError::literal_lane;
}

ProgramError CustomSet::compile_patterns(const ProgramSpec& spec, DetectorIndex first, std::string& message) {
  if (spec.patterns.empty()) return ProgramError::none;
  std::vector<const char*> texts;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (const PatternSpec& pattern : spec.patterns) {
    if (const std::string why = why_unsafe(pattern); !why.empty()) {
      message = "pattern '" + pattern.id + "' " + why;
      return ProgramError::unsafe_pattern;
    }
    hs_expr_info_t* info = nullptr;
    hs_compile_error_t* error = nullptr;
    hs_expression_info(pattern.expression.c_str(), pattern_flags(pattern), &info, &error);  // why_unsafe saw it succeed
    CustomRule rule{static_cast<DetectorIndex>(first + ids.size())};
    rule.length = info == nullptr ? std::uint32_t{kMaxPatternMatch} : info->max_width;
    rule.whole_words = pattern.whole_words;
    rule.confidence = pattern.confidence;
    rule.pattern = &pattern;
    pattern_rules_.push_back(rule);
    std::free(info);
    hs_free_compile_error(error);
    ids.push_back(static_cast<unsigned>(ids.size()));
    texts.push_back(pattern.expression.c_str());
    flags.push_back(pattern_flags(pattern));
  }
  if (const std::string why = why_unsafe_together(spec.patterns); spec.patterns.size() > 1 && !why.empty()) {
    message = "the set of " + std::to_string(spec.patterns.size()) + " patterns " + why;
    return ProgramError::unsafe_pattern;
  }
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(texts.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()),
                       HS_MODE_STREAM | HS_MODE_SOM_HORIZON_SMALL, nullptr, &patterns_, &error) == HS_SUCCESS)
    return ProgramError::none;
  message = std::string("the patterns could not be compiled: ") + (error == nullptr ? "" : error->message);
  hs_free_compile_error(error);
  return ProgramError::unsafe_pattern;
}

CustomScratch::~CustomScratch() { hs_free_scratch(scratch_); }

bool CustomScratch::fit(const CustomSet& set, std::uint64_t generation) noexcept {
  if (generation_ == generation) return true;
  for (const hs_database* const database : {set.literals_, set.patterns_})
    if (database != nullptr && hs_alloc_scratch(database, &scratch_) != HS_SUCCESS) return false;
  generation_ = generation;
  return true;
}

}  // namespace bulkhead::lane
