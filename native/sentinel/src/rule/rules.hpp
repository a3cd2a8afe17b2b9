#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rule/glob.hpp"

namespace bulkhead::sentinel {

/// Ways to use a file, as bits.
using Access = std::uint8_t;
inline constexpr Access kRead = 1;
inline constexpr Access kWrite = 2;
inline constexpr Access kExecute = 4;

/// One rule about programs.
struct ProcessRule {
  std::string name;
  bool denies = false;
  std::vector<Glob> executables;
  std::vector<Glob> parents;         ///< any where there are none
  std::vector<std::uint32_t> users;  ///< any where there are none
};

struct ProcessRuleSet {
  std::string policy;
  bool enforced = false;
  /// What no rule decides is denied where it is not from the image.
  bool only_from_image = false;
  std::vector<ProcessRule> rules;
};

/// One rule about files.
struct FileRule {
  std::string name;
  bool denies = false;
  Access access = 0;
  std::vector<Glob> paths;
  std::vector<Glob> executables;  ///< any where there are none
};

struct FileRuleSet {
  std::string policy;
  bool enforced = false;
  std::vector<FileRule> rules;
};

/// What a container is held to. Never changed once it is in use: others take its place.
struct ContainerRules {
  std::vector<ProcessRuleSet> process;
  std::vector<FileRuleSet> file;
  /// Whether to count what is run.
  bool learn_programs = false;
  /// Whether to count what is written.
  bool learn_files = false;

  /// Whether anything is said about the start of programs.
  [[nodiscard]] bool ask_of_programs() const noexcept;
  /// Whether anything is said about reading or writing.
  [[nodiscard]] bool ask_of_files() const noexcept;
  /// Whether that is asked of every file there is.
  [[nodiscard]] bool speak_of_all_files() const noexcept;
  /// Whether what is run or written is counted, and nothing is said about anything: then nobody has to wait.
  [[nodiscard]] bool only_learn() const noexcept;
  [[nodiscard]] bool need_image() const noexcept;
};

}  // namespace bulkhead::sentinel
