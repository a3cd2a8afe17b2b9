// A field with anything in it, looked through for everything: see check_cuts().
#include "reading_cuts.hpp"

using namespace bulkhead;
using namespace bulkhead::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return 0;
  static const auto every = every_detector();
  static const auto no_numbers = no_identity_numbers();
  const Cuts cuts{Bytes(data, 7)};
  const Bytes field(data + 7, size - 7);
  check_cuts(every, field, cuts);
  check_cuts(no_numbers, field, cuts);
  return 0;
}
