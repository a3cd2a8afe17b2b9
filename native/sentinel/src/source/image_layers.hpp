#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bulkhead/unique_fd.hpp"

namespace bulkhead::sentinel {

/// The layers below a container's root, as folders of the machine.
class ImageLayers {
 public:
  /// Finds the folders that the options of an overlay name: in this process's root, in that of the machine's first process, or
  /// in that of who mounted it, which may have mounts of its own. `runtime` is the latter's folder below /proc, or none.
  /// Empty text where they were found, else why not.
  [[nodiscard]] std::string open(std::string_view overlay_options, int runtime = -1) noexcept;

  [[nodiscard]] bool known() const noexcept { return upper_.valid(); }

  /// Whether a file of the overlay is one that the image brought, as it brought it: nothing lies at its path in the writable
  /// layer, and a layer of the image has this very file there. Both are asked, so that a rename in between cannot make a file
  /// of the writable layer pass: no layer of the image has its inode.
  [[nodiscard]] bool hold(std::string_view path, std::uint64_t inode) const noexcept;

 private:
  [[nodiscard]] std::string open_in(int root, std::string_view overlay_options) noexcept;

  UniqueFd upper_;
  std::vector<UniqueFd> lower_;
};

}  // namespace bulkhead::sentinel
