// A flow of datagrams: each begins with a byte whose highest bit is the direction and whose others are its size.
#include "protocol_compare.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulkhead;
  Bytes input(data, size);
  Conversation conversation(make_decode_pool({}));
  fuzz::Record record;
  while (!input.empty()) {
    const std::uint8_t head = input[0];
    const std::size_t wanted = std::size_t{head & 0x7fU} * 2;
    input = input.subspan(1);
    const std::size_t length = wanted < input.size() ? wanted : input.size();
    const Direction direction = (head & 0x80) != 0 ? Direction::response : Direction::request;
    fuzz::in_pieces(input.first(length), 0,
                    [&](Bytes piece) { conversation.datagram(direction, piece, Origin::in_packet, record); });
    input = input.subspan(length);
  }
  return 0;
}
