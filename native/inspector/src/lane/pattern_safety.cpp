#include "lane/pattern_safety.hpp"

#include <hs/hs.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string_view>

namespace bulkhead::lane {
namespace {

constexpr unsigned kStreaming = HS_MODE_STREAM | HS_MODE_SOM_HORIZON_SMALL;
/// A pattern of this size is a list in disguise; a session would pay its stream's bytes twice, once a direction.
constexpr std::size_t kMaxDatabase = 1U << 20;
constexpr std::size_t kMaxStream = 2048;
/// Two capital letters and six digits: nothing literal to hold on to, and still above a gigabyte a second.
constexpr const char* kPlainPattern = "[A-Z]{2}\\d{6}";
/// Patterns that are good company run at the plain one's speed or faster; an e-mail pattern at a tenth of it.
constexpr double kSlowest = 1.0 / 3;
constexpr int kPasses = 7;               // the best of them counts
constexpr std::size_t kSpecimen = 65536;
constexpr std::size_t kSegment = 1448;   // of TCP over Ethernet

struct FreeDatabase {
  void operator()(hs_database_t* database) const noexcept { hs_free_database(database); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;

std::string taken(hs_compile_error_t* error) {
  std::string message = error == nullptr ? "no reason given" : error->message;
  hs_free_compile_error(error);
  while (message.ends_with('.')) message.pop_back();
  return message;
}

/// Records as services exchange them: ids, hashes, words, addresses, times.
const std::string& specimen() {
  static const std::string text = [] {
    constexpr std::string_view kWords[] = {"order",   "customer", "total",   "shipped", "Alice",   "Berlin", "product",
                                           "message", "request",  "ERROR",   "INFO",    "GET",     "true",   "null",
                                           "status",  "json",     "/api/v1", "name",    "invoice", "Weight"};
    std::mt19937 random(1);  // NOLINT: the same specimen for everybody
    std::string out;
    const auto some = [&](std::string_view alphabet, std::size_t count) {
      while (count-- > 0) out += alphabet[random() % alphabet.size()];
    };
    while (out.size() < kSpecimen) {
      out += "{\"orderId\":\"";
      some("0123456789", 16);
      out += "\",\"trace\":\"";
      some("0123456789abcdef", 32);
      out += "\",\"sku\":\"";
      some("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 2);
      out += '-';
      some("0123456789", 6);
      out += "\",\"text\":\"";
      for (int i = 0; i < 12; ++i) (out += kWords[random() % std::size(kWords)]) += ' ';
      out += "\",\"mail\":\"user";
      some("0123456789", 3);
      out += "@example.com\",\"ts\":17";
      some("0123456789", 11);
      out += "},\n";
    }
    out.resize(kSpecimen);
    return out;
  }();
  return text;
}

int ignore(unsigned, unsigned long long, unsigned long long, unsigned, void*) { return 0; }

/// Seconds for the specimen, the least of several passes; nothing when there is no memory to run it.
std::optional<double> seconds(const hs_database_t* database) {
  using Clock = std::chrono::steady_clock;
  hs_scratch_t* scratch = nullptr;
  if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) return {};
  std::optional<double> best;
  const std::string_view text = specimen();
  for (int pass = 0; pass < kPasses; ++pass) {
    hs_stream_t* stream = nullptr;
    if (hs_open_stream(database, 0, &stream) != HS_SUCCESS) break;
    const Clock::time_point start = Clock::now();
    for (std::size_t at = 0; at < text.size(); at += kSegment) {
      const std::string_view part = text.substr(at, kSegment);
      hs_scan_stream(stream, part.data(), static_cast<unsigned>(part.size()), 0, scratch, ignore, nullptr);
    }
    const double taken_now = std::chrono::duration<double>(Clock::now() - start).count();
    hs_close_stream(stream, scratch, nullptr, nullptr);
    best = best ? std::min(*best, taken_now) : taken_now;
  }
  hs_free_scratch(scratch);
  return best;
}

Database compile(const std::vector<PatternSpec>& patterns, std::string& message) {
  std::vector<const char*> expressions;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (const PatternSpec& pattern : patterns) {
    expressions.push_back(pattern.expression.c_str());
    flags.push_back(pattern_flags(pattern));
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(expressions.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()), kStreaming,
                       nullptr, &database, &error) != HS_SUCCESS) {
    message = taken(error);
    return nullptr;
  }
  return Database(database);
}

std::string why_too_costly(const hs_database_t* database) {
  std::size_t size = 0;
  std::size_t stream = 0;
  hs_database_size(database, &size);
  hs_stream_size(database, &stream);
  if (size > kMaxDatabase)
    return "compiles to " + std::to_string(size) + " bytes, at most " + std::to_string(kMaxDatabase) +
           " are possible: use a dictionary or exact data match for lists";
  if (stream > kMaxStream)
    return "needs " + std::to_string(stream) + " bytes for each direction of each session, at most " +
           std::to_string(kMaxStream) + " are possible: use smaller repeats";
  std::string message;
  const Database plain = compile({PatternSpec{"plain", kPlainPattern}}, message);
  const std::optional<double> fair = plain == nullptr ? std::nullopt : seconds(plain.get());
  const std::optional<double> own = seconds(database);
  if (!fair || !own) return "could not be measured: there is no memory left";
  if (*own * kSlowest > *fair)
    return "would run at " + std::to_string(std::max(1, static_cast<int>(100 * *fair / *own))) +
           " % of the speed of " + kPlainPattern + ", at least " + std::to_string(static_cast<int>(100 * kSlowest)) +
           " % are needed: begin it with literal text, or with a class that ordinary text rarely has";
  return {};
}

}  // namespace

unsigned pattern_flags(const PatternSpec& pattern) noexcept {
  return HS_FLAG_SOM_LEFTMOST | (pattern.case_insensitive ? HS_FLAG_CASELESS : 0U);
}

std::string why_unsafe(const PatternSpec& pattern) {
  const std::string& text = pattern.expression;
  if (text.empty() || text.size() > kMaxPatternLength)
    return "has " + std::to_string(text.size()) + " bytes, 1 to " + std::to_string(kMaxPatternLength) + " are possible";
  const auto plain = [](char c) { return c >= ' ' && c <= '~'; };
  if (!std::all_of(text.begin(), text.end(), plain))
    return "has bytes that are no printable ASCII: write them as \\x and two hexadecimal digits each";
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(text.c_str(), pattern_flags(pattern), &info, &error) != HS_SUCCESS)
    return "cannot be matched in a stream (" + taken(error) + "): rewrite it without that construct";
  const hs_expr_info_t facts = *info;
  std::free(info);
  if (facts.min_width == 0) return "may match nothing at all: ask for at least one byte, such as + in place of *";
  if (facts.matches_at_eod != 0)
    return "asks for what follows its match ($, \\b or \\Z at its end): leave that out, wholeWords looks at both ends";
  if (facts.max_width == UINT32_MAX)
    return "has no longest match: replace *, + and {n,} by repeats with an upper bound, such as {1,64}";
  if (facts.max_width > kMaxPatternMatch)
    return "matches up to " + std::to_string(facts.max_width) + " bytes, at most " + std::to_string(kMaxPatternMatch) +
           " are possible: use smaller repeats";
  std::string message;
  const Database database = compile({pattern}, message);
  if (database == nullptr) return "cannot be matched in a stream (" + message + "): make it simpler";
  return why_too_costly(database.get());
}

std::string why_unsafe_together(const std::vector<PatternSpec>& patterns) {
  std::string message;
  const Database database = compile(patterns, message);
  if (database == nullptr) return "cannot be compiled together (" + message + "): use fewer of them";
  return why_too_costly(database.get());
}

}  // namespace bulkhead::lane
