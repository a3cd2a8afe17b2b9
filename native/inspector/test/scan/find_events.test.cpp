#include "lane/find_events.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace bulkhead::lane;

namespace {

std::vector<std::uint16_t> run(FindEvents find, const std::vector<std::uint8_t>& bytes, std::size_t from,
                               std::size_t length) {
  std::vector<std::uint16_t> positions(kMaxEvents);
  positions.resize(find(bytes.data() + from, length, positions.data()));
  return positions;
}

/// Texts in which events are frequent, and random bytes.
std::vector<std::uint8_t> sample(std::mt19937& random, std::size_t size) {
  static const std::string kPieces[] = {"0", "12", "345", "6789", "123456789", "4111111111111111", " ", "-", ".", "  ",
                                        "+", "(", "@", "DE89", "G", "7", ".eyJ", "--B", "AKI", "ghp_", "b_p", "xox",
                                        "k_l", "k_t", "a", ".\xe5y", "\xc1KI", "\x80\xff", "\n", "f", "o", "p", "O", "AB1", "dob", "ID|", "0xd", "(415) 555-2671", "1 2 3 4 5 6"};
  std::vector<std::uint8_t> bytes;
  const bool noise = random() % 4 == 0;
  while (bytes.size() < size) {
    if (noise) {
      bytes.push_back(static_cast<std::uint8_t>(random()));
    } else {
      const std::string& piece = kPieces[random() % std::size(kPieces)];
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    }
  }
  return bytes;
}

/// The definition of an event, written down once more without any masks.
bool is_event(const std::vector<std::uint8_t>& b, std::size_t i) {
  const auto digit = [&](std::size_t k) { return b[k] >= '0' && b[k] <= '9'; };
  const auto separator = [&](std::size_t k) { return b[k] == ' ' || b[k] == '-' || b[k] == '.'; };
  if (b[i] == '@') return true;
  if (digit(i)) return b[i - 1] == '+' || b[i - 1] == '(';
  if (!digit(i - 1) || !digit(i - 2) || !digit(i - 3)) return false;
  for (std::size_t k = i - 9; k < i; ++k)
    if (!digit(k) && !(separator(k) && digit(k - 1))) return false;
  return true;
}

void check_against(FindEvents scalar, FindEvents find) {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    const std::size_t length = random() % (round % 10 == 0 ? kChunk + 1 : 1200);
    const std::size_t from = kFindLookBack + random() % 70;
    const auto bytes = sample(random, from + length);
    CAPTURE(round);
    CHECK(run(find, bytes, from, length) == run(scalar, bytes, from, length));
  }
}

}  // namespace

TEST_CASE("the AVX2 finder finds exactly what the scalar finder finds") {
  if (!cpu_has_avx2()) {
    MESSAGE("skipped: this CPU has no AVX2");
    return;
  }
  check_against(find_events_scalar<Finds::secrets>, find_events_avx2<Finds::secrets>);
  check_against(find_events_scalar<Finds::short_runs_too>, find_events_avx2<Finds::short_runs_too>);
  check_against(find_events_scalar<Finds::names_too>, find_events_avx2<Finds::names_too>);
  check_against(find_events_scalar<Finds::all>, find_events_avx2<Finds::all>);
}

TEST_CASE("the AVX-512 finder finds exactly what the scalar finder finds") {
  if (!cpu_has_avx512()) {
    MESSAGE("skipped: this CPU has no AVX-512 with VBMI2");
    return;
  }
  check_against(find_events_scalar<Finds::secrets>, find_events_avx512<Finds::secrets>);
  check_against(find_events_scalar<Finds::short_runs_too>, find_events_avx512<Finds::short_runs_too>);
  check_against(find_events_scalar<Finds::names_too>, find_events_avx512<Finds::names_too>);
  check_against(find_events_scalar<Finds::all>, find_events_avx512<Finds::all>);
}

TEST_CASE("the AVX-512 finder reads nothing behind the chunk and nothing further back than it may") {
  if (!cpu_has_avx512()) {
    MESSAGE("skipped: this CPU has no AVX-512 with VBMI2");
    return;
  }
  std::mt19937 random(13);
  for (std::size_t length = 0; length <= 700; ++length) {
    // Heap blocks of their own: the sanitizer then sees one byte too many on either side.
    const auto bytes = sample(random, kFindLookBack + length);
    const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(kFindLookBack + length);
    const std::vector<std::uint8_t> exact(bytes.begin(), end);
    const auto secrets = run(find_events_scalar<Finds::secrets>, exact, kFindLookBack, length);
    CHECK(run(find_events_avx512<Finds::secrets>, exact, kFindLookBack, length) == secrets);
    const auto all = run(find_events_scalar<Finds::all>, exact, kFindLookBack, length);
    CHECK(run(find_events_avx512<Finds::all>, exact, kFindLookBack, length) == all);
  }
}

TEST_CASE("the finder finds every number, address and telephone mark, whatever the alignment") {
  std::mt19937 random(12);
  for (int round = 0; round < 500; ++round) {
    const std::size_t length = random() % 500;
    const std::size_t from = kFindLookBack + random() % 70;
    const auto bytes = sample(random, from + length);
    CAPTURE(round);
    for (const Finds finds : {Finds::secrets, Finds::short_runs_too, Finds::names_too, Finds::all}) {
      std::vector<bool> set(length);
      for (const std::uint16_t position : run(best_find_events(finds), bytes, from, length)) set[position] = true;
      for (std::size_t i = 0; i < length; ++i)
        if (is_event(bytes, from + i)) CHECK(set[i]);
    }
  }
}

TEST_CASE("ordinary text has no events") {
  const std::string text =
      std::string(kFindLookBack, ' ') + "<p class=\"a\">Ordered 3 of 12 on 2026-11-05 at 10:30, 4.50 each (5% off)</p>";
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  for (const Finds finds : {Finds::secrets, Finds::short_runs_too, Finds::names_too, Finds::all}) {
    const auto found = run(best_find_events(finds), bytes, kFindLookBack, bytes.size() - kFindLookBack);
    CHECK(found.size() == 1);  // "(5"
  }
}

TEST_CASE("names and records are events only where they are looked for, and secrets always") {
  const auto count = [](std::string_view text, Finds finds) {
    std::vector<std::uint8_t> bytes(kFindLookBack, ' ');
    bytes.insert(bytes.end(), text.begin(), text.end());
    return run(best_find_events(finds), bytes, kFindLookBack, text.size()).size();
  };
  for (const std::string_view name : {"address", "Dob", "PID|1", "\"ip\"", "0xAb", "bc1q", "M1*", "Patient"}) {
    CAPTURE(name);
    CHECK(count(name, Finds::secrets) == 0);
    CHECK(count(name, Finds::names_too) == 1);
  }
  for (const std::string_view secret : {"a.ey", "--B", "ghp_", "sKey"}) {
    CAPTURE(secret);
    CHECK(count(secret, Finds::secrets) == 1);
    CHECK(count(secret, Finds::names_too) == 1);
  }
}

TEST_CASE("six digits in a row are none on a small letter up to 'o', and nine digits are one on any byte") {
  const auto events = [](FindEvents find, const std::string& digits, int byte) {
    // Behind more than one way to go through blocks.
    for (const std::size_t front : {kFindLookBack, kFindLookBack + 8 * kBlock}) {
      const std::string text = std::string(front, ',') + digits + static_cast<char>(byte) + ",,";
      if (run(find, {text.begin(), text.end()}, kFindLookBack, text.size() - kFindLookBack).empty()) return false;
    }
    return true;
  };
  std::vector<FindEvents> finders = {find_events_scalar<Finds::short_runs_too>, find_events_scalar<Finds::all>};
  if (cpu_has_avx2()) finders.insert(finders.end(), {find_events_avx2<Finds::short_runs_too>, find_events_avx2<Finds::all>});
  if (cpu_has_avx512()) finders.insert(finders.end(), {find_events_avx512<Finds::short_runs_too>, find_events_avx512<Finds::all>});
  for (const FindEvents find : finders) {
    for (int byte = 0; byte < 256; ++byte) {
      if (byte >= '0' && byte <= '9') continue;
      CAPTURE(byte);
      CHECK(events(find, "123456", byte) == (byte == '@' || !(byte >= 'a' && byte <= 'o')));
      CHECK(events(find, "123456789", byte));
    }
  }
}

TEST_CASE("six digits in a row are an event only where short runs are looked for, nine always") {
  const auto count = [](const std::string& digits, Finds finds) {
    const std::string text = std::string(kFindLookBack, ' ') + "x" + digits + "x";
    return run(best_find_events(finds), {text.begin(), text.end()}, kFindLookBack, text.size() - kFindLookBack).size();
  };
  CHECK(count("123456", Finds::secrets) == 0);
  CHECK(count("12345678", Finds::secrets) == 0);
  CHECK(count("12345678", Finds::names_too) == 0);
  CHECK(count("123456789", Finds::secrets) == 1);
  for (const Finds finds : {Finds::short_runs_too, Finds::all}) {
    CHECK(count("12345", finds) == 0);
    CHECK(count("123456", finds) == 1);
  }
}
