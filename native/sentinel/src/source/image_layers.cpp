#include "source/image_layers.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "reading/overlay_options.hpp"
#include "source/proc_files.hpp"

namespace bulkhead::sentinel {
namespace {

UniqueFd open_folder(int root, const std::string& path) noexcept {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof(how))));
}

/// Nothing is opened and no link is followed: the writable layer holds whatever the container put there.
UniqueFd look_up(int layer, const char* path) noexcept {
  open_how how{};
  how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, layer, path, &how, sizeof(how))));
}

/// The folder of containerd's snapshots, which is what its relative names of layers are relative to: SNAPSHOTS/NUMBER/fs.
std::string folder_of_relative(std::string_view upper) noexcept {
  for (int up = 0; up < 2; ++up) upper = upper.substr(0, upper.rfind('/'));
  return std::string(upper) + '/';
}

}  // namespace

std::string ImageLayers::open(std::string_view overlay_options, int runtime) noexcept {
  constexpr int kRoot = O_PATH | O_DIRECTORY | O_CLOEXEC;
  std::string problem;
  for (const UniqueFd& folder : {UniqueFd(::open("/", kRoot)), UniqueFd(::open("/proc/1/root", kRoot)),
                                 UniqueFd(::openat(runtime, "root", kRoot))}) {
    if (!folder.valid()) continue;
    problem = open_in(folder.get(), overlay_options);
    if (problem.empty()) return problem;
  }
  return problem;
}

std::string ImageLayers::open_in(int root, std::string_view overlay_options) noexcept {
  const auto layers = parse_overlay_options(overlay_options);
  if (!layers) return "its overlay does not say where its layers are";
  UniqueFd upper = open_folder(root, layers->upper);
  FileIdentity upper_identity;
  if (!upper.valid() || !identify(upper.get(), "", upper_identity)) {
    return "its writable layer " + layers->upper + " cannot be found: " + std::strerror(errno);
  }
  std::vector<UniqueFd> lower;
  for (const std::string& path : layers->lower) {
    const bool is_relative = !path.starts_with('/');
    lower.push_back(open_folder(root, is_relative ? folder_of_relative(layers->upper) + path : path));
    FileIdentity identity;
    if (!lower.back().valid() || !identify(lower.back().get(), "", identity)) {
      return "its layer " + path + " cannot be found: " + std::strerror(errno);
    }
    // Only then does the overlay tell the inodes that the layers have.
    if (identity.device != upper_identity.device) return "its layer " + path + " lies on another file system";
  }
  upper_ = std::move(upper);
  lower_ = std::move(lower);
  return {};
}

bool ImageLayers::hold(std::string_view path, std::uint64_t inode) const noexcept {
  if (!known() || !path.starts_with('/') || path.size() < 2) return false;
  const std::string name(path.substr(1));
  // A whiteout, a link or a file in the place of a folder is as much a change as a file.
  if (look_up(upper_.get(), name.c_str()).valid() || errno != ENOENT) return false;
  for (const UniqueFd& layer : lower_) {
    const UniqueFd found = look_up(layer.get(), name.c_str());
    FileIdentity identity;
    if (!found.valid()) {
      if (errno == ENOENT) continue;
      return false;
    }
    return identify(found.get(), "", identity) && S_ISREG(identity.mode) && identity.inode == inode;
  }
  return false;
}

}  // namespace bulkhead::sentinel
