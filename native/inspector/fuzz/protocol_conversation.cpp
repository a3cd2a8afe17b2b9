// A whole session: four bytes of seed, then bytes of the client. 0xff 0xfe changes the direction, 0xff 0xfd and a byte
// is a gap of so many bytes, 0xff 0xfc ends the direction.
#include "protocol_compare.hpp"

using namespace bulkhead;

namespace {

void play(Bytes input, std::uint32_t cut, fuzz::Record& record) {
  Conversation conversation(make_decode_pool({}));
  Direction direction = Direction::request;
  std::size_t start = 0;
  const auto flush = [&](std::size_t end) {
    fuzz::in_pieces(input.subspan(start, end - start), cut,
                    [&](Bytes piece) { conversation.feed(direction, piece, Origin::in_packet, record); });
  };
  std::size_t at = 0;
  while (at + 1 < input.size()) {
    const std::uint8_t mark = input[at + 1];
    if (input[at] != 0xff || mark < 0xfc || mark == 0xff) {
      ++at;
      continue;
    }
    flush(at);
    at += 2;
    if (mark == 0xfe) direction = opposite(direction);
    if (mark == 0xfc) conversation.end(direction, record);
    if (mark == 0xfd && at < input.size()) conversation.gap(direction, std::uint64_t{input[at++]} + 1, record);
    start = at;
  }
  flush(input.size());
  conversation.end(Direction::request, record);
  conversation.end(Direction::response, record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input(data, size);
  const std::uint32_t seed = fuzz::take_seed(input);
  fuzz::compare(seed, [&](std::uint32_t cut, fuzz::Record& record) { play(input, cut, record); });
  return 0;
}
