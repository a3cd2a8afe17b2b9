#pragma once

#include <cstddef>
#include <cstdint>

namespace bulkhead::detect {

/// The name of the field a datum is the value of: the datum's own words would not say so, its place does.
struct StructuralKey {
  const std::uint8_t* name = nullptr;
  std::size_t length = 0;

  [[nodiscard]] bool empty() const noexcept { return length == 0; }
  [[nodiscard]] const std::uint8_t* end() const noexcept { return name + length; }
};

/// Finds the key in front of `datum` in what JSON, form data, headers, YAML, XML, SQL and multipart bodies look like;
/// elements of an array have the array's key. Reads at most kContextBytes before `datum`; empty when there is none.
StructuralKey structural_key(const std::uint8_t* datum) noexcept;

}  // namespace bulkhead::detect
