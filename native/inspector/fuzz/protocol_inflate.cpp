// One encoded body: four bytes of seed, a byte of claimed encodings (three bits for deflate, one for a gap, two for brotli), the body. Small limits, so that they are reached.
#include "codec/body_decoder.hpp"
#include "protocol_compare.hpp"

using namespace bulkhead;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input(data, size);
  const std::uint32_t seed = fuzz::take_seed(input);
  if (input.empty()) return 0;
  const auto claimed = static_cast<std::uint8_t>(input[0] & 7);
  const bool gap = (input[0] & 8) != 0;
  const auto brotli = static_cast<std::uint8_t>(input[0] >> 4 & 3);
  input = input.subspan(1);
  fuzz::compare(seed, [&](std::uint32_t cut, fuzz::Record& record) {
    const auto pool = make_decode_pool({.bytes_per_body = 3U << 20, .ratio = 2048, .max_inflaters = 3});
    FieldWriter field;
    const Outlet out{Direction::response, field, record};
    BodyDecoder decoder(*pool, claimed, brotli);
    const std::size_t half = gap ? input.size() / 2 : input.size();
    fuzz::in_pieces(input.first(half), cut, [&](Bytes piece) { decoder.feed(piece, Origin::in_packet, out); });
    if (gap) decoder.lose(out);
    fuzz::in_pieces(input.subspan(half), cut, [&](Bytes piece) { decoder.feed(piece, Origin::in_packet, out); });
    decoder.finish(out);
    out.close();
  });
  return 0;
}
