#pragma once

#include <memory>
#include <string_view>

#include "reading/reading.hpp"

namespace bulkhead {

/// Finds sensitive data in one direction of one session, field by field, as ContentScanner does, and in what is encoded
/// within a field: see bulkhead/encoding.hpp. The same law holds: detections are a function of the field's bytes.
///
/// A field without anything encoded costs a look for hints. What is decoded has a scanner of its own, of bounded size,
/// and goes away with its field at the latest.
class FieldScanner {
 public:
  FieldScanner(const std::shared_ptr<const Program>& program, DecodePool& decoders) noexcept
      : workings_{decoders}, reading_(workings_, nullptr, ContentScanner(program), 0) {}
  FieldScanner(const FieldScanner&) = delete;
  FieldScanner& operator=(const FieldScanner&) = delete;

  void begin(std::string_view key = {}) noexcept;
  void scan(Bytes bytes, Scratch& scratch, FieldSink& sink) noexcept;
  void provisional_end(Scratch& scratch, FieldSink& sink) noexcept;
  void end(Scratch& scratch, FieldSink& sink) noexcept;
  void rebind(const std::shared_ptr<const Program>& program) noexcept { reading_.rebind(program); }
  [[nodiscard]] const std::shared_ptr<const Program>& program() const noexcept { return reading_.scanner().program(); }
  [[nodiscard]] std::uint64_t field_offset() const noexcept { return reading_.scanner().field_offset(); }

 private:
  reading::Workings workings_;
  reading::Reading reading_;
};

}  // namespace bulkhead
