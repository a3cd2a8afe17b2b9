#include "codec/body_decoder.hpp"

#include <doctest/doctest.h>

#include <string>

#include "protocol/golden_file.hpp"

namespace bulkhead {
namespace {

class Text final : public ContentSink {
 public:
  std::string text;
  void begin(Direction, const Field&) noexcept override {}
  void content(Direction, Bytes bytes, Origin) noexcept override {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void end(Direction) noexcept override {}
  void not_inspected(Direction, Exception, std::uint64_t) noexcept override {}
};

}  // namespace

TEST_CASE("what deflated bytes mean is written when they have come, also where a buffer ends among them") {
  constexpr std::size_t kTrailer = 8;  // which would push out what is still held
  for (std::size_t size = kDecodeBuffer - 300; size < kDecodeBuffer + 2'000; ++size) {
    const std::string plain = std::string(size, 'a') + "b";
    const std::string packed = compress(plain, Compression::gzip);
    const auto pool = make_decode_pool({});
    FieldWriter field;
    Text sink;
    const Outlet out{Direction::response, field, sink};
    BodyDecoder decoder(*pool, 0);
    decoder.feed({reinterpret_cast<const std::uint8_t*>(packed.data()), packed.size() - kTrailer}, Origin::in_packet, out);
    CHECK(sink.text == plain);
    decoder.finish(out);
    out.close();
  }
}

}  // namespace bulkhead
