#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "reading/mount_table.hpp"
#include "reading/open_call.hpp"
#include "reading/open_flags.hpp"
#include "reading/overlay_options.hpp"
#include "reading/process_status.hpp"

using namespace bulkhead::sentinel;

/// Any bytes as what /proc tells: no crash, nothing beyond the bounds, and mounts that have what a mount has.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::size_t kMost = 8;
  const MountTable table = parse_mounts(text, kMost);
  if (table.mounts.size() > kMost || table.left_out > size) std::abort();
  for (const Mount& mount : table.mounts) {
    if (!mount.root.starts_with('/') || !mount.point.starts_with('/') || mount.type.empty()) std::abort();
    if (table.find(mount.id) == nullptr) std::abort();
    const auto rest = below(mount.point, mount.root);
    if (rest && !rest->empty() && rest->front() != '/') std::abort();
    if (const auto layers = parse_overlay_options(mount.options)) {
      if (layers->upper.empty() || layers->lower.empty() || layers->lower.size() > kMaxLayers) std::abort();
    }
  }
  static_cast<void>(parse_overlay_options(text));
  static_cast<void>(parse_status(text));
  static_cast<void>(parse_open_call(text));
  static_cast<void>(parse_open_flags(text));
  return 0;
}
