#include "protocol/proxy_preface.hpp"
#include "protocol_follow.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return bulkhead::fuzz::follow(bulkhead::follow_proxy, data, size);
}
