#include "reading/overlay_options.hpp"

#include "reading/decimal.hpp"
#include "reading/mount_table.hpp"

namespace bulkhead::sentinel {
namespace {

/// Splits at colons. Whoever mounts writes those that belong to a name, and backslashes, behind a backslash.
void split_layers(std::string_view list, std::vector<std::string>& layers) noexcept {
  std::string layer;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '\\' && i + 1 < list.size()) {
      layer.push_back(list[++i]);
    } else if (list[i] != ':') {
      layer.push_back(list[i]);
    } else if (!layer.empty()) {  // two colons begin the layers that only have data
      layers.push_back(std::move(layer));
      layer.clear();
    }
  }
  if (!layer.empty()) layers.push_back(std::move(layer));
}

}  // namespace

std::optional<OverlayLayers> parse_overlay_options(std::string_view options) noexcept {
  OverlayLayers layers;
  // Commas inside of names are escaped, so that those which are left separate.
  while (!options.empty()) {
    std::string_view option = take_until(options, ',');
    const std::string_view name = take_until(option, '=');
    if (name == "upperdir") layers.upper = unescape(option);
    if (name == "lowerdir") split_layers(unescape(option), layers.lower);
    if (name == "lowerdir+") layers.lower.push_back(unescape(option));
    if (layers.lower.size() > kMaxLayers) return std::nullopt;
  }
  if (layers.upper.empty() || layers.lower.empty()) return std::nullopt;
  return layers;
}

}  // namespace bulkhead::sentinel
