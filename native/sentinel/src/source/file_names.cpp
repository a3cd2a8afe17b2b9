#include "source/file_names.hpp"

#include <fcntl.h>

#include <algorithm>
#include <string>

#include "bulkhead/unique_fd.hpp"

namespace bulkhead::sentinel {
namespace {

/// What the kernel puts before the name of a file that lies in memory alone.
constexpr std::string_view kInMemory = "/memfd:";

}  // namespace

std::optional<FileName> FileNames::name_of(int file, const FileIdentity& identity) const noexcept {
  PathBuffer buffer;
  std::string_view path = read_link(proc_, ("self/fd/" + std::to_string(file)).c_str(), buffer);
  if (path.empty() || path.size() == buffer.size()) return std::nullopt;
  if (identity.links == 0 && path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  if (const Mount* via = current_.find(identity.mount)) {
    if (auto name = mounts_.name_of(*via, path)) return name;
    // Mounted later: by who runs the container, or by a process that may do anything in it.
    return below(path, via->point) ? std::optional(FileName{std::string(path), false}) : std::nullopt;
  }
  // A namespace of its own may be had by any process, and what it mounts there by any name.
  const Mount* via = seen_.find(identity.mount);
  return via == nullptr ? std::nullopt : mounts_.name_of(*via, path);
}

UniqueFd FileNames::open_link(const char* link, std::string_view text) const noexcept {
  if (text.starts_with(kInMemory) || may_be_silent(text)) return {};
  return UniqueFd(::openat(proc_, link, O_PATH | O_CLOEXEC));
}

std::optional<FileName> FileNames::name_of_link(const char* link, std::string_view text) const noexcept {
  // Anybody can make one by any name, so that the name tells nothing else.
  if (text.starts_with(kInMemory)) return FileName{std::string(text), false};
  // To follow the link might be to ask who does not answer. Files there are not asked about either.
  if (may_be_silent(text)) return FileName{std::string(text), false};
  const UniqueFd file(::openat(proc_, link, O_PATH | O_CLOEXEC));
  FileIdentity identity;
  if (!file.valid() || !identify(file.get(), "", identity)) return std::nullopt;
  return name_of(file.get(), identity);
}

bool FileNames::may_be_silent(std::string_view path) const noexcept {
  const MountTable& table = seen_.mounts.empty() ? current_ : seen_;
  return std::any_of(table.mounts.begin(), table.mounts.end(), [this, path](const Mount& mount) {
    return below(path, mount.point) && mounts_.may_be_silent(mount);
  });
}

}  // namespace bulkhead::sentinel
