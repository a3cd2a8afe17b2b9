#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bulkhead::sentinel {

/// The kernel's own bound (OVL_MAX_STACK).
inline constexpr std::size_t kMaxLayers = 500;

/// Where the layers of an overlay lie, as whoever mounted it named them; relative names are relative to a folder that the
/// kernel does not tell.
struct OverlayLayers {
  std::string upper;
  std::vector<std::string> lower;  ///< the topmost first
};

/// Reads the options of an overlay as mountinfo has them; nothing where a layer is missing or there are too many.
[[nodiscard]] std::optional<OverlayLayers> parse_overlay_options(std::string_view options) noexcept;

}  // namespace bulkhead::sentinel
