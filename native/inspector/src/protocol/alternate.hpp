#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "codec/decode_pool.hpp"
#include "codec/field_writer.hpp"

namespace bulkhead {

/// Most of a second reading that is kept. Doubtful framing is rare and hostile; what is beyond is counted.
inline constexpr std::size_t kMaxAlternate = 64 * 1024;

/// A second reading of a body (or text that stands between its pieces), delivered as a field of its own behind it.
class Alternate {
 public:
  explicit Alternate(DecodePool& pool) noexcept : pool_(pool), reserved_(pool.reserve()) {}
  ~Alternate() {
    if (reserved_) pool_.unreserve();
  }
  Alternate(const Alternate&) = delete;
  Alternate& operator=(const Alternate&) = delete;

  void add(Bytes bytes) noexcept {
    const std::size_t room = reserved_ ? kMaxAlternate - kept_.size() : 0;
    const std::size_t kept = std::min(room, bytes.size());
    kept_.insert(kept_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(kept));
    lost_ += bytes.size() - kept;
  }
  void deliver(const Outlet& out) const noexcept {
    out.start(Protocol::http1, Location::body);
    out.write(kept_, Origin::decoded);
    out.close();
    if (lost_ > 0) out.raise(Exception::ambiguous_framing, lost_);
  }

 private:
  DecodePool& pool_;
  std::vector<std::uint8_t> kept_;
  std::uint64_t lost_ = 0;
  bool reserved_;
};

}  // namespace bulkhead
