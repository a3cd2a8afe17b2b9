#include "reading/program_kind.hpp"

#include <elf.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace bulkhead::sentinel {
namespace {

/// The kernel refuses to start a file with more bytes of program headers (ELF_MIN_ALIGN, 64 KiB at most).
constexpr std::size_t kMaxHeaderBytes = 65'536;
/// Loaders have some thirty entries.
constexpr std::size_t kMaxDynamicEntries = 1'024;
constexpr std::size_t kAtOnce = 32;
constexpr std::uint64_t kIsProgram = 0x08000000;  // DF_1_PIE, which older headers do not have

struct Elf32 {
  using Header = Elf32_Ehdr;
  using Segment = Elf32_Phdr;
  using Dynamic = Elf32_Dyn;
};
struct Elf64 {
  using Header = Elf64_Ehdr;
  using Segment = Elf64_Phdr;
  using Dynamic = Elf64_Dyn;
};

/// Calls `each` for entries of a table until it says false; at most `count`, and as many as the file has.
template <typename Entry, typename Each>
void each_entry(ReadAt read, void* file, std::uint64_t offset, std::size_t count, Each each) noexcept {
  std::array<Entry, kAtOnce> entries;
  while (count > 0) {
    const std::size_t wanted = std::min(count, kAtOnce);
    const std::span bytes(reinterpret_cast<std::uint8_t*>(entries.data()), wanted * sizeof(Entry));
    const std::size_t got = read(file, offset, bytes) / sizeof(Entry);
    for (std::size_t i = 0; i < got; ++i) {
      if (!each(entries[i])) return;
    }
    if (got < wanted) return;
    count -= wanted;
    offset += bytes.size();
  }
}

template <typename Format>
ProgramKind kind_of(ReadAt read, void* file) noexcept {
  typename Format::Header header;
  const std::span bytes(reinterpret_cast<std::uint8_t*>(&header), sizeof(header));
  if (read(file, 0, bytes) != bytes.size()) return ProgramKind::kOther;
  if (header.e_phentsize != sizeof(typename Format::Segment)) return ProgramKind::kOther;
  const std::size_t count = std::min<std::size_t>(header.e_phnum, kMaxHeaderBytes / header.e_phentsize);
  bool names_loader = false;
  typename Format::Segment dynamic{};
  each_entry<typename Format::Segment>(read, file, header.e_phoff, count, [&](const auto& segment) noexcept {
    if (segment.p_type == PT_DYNAMIC) dynamic = segment;
    names_loader = segment.p_type == PT_INTERP;
    return !names_loader;
  });
  if (names_loader) return ProgramKind::kWithLoader;
  if (header.e_type != ET_DYN) return ProgramKind::kStatic;

  bool is_program = false;
  const std::size_t entries =
      std::min<std::size_t>(dynamic.p_filesz / sizeof(typename Format::Dynamic), kMaxDynamicEntries);
  each_entry<typename Format::Dynamic>(read, file, dynamic.p_offset, entries, [&](const auto& entry) noexcept {
    is_program = entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & kIsProgram) != 0;
    return !is_program && entry.d_tag != DT_NULL;
  });
  return is_program ? ProgramKind::kStatic : ProgramKind::kLoader;
}

}  // namespace

ProgramKind program_kind(ReadAt read, void* file) noexcept {
  std::array<std::uint8_t, EI_NIDENT> mark{};
  if (read(file, 0, mark) != mark.size() || std::memcmp(mark.data(), ELFMAG, SELFMAG) != 0) return ProgramKind::kOther;
  constexpr std::uint8_t kOrder = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  if (mark[EI_DATA] != kOrder) return ProgramKind::kOther;
  if (mark[EI_CLASS] == ELFCLASS64) return kind_of<Elf64>(read, file);
  return mark[EI_CLASS] == ELFCLASS32 ? kind_of<Elf32>(read, file) : ProgramKind::kOther;
}

}  // namespace bulkhead::sentinel
