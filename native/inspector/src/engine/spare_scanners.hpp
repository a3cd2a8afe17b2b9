#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "reading/field_scanner.hpp"

namespace bulkhead {

/// Scanners whose field is over, for the next one: most sessions are between two messages, and hold none. One per engine.
class SpareScanners {
 public:
  /// Of this program, ready to begin a field.
  [[nodiscard]] std::unique_ptr<FieldScanner> take(const std::shared_ptr<const Program>& program, DecodePool& decoders) {
    if (spare_.empty()) return std::make_unique<FieldScanner>(program, decoders);
    std::unique_ptr<FieldScanner> scanner = std::move(spare_.back());
    spare_.pop_back();
    if (scanner->program() != program) scanner->rebind(program);
    return scanner;
  }
  void give_back(std::unique_ptr<FieldScanner> scanner) {
    if (spare_.size() < kMost) spare_.push_back(std::move(scanner));
  }
  /// Lets go of the programs that they know.
  void clear() noexcept { spare_.clear(); }

 private:
  /// Fields that begin and end by turns need two.
  static constexpr std::size_t kMost = 16;

  std::vector<std::unique_ptr<FieldScanner>> spare_;
};

}  // namespace bulkhead
