#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include "codec/unpacker.hpp"

namespace bulkhead {
namespace {

/// Literals and copies chosen at random, written down in a format, beside the text that they mean.
struct Story {
  std::string encoded, text;
};
using Random = std::mt19937;

std::size_t below(Random& random, std::size_t bound) { return random() % bound; }

std::string letters(Random& random, std::size_t count) {
  std::string text;
  while (text.size() < count) text += static_cast<char>('a' + below(random, 26));
  return text;
}

void copy(std::string& text, std::size_t distance, std::size_t count) {
  while (count-- > 0) text += text[text.size() - distance];
}

std::string number(std::uint64_t value, int bytes, bool big = false) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * (big ? bytes - 1 - i : i));
  return out;
}

Story snappy(Random& random) {
  Story story;
  std::string body;
  for (std::size_t i = below(random, 40); i > 0 || story.text.empty(); i -= i > 0 ? 1 : 0) {
    const std::size_t distance = story.text.empty() ? 0 : 1 + below(random, std::min<std::size_t>(story.text.size(), 65'535));
    const std::size_t kind = distance == 0 ? 0 : below(random, 5);
    if (kind < 2) {
      const std::string part = letters(random, 1 + below(random, kind == 0 ? 60 : 5'000));
      const std::size_t size = part.size() - 1;
      const int extra = size < 60 ? 0 : size < 256 ? 1 : 2;
      body += static_cast<char>((extra == 0 ? size : 59 + static_cast<std::size_t>(extra)) << 2);
      body += number(size, extra) + part;
      story.text += part;
    } else if (kind == 2 && distance < 2'048) {
      const std::size_t count = 4 + below(random, 8);
      body += static_cast<char>((distance >> 8) << 5 | (count - 4) << 2 | 1);
      body += number(distance, 1);
      copy(story.text, distance, count);
    } else {
      const std::size_t count = 1 + below(random, 64);
      const int bytes = kind == 3 ? 2 : 4;
      body += static_cast<char>((count - 1) << 2 | (kind == 3 ? 2U : 3U));
      body += number(distance, bytes);
      copy(story.text, distance, count);
    }
  }
  for (std::size_t left = story.text.size(); ; left >>= 7) {
    story.encoded += static_cast<char>(left < 128 ? left : (left & 127) | 128);
    if (left < 128) break;
  }
  story.encoded += body;
  return story;
}

std::string lz4_length(std::size_t over) {
  std::string out;
  for (; over >= 255; over -= 255) out += '\xff';
  return out + static_cast<char>(over);
}

Story lz4_block(Random& random, std::string before) {
  Story story;
  std::string text = std::move(before);
  const std::size_t start = text.size();
  for (std::size_t i = below(random, 20) + 1; i > 0; --i) {
    const std::string part = letters(random, (i == 1 || text.empty() ? 1 : 0) + below(random, below(random, 4) == 0 ? 2'000 : 20));
    const std::size_t count = 4 + below(random, below(random, 4) == 0 ? 3'000 : 20);
    const std::size_t low = i == 1 ? 0 : std::min<std::size_t>(count - 4, 15);
    story.encoded += static_cast<char>(std::min<std::size_t>(part.size(), 15) << 4 | low);
    if (part.size() >= 15) story.encoded += lz4_length(part.size() - 15);
    story.encoded += part;
    text += part;
    if (i == 1) break;
    const std::size_t distance = 1 + below(random, std::min<std::size_t>(text.size(), 65'535));
    story.encoded += number(distance, 2);
    if (low == 15) story.encoded += lz4_length(count - 4 - 15);
    copy(text, distance, count);
  }
  story.text = text.substr(start);
  return story;
}

Story lz4_frame(Random& random) {
  Story story;
  const bool block_check = below(random, 2) == 0, check = below(random, 2) == 0, sized = below(random, 2) == 0;
  story.encoded = "\x04\x22\x4d\x18";
  story.encoded += static_cast<char>(0x40 | (block_check ? 0x10 : 0) | (sized ? 8 : 0) | (check ? 4 : 0));
  story.encoded += "\x40" + std::string(sized ? 8 : 0, '\7') + "h";
  for (std::size_t i = below(random, 5); i > 0; --i) {
    const bool stored = below(random, 3) == 0;
    Story block = stored ? Story{letters(random, 1 + below(random, 500)), {}} : lz4_block(random, story.text);
    if (stored) block.text = block.encoded;
    story.encoded += number(block.encoded.size() | (stored ? 0x80000000U : 0), 4) + block.encoded;
    story.encoded += std::string(block_check ? 4 : 0, 'c');
    story.text += block.text;
  }
  story.encoded += std::string(4, '\0') + std::string(check ? 4 : 0, 'c');
  return story;
}

using Make = std::unique_ptr<Unpacker> (*)(UnpackerMemory&) noexcept;

/// What comes out of `encoded`, cut at random, with outputs of random sizes, before the end or an error.
std::string unpacked(Make make, const std::string& encoded, Random& random, Unpacker::Result& last) {
  UnpackerMemory memory;
  std::string text;
  {
    const std::unique_ptr<Unpacker> unpacker = make(memory);
    REQUIRE(unpacker != nullptr);
    std::size_t at = 0;
    last = Unpacker::Result::more;
    while (at < encoded.size() && last == Unpacker::Result::more) {
      const std::size_t size = std::min(encoded.size() - at, 1 + below(random, below(random, 2) == 0 ? 3 : 900));
      const std::unique_ptr<std::uint8_t[]> piece(new std::uint8_t[size]);
      std::copy_n(encoded.begin() + static_cast<std::ptrdiff_t>(at), size, piece.get());
      Bytes in(piece.get(), size);
      while (!in.empty() && last == Unpacker::Result::more) {
        std::uint8_t room[64];
        std::size_t produced = 0;
        last = unpacker->run(in, MutableBytes(room, 1 + below(random, sizeof room)), produced);
        text.append(reinterpret_cast<const char*>(room), produced);
      }
      at += size - in.size();
    }
  }
  CHECK(memory.used == 0);
  return text;
}

}  // namespace

TEST_CASE("what snappy and LZ4 say comes out, however input and output are cut") {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Unpacker::Result last;
    const Story plain = snappy(random);
    CHECK(unpacked(make_snappy_unpacker, plain.encoded + "rest", random, last) == plain.text);
    CHECK(last == Unpacker::Result::end);
    const Story frame = lz4_frame(random);
    CHECK(unpacked(make_lz4_unpacker, frame.encoded + "rest", random, last) == frame.text);
    CHECK(last == Unpacker::Result::end);
    const Story block = lz4_block(random, {});
    const std::string sized = number(block.text.size(), 4, true) + block.encoded;
    CHECK(unpacked(make_sized_lz4_unpacker, sized + "rest", random, last) == block.text);
    CHECK(last == Unpacker::Result::end);
  }
}

TEST_CASE("a copy from before the beginning, or of more than there is to be, is corrupt") {
  Random random(1);
  Unpacker::Result last;
  for (const std::string& encoded : {std::string("\x0a\x00" "a\x05\x02", 5), std::string("\x02\x00" "a\x05\x01", 5),
                                     std::string("\x02\x08" "abc", 5), std::string("\x05\x00" "a\x0e\x00\x00", 6)}) {
    unpacked(make_snappy_unpacker, encoded, random, last);
    CHECK(last == Unpacker::Result::corrupt);
  }
  for (const std::string& encoded : {std::string("\0\0\0\x20\x10" "a\x02\x00", 8), std::string("\0\0\0\x02\x10" "a\x01\x00", 8),
                                     std::string("\0\0\0\x20\x10" "a\x00\x00", 8)}) {
    unpacked(make_sized_lz4_unpacker, encoded, random, last);
    CHECK(last == Unpacker::Result::corrupt);
  }
}

TEST_CASE("no window is opened beyond the memory there is") {
  UnpackerMemory memory{.limit = 100'000, .used = 0};
  const std::unique_ptr<Unpacker> one = make_lz4_unpacker(memory);
  CHECK(one != nullptr);
  CHECK(make_snappy_unpacker(memory) == nullptr);
}

}  // namespace bulkhead
