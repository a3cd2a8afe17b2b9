#pragma once

#include <algorithm>

#include "bulkhead/bytes.hpp"
#include "bulkhead/detection.hpp"
#include "bulkhead/field.hpp"
#include "bulkhead/packet.hpp"
#include "protocol/clear_sample.hpp"

namespace bulkhead {

/// That application data travels in clear, and how sure that is: high where a protocol or text was recognised; medium
/// where something claims to be TLS or SSH and is not, or a binary protocol that nobody knows is spoken; low where bytes
/// look like ciphertext but nothing proves them, for name look-ups, and for TNS, which may encrypt in its own way.
struct Exposure {
  Confidence confidence = Confidence::none;
  Protocol protocol = Protocol::unknown;
  Direction direction = Direction::request;

  /// Keeps the surer one, the first of two as sure.
  void add(Confidence sure, Protocol what, Direction where) noexcept {
    if (sure > confidence) *this = {sure, what, where};
  }
};

class Follower;

/// What is kept of a session that may have to be encrypted, of the bytes that no protocol explains.
class ExposureWatch {
 public:
  /// `picked_up`: the session was there before the inspector, so that the middle of something encrypted is no surprise.
  explicit ExposureWatch(bool picked_up) noexcept : picked_up_(picked_up) {}

  [[nodiscard]] ClearSample& sample(Direction direction) noexcept { return samples_[index_of(direction)]; }
  void datagram(Bytes bytes) noexcept { datagrams_ = std::max(datagrams_, ClearSample::of_whole(bytes)); }
  /// `follower` found that these bytes of its protocol are none of it.
  void foreign(const Follower& follower, Direction direction, Bytes bytes) noexcept;
  void tell(Exposure& exposure) const noexcept;

 private:
  ClearSample samples_[2];
  Confidence datagrams_ = Confidence::none;
  bool imposture_ = false;  ///< something claimed to be TLS or SSH and was not
  bool picked_up_;
};

}  // namespace bulkhead
