#include "rule/judge.hpp"

#include <algorithm>

namespace bulkhead::sentinel {
namespace {

bool any_matches(const std::vector<Glob>& globs, std::u16string_view path) noexcept {
  return std::any_of(globs.begin(), globs.end(), [path](const Glob& glob) { return glob.matches(path); });
}

bool holds(const ProcessRule& rule, const Program& program, Asker& asker) noexcept {
  if (!any_matches(rule.executables, program.path)) return false;
  if (!rule.users.empty() && std::find(rule.users.begin(), rule.users.end(), asker.user()) == rule.users.end())
    return false;
  return rule.parents.empty() || any_matches(rule.parents, asker.executable());
}

bool holds(const FileRule& rule, std::u16string_view path, Access access, Asker& asker) noexcept {
  if ((rule.access & access) == 0 || !any_matches(rule.paths, path)) return false;
  return rule.executables.empty() || any_matches(rule.executables, asker.executable());
}

/// The denial of one set of rules about programs, or nothing denied.
Decision judge_set(const ProcessRuleSet& set, Program& program, Asker& asker) noexcept {
  const Decision denial{.denied = true, .enforced = set.enforced, .policy = &set.policy};
  if (program.role != Program::Role::kLoader) {
    for (const ProcessRule& rule : set.rules) {
      if (!holds(rule, program, asker)) continue;
      if (!rule.denies) return {};
      Decision by_rule = denial;
      by_rule.rule = &rule.name;
      return by_rule;
    }
  }
  if (!set.only_from_image) return {};
  return program.role == Program::Role::kLoaderAlone || !program.from_image() ? denial : Decision{};
}

Decision judge_set(const FileRuleSet& set, std::u16string_view path, Access access, Asker& asker) noexcept {
  for (const Access one : {kRead, kWrite, kExecute}) {
    if ((access & one) == 0) continue;
    for (const FileRule& rule : set.rules) {
      if (!holds(rule, path, one, asker)) continue;
      if (!rule.denies) break;
      return {.denied = true,
              .enforced = set.enforced,
              .of_file = true,
              .access = one,
              .policy = &set.policy,
              .rule = &rule.name};
    }
  }
  return {};
}

/// The first denial that is enforced, else the first one.
template <typename Sets, typename Judge>
Decision strongest(const Sets& sets, Judge judge) noexcept {
  Decision told;
  for (const auto& set : sets) {
    if (told.denied && !set.enforced) continue;
    const Decision decision = judge(set);
    if (decision.denied && decision.enforced) return decision;
    if (decision.denied) told = decision;
  }
  return told;
}

}  // namespace

Decision judge_program(const ContainerRules& rules, Program& program, Asker& asker) noexcept {
  const Decision of_process =
      strongest(rules.process, [&](const ProcessRuleSet& set) { return judge_set(set, program, asker); });
  if (of_process.denied && of_process.enforced) return of_process;
  const Decision of_file = judge_file(rules, program.path, kExecute, asker);
  return of_process.denied && !of_file.enforced ? of_process : of_file;
}

bool speak_of_file(const ContainerRules& rules, std::u16string_view path) noexcept {
  return std::any_of(rules.file.begin(), rules.file.end(), [path](const FileRuleSet& set) {
    return std::any_of(set.rules.begin(), set.rules.end(),
                       [path](const FileRule& rule) { return any_matches(rule.paths, path); });
  });
}

Decision judge_file(const ContainerRules& rules, std::u16string_view path, Access access, Asker& asker) noexcept {
  return strongest(rules.file, [&](const FileRuleSet& set) { return judge_set(set, path, access, asker); });
}

}  // namespace bulkhead::sentinel
