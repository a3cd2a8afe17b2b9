#include "reading/mount_table.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <iterator>

#include "reading/decimal.hpp"

namespace bulkhead::sentinel {
namespace {

bool is_octal(char character) noexcept { return character >= '0' && character <= '7'; }

std::optional<Mount> parse_mount(std::string_view line) noexcept {
  Mount mount;
  const auto id = take_number<std::uint64_t>(line);
  if (!id || take_until(line, ' ') != "") return std::nullopt;
  mount.id = *id;
  take_until(line, ' ');  // the parent's identifier
  const auto major = take_number<unsigned>(line);
  if (!major || !line.starts_with(':')) return std::nullopt;
  line.remove_prefix(1);
  const auto minor = take_number<unsigned>(line);
  if (!minor || take_until(line, ' ') != "") return std::nullopt;
  mount.device = makedev(*major, *minor);
  mount.root = unescape(take_until(line, ' '));
  mount.point = unescape(take_until(line, ' '));
  // Options of the mount and optional fields: as many as there are, up to a lone hyphen.
  while (!line.empty() && take_until(line, ' ') != "-") {
  }
  mount.type = unescape(take_until(line, ' '));
  take_until(line, ' ');  // the source
  mount.options = std::string(line);
  if (mount.type.empty() || !mount.root.starts_with('/') || !mount.point.starts_with('/')) return std::nullopt;
  return mount;
}

}  // namespace

bool is_remote(std::string_view type) noexcept {
  static constexpr std::string_view kTypes[] = {"fuse", "fuseblk", "virtiofs", "nfs",   "nfs4", "cifs",  "smb3",   "ceph",
                                                "9p",   "afs",     "coda",     "gfs2",  "ocfs2", "lustre", "orangefs"};
  return type.starts_with("fuse.") || std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

bool is_stacked(std::string_view type) noexcept { return type == "overlay" || type == "aufs" || type == "ecryptfs"; }

std::string unescape(std::string_view text) noexcept {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 3 < text.size() && text[i + 1] <= '3' && is_octal(text[i + 1]) &&
                         is_octal(text[i + 2]) && is_octal(text[i + 3]);
    if (!escaped) {
      plain.push_back(text[i]);
      continue;
    }
    plain.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')));
    i += 3;
  }
  return plain;
}

std::optional<std::string_view> below(std::string_view path, std::string_view folder) noexcept {
  if (folder == "/") return path == "/" ? std::string_view() : path;
  if (!path.starts_with(folder)) return std::nullopt;
  path.remove_prefix(folder.size());
  if (!path.empty() && path.front() != '/') return std::nullopt;
  return path;
}

MountTable parse_mounts(std::string_view text, std::size_t most) noexcept {
  MountTable table;
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    if (line.empty()) continue;
    std::optional<Mount> mount;
    if (table.mounts.size() < most) mount = parse_mount(line);
    if (mount) {
      table.mounts.push_back(std::move(*mount));
    } else {
      ++table.left_out;
    }
  }
  return table;
}

const Mount* MountTable::find(std::uint64_t id) const noexcept {
  const auto found = std::find_if(mounts.begin(), mounts.end(), [id](const Mount& mount) { return mount.id == id; });
  return found == mounts.end() ? nullptr : &*found;
}

}  // namespace bulkhead::sentinel
