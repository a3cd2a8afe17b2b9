#include "protocol/kafka_records.hpp"

#include "protocol/kafka_sizes.hpp"
#include "protocol/text_match.hpp"
#include "protocol/unpacked.hpp"

namespace bulkhead {
namespace {

constexpr std::uint8_t kCompression = 7, kLastCompression = 4;
/// What a batch has in front of its records, behind its size, and a message set's message at least.
constexpr std::uint32_t kBatchHeader = 49, kMessageHeader = 14;

Packing packing_of(std::uint8_t compression) noexcept {
  constexpr Packing kPackings[] = {Packing::by_magic, Packing::by_magic, Packing::snappy, Packing::lz4, Packing::zstd};
  return kPackings[compression];
}

/// Zigzag: a null is -1, which is no bytes like 0.
std::uint64_t length_of(std::uint64_t number) noexcept { return (number & 1) != 0 ? 0 : number >> 1; }

/// The records of one batch, after decompression.
Script walk_batch(Input& in, std::string_view name) {
  FieldName topic;
  topic.set(name);
  for (;;) {
    co_await in.varint();
    if (!in.ok()) co_return Next::more;
    co_await in.u8();
    co_await in.varint();
    co_await in.varint();
    const std::uint64_t key = length_of(co_await in.varint());
    if (key > kLongestKafkaFrame) co_return Next::foreign;
    in.start(Location::key, Role::none, topic.view());
    co_await in.content(key);
    in.close();
    const std::uint64_t value = length_of(co_await in.varint());
    if (value > kLongestKafkaFrame) co_return Next::foreign;
    in.start(Location::message, Role::none, topic.view());
    co_await in.content(value);
    in.close();
    const std::uint64_t headers = length_of(co_await in.varint());
    for (std::uint64_t i = 0; i < headers && in.ok(); ++i) {
      const std::uint64_t header = length_of(co_await in.varint());
      if (header > kLongestKafkaFrame) co_return Next::foreign;
      in.start(Location::key);
      co_await in.content(header);
      in.close();
      in.keep_as_key();
      const std::uint64_t text = length_of(co_await in.varint());
      if (text > kLongestKafkaFrame) co_return Next::foreign;
      in.start(Location::header, Role::none, in.key());
      co_await in.content(text);
      in.close();
    }
  }
}

/// Messages of formats 0 and 1, where a compressed one holds others.
Script walk_messages(Input& in, std::string_view name) {
  FieldName topic;
  topic.set(name);
  for (;;) {
    co_await in.skip(16);
    const std::uint8_t magic = co_await in.u8();
    if (!in.ok()) co_return Next::more;
    const std::uint8_t attributes = co_await in.u8();
    if (magic > 1 || (attributes & kCompression) != 0) co_return Next::foreign;
    if (magic == 1) co_await in.skip(8);
    for (const Location location : {Location::key, Location::message}) {
      const std::uint32_t size = co_await in.u32();
      if (size == UINT32_MAX) continue;  // null
      if (size > kLongestKafkaFrame) co_return Next::foreign;
      in.start(location, Role::none, topic.view());
      co_await in.content(size);
      in.close();
    }
  }
}

}  // namespace

Script walk_kafka_records(Input& in, DecodePool& pool) {
  while (in.left() > 0) {
    co_await in.skip(8);
    const std::uint32_t size = co_await in.u32();
    co_await in.u32();
    const std::uint8_t magic = co_await in.u8();
    if (!in.ok()) co_return Next::more;  // brokers cut the last batch where the answer has its end
    if (magic > 2) co_return Next::foreign;
    std::uint64_t left = size;
    std::uint8_t attributes = 0;
    if (magic == 2) {
      if (size < kBatchHeader) co_return Next::foreign;
      co_await in.u32();
      attributes = static_cast<std::uint8_t>(co_await in.u16());
      co_await in.skip(38);
      left -= kBatchHeader;
    } else {
      if (size < kMessageHeader) co_return Next::foreign;
      attributes = co_await in.u8();
      left -= 6;
      if (magic == 1) {
        if (left < 16) co_return Next::foreign;
        co_await in.skip(8);
        left -= 8;
      }
      const std::uint32_t key = co_await in.u32();
      const std::uint64_t key_size = key == UINT32_MAX ? 0 : key;
      if (key_size + 8 > left) co_return Next::foreign;
      in.start(Location::key, Role::none, in.key());
      co_await in.content(key_size);
      in.close();
      const std::uint32_t value = co_await in.u32();
      left -= key_size + 8;
      if (value != UINT32_MAX && value != left) co_return Next::foreign;
    }
    const std::uint8_t compression = attributes & kCompression;
    InnerScript records(in.protocol());
    if (magic != 2 && compression == 0) {
      in.start(Location::message, Role::none, in.key());
      co_await in.content(left);
    } else {
      records.begin(magic == 2 ? walk_batch(records.input(), in.key()) : walk_messages(records.input(), in.key()));
      if (compression > kLastCompression) {
        in.raise(Exception::unsupported_encoding, left);
        in.start(Location::stream);
        co_await in.content(left);
      } else if (compression == 0) {
        records.input().enter(left);
        co_await in.through(left, records);
      } else {
        Unpacked unpacked(pool, records);
        unpacked.begin(packing_of(compression));
        co_await in.through(left, unpacked);
        unpacked.finish(in.out());
      }
    }
    in.close();
  }
  co_return Next::more;
}

}  // namespace bulkhead
