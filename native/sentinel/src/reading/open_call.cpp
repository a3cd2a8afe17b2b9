#include "reading/open_call.hpp"

#include <fcntl.h>
#include <sys/syscall.h>

#include <array>
#include <cstddef>

#include "reading/decimal.hpp"

namespace bulkhead::sentinel {
namespace {

/// A call that opens, and which of its parameters has the flags.
struct Opening {
  std::uint64_t number;
  std::size_t flags;
};

constexpr std::size_t kStartsProgram = 100;  ///< opens a program
constexpr std::size_t kCreates = 101;       ///< opens for writing, without flags

// Numbers of 32-bit programs that are also numbers of 64-bit ones are left out unless the latter never open anything: a
// thread that waits for an open is in a call that opens.
#if defined(__x86_64__)
constexpr std::array kOpenings = {
    Opening{SYS_open, 1},      Opening{SYS_openat, 2},      Opening{SYS_open_by_handle_at, 2}, Opening{SYS_creat, kCreates},
    Opening{SYS_execve, kStartsProgram}, Opening{SYS_execveat, kStartsProgram},
    Opening{5, 1},             Opening{295, 2},             Opening{342, 2},  // i386: open, openat, open_by_handle_at
    Opening{8, kCreates},      Opening{11, kStartsProgram},        Opening{358, kStartsProgram},  // i386: creat, execve, execveat
    Opening{0x40000000 + SYS_open, 1},   // x32
    Opening{0x40000000 + SYS_openat, 2},
    Opening{0x40000000 + 520, kStartsProgram},
    Opening{0x40000000 + 545, kStartsProgram},
};
#elif defined(__aarch64__)
constexpr std::array kOpenings = {
    Opening{SYS_openat, 2},    Opening{SYS_open_by_handle_at, 2},
    Opening{SYS_execve, kStartsProgram}, Opening{SYS_execveat, kStartsProgram},
    Opening{5, 1},             Opening{322, 2},             Opening{371, 2},  // 32-bit: open, openat, open_by_handle_at
    Opening{8, kCreates},      Opening{11, kStartsProgram},        Opening{387, kStartsProgram},  // 32-bit: creat, execve, execveat
};
#else
constexpr std::array kOpenings = {
    Opening{SYS_openat, 2},
    Opening{SYS_open_by_handle_at, 2},
    Opening{SYS_execve, kStartsProgram},
    Opening{SYS_execveat, kStartsProgram},
};
#endif

OpenCall call_of(std::uint64_t flags) noexcept {
  const auto mode = flags & O_ACCMODE;
  if (mode == O_WRONLY) return OpenCall::kWrites;
  if (mode == O_RDONLY) return (flags & O_TRUNC) != 0 ? OpenCall::kReadsAndWrites : OpenCall::kReads;
  return OpenCall::kReadsAndWrites;
}

}  // namespace

OpenCall parse_open_call(std::string_view text) noexcept {
  if (text.starts_with("running")) return OpenCall::kRunning;
  const auto number = take_number<std::uint64_t>(text);
  if (!number) return OpenCall::kUnknown;
  for (const Opening& opening : kOpenings) {
    if (opening.number != *number) continue;
    if (opening.flags == kStartsProgram) return OpenCall::kStarts;
    if (opening.flags == kCreates) return OpenCall::kWrites;
    for (std::size_t i = 0; i < opening.flags; ++i) {
      text.remove_prefix(text.empty() ? 0 : 1);
      take_until(text, 'x');
      take_number<std::uint64_t>(text, 16);
    }
    text.remove_prefix(text.empty() ? 0 : 1);
    if (!text.starts_with("0x")) return OpenCall::kUnknown;
    text.remove_prefix(2);
    const auto flags = take_number<std::uint64_t>(text, 16);
    return flags ? call_of(*flags) : OpenCall::kUnknown;
  }
  return OpenCall::kUnknown;
}

}  // namespace bulkhead::sentinel
