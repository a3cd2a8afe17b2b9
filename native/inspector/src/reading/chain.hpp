#pragma once

#include "bulkhead/encoding.hpp"
#include "reading/escape.hpp"

namespace bulkhead::reading {

/// Puts encodings in front of a chain, in their order; what does not fit is left out at the end.
constexpr void prepend(EncodingChain& chain, EncodingBits encodings) noexcept {
  EncodingChain longer{};
  std::size_t count = 0;
  const auto put = [&](Encoding encoding) {
    if (count < longer.size()) longer[count++] = encoding;
  };
  for (std::size_t i = 1; i < kEncodingCount; ++i)
    if ((encodings >> i & 1U) != 0) put(static_cast<Encoding>(i));
  for (const Encoding encoding : chain)
    if (encoding != Encoding::none) put(encoding);
  chain = longer;
}

}  // namespace bulkhead::reading
