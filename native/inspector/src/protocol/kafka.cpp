#include "protocol/kafka.hpp"

#include <algorithm>
#include <deque>

#include "protocol/kafka_records.hpp"
#include "protocol/kafka_sizes.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

enum Api : std::uint16_t { kProduce = 0, kFetch = 1, kSaslHandshake = 17, kSaslAuthenticate = 36, kUnknown = 0xffff };
/// Kafka 4.1 has keys up to 92 and versions up to 18.
constexpr std::uint16_t kLastApi = 127, kLastVersion = 31;
/// Versions from which a message is flexible, and from which a topic is an id.
constexpr std::uint16_t kFlexibleProduce = 9, kFlexibleFetch = 12, kFlexibleAuthenticate = 2, kTopicIds = 13;
/// Requests whose answers have not come. Clients pipeline 5 by default; what is beyond is answered unknown, and where that
/// answer holds records it is said.
constexpr std::size_t kMostPending = 256;
constexpr std::uint32_t kLongestToken = 1U << 20;

bool is_flexible(std::uint16_t api, std::uint16_t version) noexcept {
  return (api == kProduce && version >= kFlexibleProduce) || (api == kFetch && version >= kFlexibleFetch) ||
         (api == kSaslAuthenticate && version >= kFlexibleAuthenticate);
}

/// A topic's id as Kafka writes it: base64 for URLs, without padding.
struct TopicId {
  static constexpr std::size_t kBytes = 16, kSize = 22;
  char text[kSize];

  explicit TopicId(std::string_view bytes) noexcept {
    constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (std::size_t i = 0; i < kSize; ++i) {
      const std::size_t bit = 6 * i, at = bit / 8;
      const auto byte = [&](std::size_t j) { return j < bytes.size() ? static_cast<std::uint8_t>(bytes[j]) : 0U; };
      text[i] = kDigits[((byte(at) << 8 | byte(at + 1)) >> (10 - bit % 8)) & 63];
    }
  }
};

class Kafka final : public Scripted {
 public:
  explicit Kafka(DecodePool& pool) noexcept : Scripted(Protocol::kafka), pool_(pool) {}

 private:
  struct Request {
    std::uint32_t correlation;
    std::uint16_t api, version;
  };

  Script client(Input& in) noexcept override {
    for (;;) {
      const std::uint32_t length = co_await in.u32();
      const bool token = tokens_[0] > 0;
      if (token ? length > kLongestToken : length < 8 || length > kLongestKafkaFrame) co_return Next::foreign;
      in.enter(length);
      std::uint16_t api = kSaslAuthenticate, version = 0;
      if (token) {
        --tokens_[0];
      } else {
        api = co_await in.u16();
        version = co_await in.u16();
        const std::uint32_t correlation = co_await in.u32();
        if (api > kLastApi || version > kLastVersion) co_return Next::foreign;
        if (pending_.size() == kMostPending) {
          if (pending_.front().api == kFetch) in.raise(Exception::count_limit);
          pending_.pop_front();
        }
        pending_.push_back({correlation, api, version});
        const std::uint64_t client_id = co_await kafka_string_size(in, false);
        in.start(Location::argument);
        co_await in.content(client_id);
        in.close();
      }
      const bool flexible = is_flexible(api, version);
      for (std::uint64_t tags = flexible ? co_await in.varint() : 0; tags > 0 && in.ok(); --tags) {
        co_await in.varint();
        const std::uint64_t size = co_await in.varint();
        in.start(Location::argument);
        co_await in.content(size);
        in.close();
      }
      if (api == kProduce) {
        if (version >= 3) {
          const std::uint64_t transaction = co_await kafka_string_size(in, flexible);
          in.start(Location::argument);
          co_await in.content(transaction);
          in.close();
        }
        co_await in.skip(6);
        std::uint64_t topics = co_await kafka_size(in, flexible);
        for (; topics > 0 && in.ok(); --topics) {
          if (version >= kTopicIds) {
            co_await in.word(TopicId::kBytes);
            const TopicId id(in.kept());
            in.set_key({id.text, TopicId::kSize});
          } else {
            const std::uint64_t name = co_await kafka_string_size(in, flexible);
            in.start(Location::topic);
            co_await in.content(name);
            in.close();
            in.keep_as_key();
          }
          std::uint64_t partitions = co_await kafka_size(in, flexible);
          for (; partitions > 0 && in.ok(); --partitions) {
            co_await in.u32();
            const std::uint64_t size = co_await kafka_size(in, flexible);
            InnerScript records(Protocol::kafka);
            records.begin(walk_kafka_records(records.input(), pool_));
            records.input().enter(size);
            records.input().set_key(in.key());
            co_await in.through(size, records);
            in.close();
            for (std::uint64_t tags = flexible ? co_await in.varint() : 0; tags > 0 && in.ok(); --tags) {
              co_await in.varint();
              const std::uint64_t tag = co_await in.varint();
              in.start(Location::argument);
              co_await in.content(tag);
              in.close();
            }
          }
          for (std::uint64_t tags = flexible ? co_await in.varint() : 0; tags > 0 && in.ok(); --tags) {
            co_await in.varint();
            const std::uint64_t tag = co_await in.varint();
            in.start(Location::argument);
            co_await in.content(tag);
            in.close();
          }
        }
      } else if (api == kSaslHandshake) {
        const std::uint64_t name = co_await kafka_string_size(in, false);
        in.start(Location::argument);
        co_await in.content(name);
        in.close();
        mechanism_.set(in.kept());
        // In version 0 tokens follow bare: one of PLAIN and of OAUTHBEARER, two of SCRAM.
        const bool scram = in.kept().starts_with("SCRAM-");
        if (version == 0) tokens_[0] = scram ? 2 : 1;
      } else if (api == kSaslAuthenticate) {
        std::uint64_t size = in.left();
        if (!token) size = co_await kafka_size(in, flexible);
        const std::uint64_t behind = in.left() > size ? in.left() - size : 0;
        if (mechanism_.view() == "PLAIN" || co_await in.peek() == 0) {
          in.start(Location::argument);
          co_await in.until(0);  // whom to act for
          co_await in.u8();
          in.start(Location::argument, Role::user);
          co_await in.until(0);
          co_await in.u8();
          in.start(Location::argument, Role::secret);
        } else {
          in.start(Location::argument, mechanism_.view() == "OAUTHBEARER" ? Role::secret : Role::none);
        }
        co_await in.content(in.left() > behind ? in.left() - behind : 0);
        in.close();
      }
      if (in.left() > 0) {
        in.start(Location::argument);
        co_await in.content(in.left());
        in.close();
      }
      in.leave();
    }
  }

  Script server(Input& in) noexcept override {
    for (;;) {
      const std::uint32_t length = co_await in.u32();
      const bool token = tokens_[1] > 0;
      if (token ? length > kLongestToken : length < 4 || length > kLongestKafkaFrame) co_return Next::foreign;
      in.enter(length);
      Request request{0, kUnknown, 0};
      if (token) {
        --tokens_[1];
      } else {
        request = answered(co_await in.u32());
      }
      if (request.api == kSaslHandshake && request.version == 0)
        tokens_[1] = mechanism_.view().starts_with("SCRAM-") ? 2 : 1;
      if (request.api == kFetch) {
        const std::uint16_t version = request.version;
        const bool flexible = is_flexible(kFetch, version);
        for (std::uint64_t tags = flexible ? co_await in.varint() : 0; tags > 0 && in.ok(); --tags) {
          co_await in.varint();
          const std::uint64_t size = co_await in.varint();
          in.start(Location::reply);
          co_await in.content(size);
          in.close();
        }
        co_await in.skip((version >= 1 ? 4 : 0) + (version >= 7 ? 6 : 0));
        std::uint64_t topics = co_await kafka_size(in, flexible);
        for (; topics > 0 && in.ok(); --topics) {
          if (version >= kTopicIds) {
            co_await in.word(TopicId::kBytes);
            const TopicId id(in.kept());
            in.set_key({id.text, TopicId::kSize});
          } else {
            const std::uint64_t name = co_await kafka_string_size(in, flexible);
            in.start(Location::topic);
            co_await in.content(name);
            in.close();
            in.keep_as_key();
          }
          std::uint64_t partitions = co_await kafka_size(in, flexible);
          for (; partitions > 0 && in.ok(); --partitions) {
            // Index, error, high watermark, last stable and first offset.
            co_await in.skip(14 + (version >= 4 ? 8 : 0) + (version >= 5 ? 8 : 0));
            if (version >= 4) {
              std::uint64_t aborted = co_await kafka_size(in, flexible);
              for (; aborted > 0 && in.ok(); --aborted) {
                co_await in.skip(16);
                for (std::uint64_t tags = flexible ? co_await in.varint() : 0; tags > 0 && in.ok(); --tags) {
                  co_await in.varint();
                  const std::uint64_t tag = co_await in.varint();
                  in.start(Location::reply);
                  co_await in.content(tag);
                  in.close();
                }
              }
            }
            if (version >= 11) co_await in.u32();
            const std::uint64_t size = co_await kafka_size(in, flexible);
            InnerScript records(Protocol::kafka);
            records.begin(walk_kafka_records(records.input(), pool_));
            records.input().enter(size);
            records.input().set_key(in.key());
            co_await in.through(size, records);
            in.close();
            for (std::uint64_t tags = flexible ? co_await in.varint() : 0; tags > 0 && in.ok(); --tags) {
              co_await in.varint();
              const std::uint64_t tag = co_await in.varint();
              in.start(Location::reply);
              co_await in.content(tag);
              in.close();
            }
          }
          for (std::uint64_t tags = flexible ? co_await in.varint() : 0; tags > 0 && in.ok(); --tags) {
            co_await in.varint();
            const std::uint64_t tag = co_await in.varint();
            in.start(Location::reply);
            co_await in.content(tag);
            in.close();
          }
        }
      }
      if (in.left() > 0) {
        in.start(Location::reply);
        co_await in.content(in.left());
        in.close();
      }
      in.leave();
    }
  }

  /// The request with this number. Answers come in order, so those before it have none (`acks` of 0).
  Request answered(std::uint32_t correlation) noexcept {
    const auto found = std::find_if(pending_.begin(), pending_.end(),
                                    [&](const Request& request) { return request.correlation == correlation; });
    if (found == pending_.end()) return {correlation, kUnknown, 0};
    const Request request = *found;
    pending_.erase(pending_.begin(), found + 1);
    return request;
  }

  DecodePool& pool_;
  std::deque<Request> pending_;
  FieldName mechanism_;
  std::uint8_t tokens_[2] = {};  ///< bare SASL tokens still to come
};

}  // namespace

Match kafka_client(Bytes first) noexcept {
  // Size, API key, version, a number that counts up, and the client's name. A first request is below 16 MiB.
  constexpr std::size_t kName = 14;
  const auto high_bytes_are_zero = [&] {
    for (const std::size_t at : {0U, 4U, 6U})
      if (first.size() > at && first[at] != 0) return false;
    return first.size() <= 8 || first[8] < 0x80;
  };
  if (!high_bytes_are_zero()) return Match::no;
  if (first.size() > 5 && first[5] > kLastApi) return Match::no;
  if (first.size() > 7 && first[7] > kLastVersion) return Match::no;
  const std::size_t size = first.size() > 3 ? first[1] << 16 | first[2] << 8 | first[3] : 0;
  if (first.size() > 3 && size < 10) return Match::no;
  if (first.size() < kName) return Match::maybe;
  const int name = first[12] << 8 | first[13];
  if (name == 0xffff || name == 0) {
    // Without a name the number must be one of a young session, and what is asked for known and short.
    const bool young = first[8] == 0 && first[9] == 0 && first[1] == 0;
    return young && size >= kName - 4 && first[7] <= 18 && first[5] <= 92 ? Match::yes : Match::no;
  }
  if (static_cast<std::size_t>(name) + kName - 4 > size) return Match::no;
  constexpr int kEnough = 4;
  for (int i = 0; i < name && kName + i < first.size(); ++i)
    if (first[kName + i] < 0x20 || first[kName + i] > 0x7e) return Match::no;
  return first.size() >= kName + std::min(name, kEnough) ? Match::yes : Match::maybe;
}

std::unique_ptr<Follower> follow_kafka(DecodePool& pool) { return std::make_unique<Kafka>(pool); }

}  // namespace bulkhead
