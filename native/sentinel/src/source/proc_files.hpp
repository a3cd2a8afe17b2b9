#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rule/path_text.hpp"

namespace bulkhead::sentinel {

/// Where a path, or what a link says, is put.
using PathBuffer = std::array<char, kMaxPathBytes>;

/// What the link says; empty where it cannot be read. Nothing is opened.
[[nodiscard]] std::string_view read_link(int folder, const char* name, PathBuffer& buffer) noexcept;

/// The beginning of a file; empty where it cannot be read.
[[nodiscard]] std::string_view read_start(int folder, const char* name, std::span<char> buffer) noexcept;

/// A file of /proc, whole or up to the bound.
[[nodiscard]] std::string read_whole(int folder, const char* name, std::size_t most) noexcept;

/// The name of a process's file below /proc, such as 4242/exe.
struct ProcName {
  ProcName(std::int32_t process, const char* file) noexcept;
  std::array<char, 32> text;
};

/// What identifies a file, its mount and its namespace, without following anything.
struct FileIdentity {
  dev_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t mount = 0;
  std::uint32_t links = 0;
  std::uint32_t mode = 0;
};

/// False where it cannot be told. With an empty name: of the descriptor itself.
[[nodiscard]] bool identify(int folder, const char* name, FileIdentity& identity) noexcept;

}  // namespace bulkhead::sentinel
