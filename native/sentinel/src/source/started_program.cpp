#include "source/started_program.hpp"

#include <unistd.h>

#include <cstdint>
#include <span>

namespace bulkhead::sentinel {
namespace {

std::size_t read_file(void* file, std::uint64_t offset, std::span<std::uint8_t> bytes) noexcept {
  const ssize_t got = ::pread(*static_cast<const int*>(file), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

}  // namespace

bool StartedProgram::from_image() noexcept {
  return name_ != nullptr && name_->in_root && layers_.hold(name_->path, identity_.inode);
}

ProgramKind kind_of(int file) noexcept { return program_kind(read_file, &file); }

}  // namespace bulkhead::sentinel
