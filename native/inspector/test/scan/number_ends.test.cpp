#include "detect/identity/number_ends.hpp"

#include <random>
#include <string>
#include <vector>

#include "detect/identity/written.hpp"
#include "detect/kinds_wanted.hpp"
#include "detect/number_filter.hpp"
#include "lane/event_judge.hpp"
#include "lane/find_events.hpp"
#include "lane/named.hpp"
#include "lane/sift.hpp"
#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;
using detect::DetectorSet;
using detect::identity::kMaxWritten;
using detect::identity::kRuleCount;
using detect::identity::NumberEnds;
using detect::identity::Written;

namespace {

struct Vector {
  std::string_view detector, number;
  bool valid;
};
constexpr Vector kVectors[] = {
#include "scan/identity_vectors.inc"
};

using Random = std::mt19937;

template <typename Items>
const auto& one_of(const Items& items, Random& random) {
  return items[random() % std::size(items)];
}

std::vector<Written> all_ways() {
  std::vector<Written> all;
  for (std::size_t size = 0; size <= kMaxWritten; ++size)
    for (const auto ways : {detect::identity::of_digits(size), detect::identity::of_groups(size), detect::identity::of_letters(size)})
      all.insert(all.end(), ways.begin(), ways.end());
  return all;
}

std::string_view id_of(std::size_t rule) { return kDetectors[detect::kFirstIdentity + rule].id; }

/// A number of the rule written in this way, a right one where there is one of that length.
std::string written(const Written& way, Random& random) {
  static const std::vector<std::vector<std::string_view>> right = [] {
    std::vector<std::vector<std::string_view>> by_rule(kRuleCount);
    for (const Vector& vector : kVectors)
      for (std::size_t rule = 0; rule < kRuleCount; ++rule)
        if (vector.valid && vector.detector == id_of(rule)) by_rule[rule].push_back(vector.number);
    return by_rule;
  }();
  const auto place = [](char c) { return c == 'd' || c == 'L' || c == 'X' || c == 'K' || c == 'Z'; };
  const auto places = static_cast<std::size_t>(std::count_if(way.text.begin(), way.text.end(), place));
  std::vector<std::string> fitting;
  for (const std::string_view number : right[way.rule]) {
    std::string compact;
    for (const char c : number)
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) compact += c;
    if (compact.size() == places) fitting.push_back(compact);
  }
  const std::string from = fitting.empty() || random() % 8 == 0 ? "" : one_of(fitting, random);
  std::string number;
  std::size_t taken = 0;
  for (const char c : way.text) {
    if (!place(c)) {
      number += c;
      continue;
    }
    const bool letter = c == 'L' || ((c == 'X' || c == 'K') && random() % 2 == 0);
    const char made = c == 'Z' ? "XYZ"[random() % 3]
                      : letter ? static_cast<char>('A' + random() % 26)
                               : static_cast<char>('0' + random() % 10);
    number += from.empty() ? made : from[taken];
    ++taken;
  }
  return number;
}

std::string sample(const std::vector<Written>& ways, Random& random) {
  static constexpr std::string_view kKeys[] = {"orderId", "id", "tax id", "national_id", "healthInsurance", "cccd", "value", "note"};
  static constexpr std::string_view kBefore[] = {"", " ", "-", ".", "/", "+", "(", "_", "x", "A", "5", "\\n", "12-", "7 ", "IBAN"};
  static constexpr std::string_view kBehind[] = {"", " ", "-", ".", "/", "(", "_", "x", "K", "5", "<", "-1", " 12", ".com", "\xc3\xa9"};
  std::string text;
  while (text.size() < 700) {
    const Written& way = one_of(ways, random);
    std::string key(random() % 2 == 0 ? id_of(way.rule) : one_of(kKeys, random));
    if (random() % 2 == 0) std::replace(key.begin(), key.end(), '-', ' ');
    const std::string number = written(way, random);
    switch (random() % 4) {
      case 0:
        text += "\"" + key + "\":\"" + number + "\",";
        break;
      case 1:
        text += "\"" + key + "\": " + number + "}";
        break;
      case 2:
        text += key + " " + number + ", ";
        break;
      default:
        text += key + ": " + std::string(one_of(kBefore, random)) + number + std::string(one_of(kBehind, random)) + "\n";
    }
  }
  return text;
}

/// How the events of a field are found and chosen.
struct Search {
  lane::FindEvents find;
  lane::SelectNamed select;
  NumberEnds ends;
};

/// Every number that any rule might have, and no key remembered.
Search plain() {
  NumberEnds ends;
  for (std::size_t digits = 3; digits <= NumberEnds::kLongest; ++digits) {
    ends.by_length[digits] = 0xff;
    ends.groups_before[digits] = ~0U;
  }
  ends.any = true;
  return {lane::find_events_scalar<lane::Finds::all>, lane::select_named_scalar, ends};
}
Search narrowed(const DetectorSet& enabled) {
  const NumberEnds ends = detect::identity::number_ends_of(enabled);
  return {lane::best_find_events(lane::finds_of(ends.short_runs, detect::kinds_wanted(enabled).names)),
          lane::best_select_named(), ends};
}

std::vector<Detection> detections(const std::string& text, const DetectorSet& enabled, const Search& search, detect::Findings& found) {
  std::vector<std::uint8_t> bytes(detect::kLookBack + text.size() + detect::kLookAhead + 64);
  std::copy(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(detect::kLookBack));
  const std::uint8_t* const from = bytes.data() + detect::kLookBack;
  const detect::FieldView view{bytes.data(), from + text.size(), -static_cast<std::int64_t>(detect::kLookBack), true};
  Collected sink;
  lane::Reported reported;
  lane::EventJudge judge(enabled, detect::kinds_wanted(enabled), reported, false, found, sink);
  std::uint16_t positions[lane::kMaxEvents], named[lane::kMaxEvents];
  const std::size_t count = search.find(from, text.size() + 1, positions);
  const std::size_t named_count =
      search.ends.any ? search.select(from, positions, count, named, search.ends, found.quiet_keys()) : 0;
  const std::size_t sifted = lane::best_sift()(from, positions, count, detect::numbers_wanted(enabled));
  CHECK(judge.judge(view, from, {positions, sifted}, {named, named_count}) == nullptr);
  return sink.all;
}

}  // namespace

TEST_CASE("numbers and events that no rule in force may want are left out, and no finding with them") {
  Random random(17);
  const std::vector<Written> all = all_ways();
  std::vector<std::size_t> seen(kDetectors.size());
  const auto found = std::make_unique<detect::Findings>();
  const auto check = [&](const DetectorSet& enabled, const std::vector<Written>& ways, int rounds) {
    const Search search = narrowed(enabled);
    for (int round = 0; round < rounds; ++round) {
      const std::string text = sample(random() % 2 == 0 ? ways : all, random);
      const auto fresh = std::make_unique<detect::Findings>();
      const auto expected = detections(text, enabled, plain(), *fresh);
      CAPTURE(text);
      REQUIRE(describe(detections(text, enabled, search, *found)) == describe(expected));
      for (const Detection& detection : expected) ++seen[detection.detector];
    }
  };
  for (std::size_t rule = 0; rule < kRuleCount; ++rule) {
    DetectorSet enabled;
    enabled.add(detect::kFirstIdentity + rule);
    if (rule % 2 == 0)
      for (const std::size_t shipped : {detect::kPaymentCard, detect::kUsSsn, detect::kPhone, detect::kIban}) enabled.add(shipped);
    std::vector<Written> own;
    std::copy_if(all.begin(), all.end(), std::back_inserter(own), [rule](const Written& way) { return way.rule == rule; });
    CAPTURE(id_of(rule));
    for (int tries = 0; tries < 20 && seen[detect::kFirstIdentity + rule] == 0; ++tries) check(enabled, own, 40);
    CHECK(seen[detect::kFirstIdentity + rule] > 0);
  }
  for (int set = 0; set < 100; ++set) {
    DetectorSet enabled;
    for (std::size_t n = 1 + random() % 12; n > 0; --n) enabled.add(random() % kDetectors.size());
    check(enabled, all, 20);
  }
}

TEST_CASE("a rule in force asks for the ends of its own numbers and for six digits in a row only where it needs them") {
  const auto ends_of = [](std::initializer_list<detect::BuiltIn> detectors) {
    DetectorSet enabled;
    for (const detect::BuiltIn detector : detectors) enabled.add(detector);
    return detect::identity::number_ends_of(enabled);
  };
  const NumberEnds npi = ends_of({detect::kUsNpi});
  CHECK(npi.ways(10, ' ', ',') != 0);
  CHECK(npi.ways(9, ' ', ',') == 0);
  CHECK(npi.ways(10, 'a', ',') == 0);
  CHECK(npi.ways(10, ' ', 'X') == 0);
  CHECK_FALSE(npi.short_runs);
  CHECK(ends_of({detect::kEsDni}).short_runs);
  CHECK(ends_of({detect::kUsItin}).may_follow(2, 4));
  CHECK_FALSE(ends_of({detect::kUsItin}).may_follow(4, 4));  // as in an UUID
  CHECK_FALSE(ends_of({detect::kUsDea}).any);  // two letters lead to it
  CHECK(ends_of({detect::kMrz}).ways(7, 'M', '<') != 0);
  CHECK_FALSE(ends_of({detect::kEmail}).any);
}

TEST_CASE("a travel document's zone is found whatever else is on") {
  const std::string zone =
      "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<\n"
      "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n";
  DetectorSet enabled;
  enabled.add(detect::kMrz);
  detect::Findings found;
  CHECK(detections(zone, enabled, narrowed(enabled), found).size() == 2);
}
