#include "codec/lz_unpacker.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace bulkhead {

LzWindow::LzWindow(UnpackerMemory& memory) noexcept : memory_(memory) {
  if (memory.used + kSize > memory.limit) return;
  bytes_.reset(new (std::nothrow) std::uint8_t[kSize]);
  if (bytes_) memory.used += kSize;
}

LzWindow::~LzWindow() {
  if (bytes_) memory_.used -= kSize;
}

void LzWindow::put(Bytes bytes) noexcept {
  while (!bytes.empty()) {
    const std::size_t at = written_ % kSize;
    const std::size_t size = std::min(bytes.size(), kSize - at);
    std::memcpy(bytes_.get() + at, bytes.data(), size);
    written_ += size;
    bytes = bytes.subspan(size);
  }
}

void LzWindow::copy(std::uint64_t distance, MutableBytes to) noexcept {
  for (std::uint8_t& byte : to) {
    byte = bytes_[(written_ - distance) % kSize];
    bytes_[written_++ % kSize] = byte;
  }
}

LzUnpacker::Result LzUnpacker::run(Bytes& in, MutableBytes out, std::size_t& produced) noexcept {
  produced = 0;
  while (!in.empty()) {
    const std::size_t room = out.size() - produced;
    Now now = Now::going;
    if (literals_ > 0) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>({literals_, in.size(), room}));
      if (size == 0) return Result::more;
      std::memcpy(out.data() + produced, in.data(), size);
      window_.put(in.first(size));
      produced += size;
      literals_ -= size;
      take(in, size);
      if (literals_ == 0) now = moved();
    } else if (copy_ > 0) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(copy_, room));
      if (size == 0) return Result::more;
      window_.copy(distance_, out.subspan(produced, size));
      produced += size;
      copy_ -= size;
      if (copy_ > 0) continue;
      take(in, 1);
      now = moved();
    } else {
      now = header(in[0]);
      if (copy_ > 0 && !window_.reaches(distance_)) return Result::corrupt;
      if (now != Now::corrupt && copy_ == 0) take(in, 1);
    }
    if (now == Now::over) return Result::end;
    if (now == Now::corrupt) return Result::corrupt;
  }
  return Result::more;
}

}  // namespace bulkhead
