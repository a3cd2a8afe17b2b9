#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "detect/identity/validators.hpp"

namespace bulkhead::detect::identity {

/// How much satisfying a rule proves. `shape`: nothing, only a word that names this very number counts. `weak`: about
/// one random number in ten passes. `checked`: at most one in forty. `distinctive`: so few that no word is needed.
enum class Proof : std::uint8_t { shape, weak, checked, distinctive };

/// How a number is written: `d` a digit, `L` a capital letter, `X` either, `K` a digit or the letter K or A, `Z` one of
/// X, Y, Z; anything else stands for itself. `stands_alone`: written like this it needs no word beside it.
struct Pattern {
  std::string_view text;
  bool stands_alone = false;
};

struct Rule {
  Proof proof;
  Validator valid;
  std::array<Pattern, 5> patterns;
};

inline constexpr std::size_t kRuleCount = 79;
/// By detector, from the first identity detector on (see BuiltIn).
extern const std::array<Rule, kRuleCount> kRules;

}  // namespace bulkhead::detect::identity
