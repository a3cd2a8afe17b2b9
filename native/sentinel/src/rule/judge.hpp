#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rule/rules.hpp"

namespace bulkhead::sentinel {

/// Who asks. Told when a rule wants to know, since each answer costs a look at the process.
class Asker {
 public:
  /// Path of the program that asks; that of a new program is asked for by the one that starts it.
  [[nodiscard]] virtual std::u16string_view executable() noexcept = 0;
  [[nodiscard]] virtual std::uint32_t user() noexcept = 0;

 protected:
  ~Asker() = default;
};

/// What is started.
class Program {
 public:
  enum class Role : std::uint8_t {
    kProgram,
    /// The loader that a program names, opened by the kernel as part of the program's start.
    kLoader,
    /// A loader that is run as a program: what it goes on to load is not asked about.
    kLoaderAlone,
  };

  std::u16string_view path;
  Role role = Role::kProgram;

  /// Whether it lies in a layer of the image, unchanged.
  [[nodiscard]] virtual bool from_image() noexcept = 0;

 protected:
  ~Program() = default;
};

/// What is said about a question. Its texts belong to the rules.
struct Decision {
  bool denied = false;
  bool enforced = false;
  bool of_file = false;
  Access access = 0;  ///< of a file: what was denied
  const std::string* policy = nullptr;
  const std::string* rule = nullptr;  ///< none: not from the image
};

/// Each rule set speaks for itself, by its first rule that holds. A denial of a set that is enforced goes before all others.
[[nodiscard]] Decision judge_program(const ContainerRules& rules, Program& program, Asker& asker) noexcept;

/// Whether any rule about files speaks of this one, whoever asks and however.
[[nodiscard]] bool speak_of_file(const ContainerRules& rules, std::u16string_view path) noexcept;

/// The same as for programs. Each way to use it is judged by itself; one that is denied denies the whole.
[[nodiscard]] Decision judge_file(const ContainerRules& rules, std::u16string_view path, Access access,
                                  Asker& asker) noexcept;

}  // namespace bulkhead::sentinel
