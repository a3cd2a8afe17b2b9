#include "reading/program_kind.hpp"

#include <doctest/doctest.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <vector>

using namespace bulkhead::sentinel;

namespace {

using Bytes = std::vector<std::uint8_t>;

std::size_t read_bytes(void* file, std::uint64_t offset, std::span<std::uint8_t> bytes) noexcept {
  const Bytes& content = *static_cast<const Bytes*>(file);
  if (offset >= content.size()) return 0;
  const std::size_t count = std::min(bytes.size(), content.size() - static_cast<std::size_t>(offset));
  std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(offset), count, bytes.begin());
  return count;
}

ProgramKind kind_of(Bytes content) { return program_kind(read_bytes, &content); }

/// A file of this machine with the given segments, and a table of flags where `flags` says so.
Bytes file_of(std::uint16_t type, const std::vector<std::uint32_t>& segments, std::uint64_t flags = 0) {
  ElfW(Ehdr) header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = type;
  header.e_phoff = sizeof(header);
  header.e_phentsize = sizeof(ElfW(Phdr));
  header.e_phnum = static_cast<std::uint16_t>(segments.size());
  const std::size_t tables = sizeof(header) + segments.size() * sizeof(ElfW(Phdr));
  Bytes bytes(tables + 2 * sizeof(ElfW(Dyn)));
  std::memcpy(bytes.data(), &header, sizeof(header));
  for (std::size_t i = 0; i < segments.size(); ++i) {
    ElfW(Phdr) segment{};
    segment.p_type = segments[i];
    segment.p_offset = tables;
    segment.p_filesz = 2 * sizeof(ElfW(Dyn));
    std::memcpy(bytes.data() + sizeof(header) + i * sizeof(segment), &segment, sizeof(segment));
  }
  ElfW(Dyn) entry{};
  entry.d_tag = DT_FLAGS_1;
  entry.d_un.d_val = flags;
  std::memcpy(bytes.data() + tables, &entry, sizeof(entry));
  return bytes;
}

constexpr std::uint64_t kPie = 0x08000000;

}  // namespace

TEST_CASE("a program that names its loader is told from one that needs none") {
  CHECK(kind_of(file_of(ET_DYN, {PT_PHDR, PT_INTERP, PT_LOAD}, kPie)) == ProgramKind::kWithLoader);
  CHECK(kind_of(file_of(ET_EXEC, {PT_LOAD, PT_INTERP})) == ProgramKind::kWithLoader);
  CHECK(kind_of(file_of(ET_EXEC, {PT_LOAD})) == ProgramKind::kStatic);
}

TEST_CASE("a loader is a shared object that does not say that it is a program") {
  CHECK(kind_of(file_of(ET_DYN, {PT_LOAD, PT_DYNAMIC})) == ProgramKind::kLoader);
  CHECK(kind_of(file_of(ET_DYN, {PT_LOAD, PT_DYNAMIC}, kPie)) == ProgramKind::kStatic);
  CHECK(kind_of(file_of(ET_DYN, {PT_LOAD})) == ProgramKind::kLoader);
}

TEST_CASE("headers beyond any usual number are all looked at") {
  std::vector<std::uint32_t> segments(1'000, PT_LOAD);
  segments.push_back(PT_INTERP);
  CHECK(kind_of(file_of(ET_DYN, segments)) == ProgramKind::kWithLoader);
}

TEST_CASE("scripts, broken files and those of other machines are nothing that we know") {
  const Bytes program = file_of(ET_EXEC, {PT_LOAD});
  const char script[] = "#!/bin/sh\necho long enough\n";
  CHECK(kind_of(Bytes(std::begin(script), std::end(script))) == ProgramKind::kOther);
  CHECK(kind_of({}) == ProgramKind::kOther);
  CHECK(kind_of(Bytes(program.begin(), program.begin() + 40)) == ProgramKind::kOther);
  Bytes foreign = program;
  foreign[EI_DATA] = ELFDATA2MSB;
  CHECK(kind_of(foreign) == ProgramKind::kOther);
  Bytes classless = program;
  classless[EI_CLASS] = 9;
  CHECK(kind_of(classless) == ProgramKind::kOther);
}
