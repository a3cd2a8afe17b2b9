#include "rule/rules.hpp"

#include <algorithm>

namespace bulkhead::sentinel {
namespace {

bool any_access(const std::vector<FileRuleSet>& sets, Access access) noexcept {
  return std::any_of(sets.begin(), sets.end(), [access](const FileRuleSet& set) {
    return std::any_of(set.rules.begin(), set.rules.end(),
                       [access](const FileRule& rule) { return (rule.access & access) != 0; });
  });
}

}  // namespace

bool ContainerRules::ask_of_programs() const noexcept {
  const bool any_rule = std::any_of(process.begin(), process.end(), [](const ProcessRuleSet& set) {
    return set.only_from_image || !set.rules.empty();
  });
  return any_rule || any_access(file, kExecute);
}

bool ContainerRules::ask_of_files() const noexcept { return any_access(file, kRead | kWrite); }

bool ContainerRules::speak_of_all_files() const noexcept {
  return ask_of_files() && std::any_of(file.begin(), file.end(), [](const FileRuleSet& set) {
           return std::any_of(set.rules.begin(), set.rules.end(), [](const FileRule& rule) {
             return std::any_of(rule.paths.begin(), rule.paths.end(), [](const Glob& path) { return path.is_any(); });
           });
         });
}

bool ContainerRules::only_learn() const noexcept {
  return (learn_programs || learn_files) && !ask_of_programs() && !ask_of_files();
}

bool ContainerRules::need_image() const noexcept {
  return std::any_of(process.begin(), process.end(), [](const ProcessRuleSet& set) { return set.only_from_image; });
}

}  // namespace bulkhead::sentinel
