#include "source/file_table.hpp"

#include <optional>
#include <utility>

namespace bulkhead::sentinel {

void FileTable::add(WrittenFile file) noexcept {
  // Not kept: who writes long paths would fill the memory by names alone.
  if (file.path.size() > CountTable<WrittenFile>::kMaxPath) return leave_out();
  std::optional<WrittenNames::Name> name;
  {
    const std::lock_guard lock(mutex_);
    name = names_.name_of(file.path);
  }
  if (!name) return leave_out();
  file.path.resize(name->length);
  file.is_folder = name->is_folder;
  if (file.executable.size() > CountTable<WrittenFile>::kMaxPath) file.executable.clear();
  counts_.add(std::move(file));
}

}  // namespace bulkhead::sentinel
