#include "codec/decode_pool.hpp"

namespace bulkhead {

std::shared_ptr<DecodePool> make_decode_pool(const DecodeLimits& limits) {
  return std::make_shared<DecodePool>(limits);
}

bool DecodePool::reserve() noexcept {
  if (open >= limits.max_inflaters) return false;
  ++open;
  return true;
}

std::unique_ptr<Inflater> DecodePool::acquire() noexcept {
  if (!reserve()) return nullptr;
  std::unique_ptr<Inflater> inflater;
  if (idle.empty()) {
    inflater = std::make_unique<Inflater>();
  } else {
    inflater = std::move(idle.back());
    idle.pop_back();
  }
  if (inflater->usable && inflateReset(&inflater->stream) == Z_OK) {
    inflater->taken = 0;
    return inflater;
  }
  unreserve();
  return nullptr;
}

void DecodePool::release(std::unique_ptr<Inflater> inflater) noexcept {
  if (!inflater) return;
  unreserve();
  inflater->unpacker.reset();
  if (idle.size() < kIdleInflaters) idle.push_back(std::move(inflater));
}

MutableBytes DecodePool::buffer(std::size_t stage) noexcept {
  auto& memory = buffers[stage];
  if (!memory) memory = std::make_unique<std::uint8_t[]>(kDecodeBuffer);
  return {memory.get(), kDecodeBuffer};
}

}  // namespace bulkhead
