#pragma once

#include "bulkhead/content.hpp"

namespace bulkhead {

/// The current field of one direction. A field begins with its first byte, so an empty one is never announced.
class FieldWriter {
 public:
  /// What the next bytes belong to. Ends the field before it.
  void start(Direction direction, const Field& field, ContentSink& sink) noexcept {
    close(direction, sink);
    field_ = field;
  }
  void write(Direction direction, Bytes bytes, Origin origin, ContentSink& sink) noexcept {
    if (bytes.empty()) return;
    if (!begun_) {
      field_.exchange = exchange_;
      sink.begin(direction, field_);
    }
    begun_ = true;
    sink.content(direction, bytes, origin);
  }
  /// Ends the field; what is written next begins another one of the same kind.
  void close(Direction direction, ContentSink& sink) noexcept {
    if (begun_) sink.end(direction);
    begun_ = false;
  }
  [[nodiscard]] bool begun() const noexcept { return begun_; }
  /// Of the fields that begin from now on.
  void set_exchange(std::uint32_t exchange) noexcept { exchange_ = exchange; }
  [[nodiscard]] const Field& last() const noexcept { return field_; }

 private:
  Field field_;
  std::uint32_t exchange_ = 0;
  bool begun_ = false;
};

/// Where a decoder's output of one direction goes.
struct Outlet {
  Direction direction;
  FieldWriter& field;
  ContentSink& sink;

  void start(Protocol protocol, Location location) const noexcept { start(Field{protocol, location}); }
  void start(const Field& what) const noexcept { field.start(direction, what, sink); }
  void write(Bytes bytes, Origin origin) const noexcept { field.write(direction, bytes, origin, sink); }
  void close() const noexcept { field.close(direction, sink); }
  void raise(Exception reason, std::uint64_t bytes) const noexcept { sink.not_inspected(direction, reason, bytes); }
};

}  // namespace bulkhead
