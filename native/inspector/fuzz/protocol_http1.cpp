// One direction of HTTP/1: four bytes of seed, then a response to a GET, or a request when the seed is odd.
#include "protocol_compare.hpp"

using namespace bulkhead;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input(data, size);
  const std::uint32_t seed = fuzz::take_seed(input);
  const Direction direction = (seed & 1) != 0 ? Direction::request : Direction::response;
  fuzz::compare(seed, [&](std::uint32_t cut, fuzz::Record& record) {
    Conversation conversation(make_decode_pool({}));
    constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    if (direction == Direction::response)
      conversation.feed(Direction::request, {reinterpret_cast<const std::uint8_t*>(kGet), sizeof kGet - 1},
                        Origin::in_packet, record);
    fuzz::in_pieces(input, cut, [&](Bytes piece) { conversation.feed(direction, piece, Origin::in_packet, record); });
    conversation.end(direction, record);
  });
  return 0;
}
