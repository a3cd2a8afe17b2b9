#pragma once

#include <cstdint>

#include "bulkhead/announcement.hpp"
#include "bulkhead/bytes.hpp"
#include "bulkhead/exception.hpp"
#include "bulkhead/field.hpp"
#include "bulkhead/packet.hpp"

namespace bulkhead {

/// Whether the bytes of a content span are the packet's own (so that they can be masked) or a decoder's copy.
enum class Origin : std::uint8_t { in_packet, decoded };

/// What decoders tell the scanning side. For each direction the calls form a sequence of fields:
/// begin (content)* end, begin (content)* end, …  Spans of one field are contiguous in the decoded field.
/// How a field is cut into spans carries no meaning: findings may not depend on it.
class ContentSink {
 public:
  /// `field.key` is valid until the field ends.
  virtual void begin(Direction direction, const Field& field) noexcept = 0;
  /// `bytes` is valid during the call only. With Origin::in_packet it views the current packet's payload.
  virtual void content(Direction direction, Bytes bytes, Origin origin) noexcept = 0;
  /// The field is complete: whatever comes next does not continue it.
  virtual void end(Direction direction) noexcept = 0;
  /// `bytes` of input (0 when unknown) will not be looked at, for this reason.
  virtual void not_inspected(Direction direction, Exception reason, std::uint64_t bytes) noexcept = 0;
  /// The session speaks of another one that will follow.
  virtual void announced(const Announcement&) noexcept {}

 protected:
  ~ContentSink() = default;
};

}  // namespace bulkhead
