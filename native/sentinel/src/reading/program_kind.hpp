#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace bulkhead::sentinel {

/// What the kernel would make of a file that is started.
enum class ProgramKind : std::uint8_t {
  kOther,       ///< a script, or nothing that we know
  kStatic,      ///< a program that needs nothing else
  kWithLoader,  ///< a program that names its loader (PT_INTERP)
  kLoader,      ///< a shared object that names none and does not say that it is a program: a loader
};

/// Gives bytes of a file at an offset, as many as there are.
using ReadAt = std::size_t (*)(void* file, std::uint64_t offset, std::span<std::uint8_t> bytes) noexcept;

/// Looks at the headers of an ELF file (System V ABI, chapters 4 and 5) of this machine's byte order.
[[nodiscard]] ProgramKind program_kind(ReadAt read, void* file) noexcept;

}  // namespace bulkhead::sentinel
