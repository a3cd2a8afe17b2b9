#include "protocol/dns.hpp"

#include "protocol/dns_names.hpp"
#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

enum Type : std::uint16_t {
  kNs = 2, kCname = 5, kSoa = 6, kPtr = 12, kMx = 15, kTxt = 16, kSrv = 33, kDname = 39, kSpf = 99,
};
constexpr std::size_t kHeader = 12, kSmallestMessage = kHeader + 5;
constexpr std::uint8_t kPointer = 0xc0, kLongestLabel = 63;
/// What pointers may add to one message: two bytes of one can mean 255.
constexpr std::size_t kMostExpanded = 16 * 1024;

/// How many names the data of a record is, and the bytes in front of them.
struct Names {
  std::uint32_t count;
  std::uint32_t before;
};
Names names_in(std::uint16_t type) noexcept {
  switch (type) {
    case kNs: case kCname: case kPtr: case kDname:
      return {1, 0};
    case kSoa:
      return {2, 0};
    case kMx:
      return {1, 2};
    case kSrv:
      return {1, 6};
    default:
      return {0, 0};
  }
}

/// One message, which is all of the frame.
Script walk_dns(Input& in) {
  const std::uint64_t size = in.left();
  DnsLabels labels;
  std::size_t expanded = 0;
  co_await in.u32();
  std::uint64_t questions = co_await in.u16();
  std::uint64_t records = co_await in.u16();
  records += co_await in.u16();
  records += co_await in.u16();
  while ((questions > 0 || records > 0) && in.left() > 0) {
    const bool question = questions > 0;
    question ? --questions : --records;
    std::uint16_t type = 0;
    std::uint64_t end = 0;  ///< bytes left behind the record's data
    Names names{1, 0};
    bool owner = true;
    for (; names.count > 0; --names.count) {
      DnsJoined joined;
      bool first = true, all_joined = true;
      in.start(Location::name);
      for (;;) {
        const auto offset = static_cast<std::size_t>(size - in.left());
        const std::uint8_t length = co_await in.u8();
        if (!in.ok()) co_return Next::foreign;
        if (length == 0) {
          if (!first) labels.name_ends();
          break;
        }
        if (length >= kPointer) {
          const std::size_t to = (length & 0x3fU) << 8 | co_await in.u8();
          if (first) break;  // a whole name was read where it is pointed to
          labels.name_points(to);
          const bool followed = expanded <= kMostExpanded && labels.follow(to, offset, [&](std::string_view label) {
            in.write(".");
            in.write(label);
            all_joined &= joined.add(label);
            expanded += label.size() + 1;
          });
          all_joined &= followed || (expanded <= kMostExpanded && !labels.full());
          break;
        }
        if (length > kLongestLabel) co_return Next::foreign;
        if (!first) in.write(".");
        co_await in.content(length);
        labels.label(offset, in.kept());
        all_joined &= joined.add(in.kept());
        first = false;
      }
      in.close();
      if (!all_joined) in.raise(Exception::count_limit);
      if (!joined.view().empty()) {
        in.write(joined.view());
        in.close();
      }
      if (!owner) continue;
      owner = false;
      type = co_await in.u16();
      co_await in.u16();
      if (question) break;
      co_await in.u32();
      const std::uint16_t data = co_await in.u16();
      if (!in.ok()) co_return Next::foreign;
      end = in.left() > data ? in.left() - data : 0;
      const Names inside = names_in(type);
      names = {inside.count + 1, inside.before};
      if (inside.before > data) break;
      co_await in.skip(inside.before);
    }
    if (question) continue;
    if (in.left() < end) co_return Next::foreign;  // a name that is longer than its record
    if (type == kTxt || type == kSpf) {
      in.start(Location::value);
      while (in.left() > end) {
        const std::uint64_t length = co_await in.u8();
        const std::uint64_t there = in.left() - end;
        co_await in.content(length < there ? length : there);
      }
    } else {
      in.start(Location::value);
      co_await in.content(in.left() - end);
    }
    in.close();
  }
  if (in.left() > 0) {
    in.start(Location::stream);
    co_await in.content(in.left());
    in.close();
  }
  co_await in.skip(in.left());
  co_return Next::more;
}

class Dns final : public Scripted {
 public:
  Dns() noexcept : Scripted(Protocol::dns) {}

 private:
  Script client(Input& in) noexcept override { return messages(in); }
  Script server(Input& in) noexcept override { return messages(in); }

  static Script messages(Input& in) noexcept {
    for (;;) {
      const std::uint16_t length = co_await in.u16();
      if (length < kHeader) co_return Next::foreign;
      in.enter(length);
      InnerScript message(Protocol::dns);
      message.input().enter(length);
      message.begin(walk_dns(message.input()));
      co_await in.through(length, message);
      in.close();
      in.leave();
    }
  }
};

/// Flags and counts that somebody would send: known operations, the reserved bit 0, and few of everything.
bool plausible_header(Reader& header) noexcept {
  header.u16();
  const std::uint16_t flags = header.u16();
  const std::uint16_t questions = header.u16(), answers = header.u16(), authorities = header.u16(), others = header.u16();
  const bool response = (flags & 0x8000) != 0;
  const int operation = (flags >> 11) & 15;
  constexpr int kNotify = 4, kUpdate = 5;
  if (operation > kUpdate || operation == 3 || (flags & 0x40) != 0) return false;
  if (!response && (flags & 0x0f) != 0) return false;
  // A cache's known answers may come with a question (RFC 6762 7.1), and several questions with none.
  constexpr std::uint16_t kMostQuestions = 64, kMostRecords = 4'096;
  if (questions > kMostQuestions || answers > kMostRecords || authorities > kMostRecords || others > kMostRecords)
    return false;
  if (questions + answers + authorities + others == 0) return response && operation <= kNotify;
  return true;
}

bool is_class(std::uint16_t value) noexcept {
  constexpr std::uint16_t kInternet = 1, kChaos = 3, kHesiod = 4, kNone = 254, kAny = 255, kUnicast = 0x8000;
  const auto plain = static_cast<std::uint16_t>(value & ~kUnicast);
  return plain == kInternet || plain == kChaos || plain == kHesiod || plain == kNone || plain == kAny;
}

}  // namespace

Match dns_client(Bytes first) noexcept {
  // A length, a number, the flags of a query, one question, and few records: those of a transfer or an update.
  static constexpr std::size_t kLabel = 2 + kHeader;
  if (first.size() > 1 && (first[0] << 8 | first[1]) < static_cast<int>(kSmallestMessage)) return Match::no;
  if (first.size() > 4 && (first[4] & 0x86) != 0) return Match::no;
  if (first.size() > 5 && (first[5] & 0xcf) != 0) return Match::no;
  for (const std::size_t at : {6U, 8U, 9U, 10U, 12U})
    if (first.size() > at && first[at] != 0) return Match::no;
  if (first.size() > 7 && first[7] != 1) return Match::no;
  constexpr std::uint8_t kMostRecords = 4;
  for (const std::size_t at : {11U, 13U})
    if (first.size() > at && first[at] > kMostRecords) return Match::no;
  if (first.size() <= kLabel) return Match::maybe;
  return first[kLabel] <= kLongestLabel ? Match::yes : Match::no;
}

std::unique_ptr<Follower> follow_dns(DecodePool&) { return std::make_unique<Dns>(); }

bool read_dns(Bytes datagram, Origin origin, const Outlet& out) noexcept {
  Reader reader(datagram);
  if (datagram.size() < kHeader || !plausible_header(reader)) return false;
  for (std::size_t length = 0;;) {
    const std::uint8_t label = reader.u8();
    if (label == 0) break;
    length += label + 1U;
    if (label > kLongestLabel || length > DnsLabels::kLongestName) return false;
    reader.take(label);
  }
  reader.u16();
  const std::uint16_t record_class = reader.u16();
  // That of EDNS has a size there, but is never the first.
  if (!reader.ok() || !is_class(record_class)) return false;
  InnerScript message(Protocol::dns);
  message.input().enter(datagram.size());
  message.begin(walk_dns(message.input()));
  message.take(datagram, origin, out);
  out.close();
  return true;
}

}  // namespace bulkhead
