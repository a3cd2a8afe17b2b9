#pragma once

#include <array>
#include <string>
#include <vector>

#include "bulkhead/content.hpp"

namespace bulkhead {

/// Writes down what a decoder says, with the content of a field joined: two logs are equal when the decoder said the
/// same, however the input was cut.
class EventLog final : public ContentSink {
 public:
  void begin(Direction direction, const Field& field) noexcept override;
  void content(Direction direction, Bytes bytes, Origin origin) noexcept override;
  void end(Direction direction) noexcept override;
  void not_inspected(Direction direction, Exception reason, std::uint64_t bytes) noexcept override;

  /// One line an event, content quoted and escaped.
  [[nodiscard]] std::string text() const;
  /// The contents of all fields, in order.
  [[nodiscard]] std::vector<std::string> fields() const;
  [[nodiscard]] bool contains(const std::string& needle) const;
  /// Calls out of order (content outside a field, a field inside a field, an empty field). Empty when there were none.
  [[nodiscard]] const std::string& misuse() const noexcept { return misuse_; }
  /// All content bytes given so far.
  [[nodiscard]] std::size_t content_bytes() const noexcept { return content_bytes_; }

 private:
  struct Entry {
    std::string event;
    std::string content;
    bool is_field = false;
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<Entry> entries_;
  std::array<std::size_t, 2> open_{kNone, kNone};
  std::string misuse_;
  std::size_t content_bytes_ = 0;
};

std::string escape(const std::string& bytes);

}  // namespace bulkhead
