#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// How a column's values are made comparable, in the set as in traffic.
enum class Normalisation : std::uint8_t {
  digits,  ///< its digits, whatever stands between them
  text,    ///< its words in order, one blank between them, ASCII letters in lower case
  exact,   ///< its words in order, one blank between them, in their case
};

struct ExactColumn {
  std::string name;  ///< at most kMaxExactName bytes; findings carry it
  Normalisation normalisation = Normalisation::text;
};

inline constexpr std::size_t kMaxExactColumns = 16;
inline constexpr std::size_t kMaxExactName = 47;
/// Of a normalised value. Longer ones are no identifiers, and a stream keeps this many bytes of its last words.
inline constexpr std::size_t kMaxExactValue = 63;
inline constexpr std::size_t kMaxExactWords = 8;
/// Shorter values would be found in any traffic.
inline constexpr std::size_t kMinExactDigits = 5;
inline constexpr std::size_t kMinExactText = 4;
/// A value that more rows share identifies none of them.
inline constexpr std::size_t kMaxExactRows = 16;
inline constexpr std::size_t kMaxExactValues = 1U << 22;
inline constexpr std::size_t kMaxExactBytes = 768U << 20;

/// Key of the hash. Without it a set gives no value away, and none can be tried against it.
using ExactKey = std::array<std::uint64_t, 2>;
inline constexpr std::size_t kExactKeyBytes = 16;

/// A set of somebody's own values, as keyed hashes: exact data match. Immutable, shared between threads.
class ExactDataSet {
 public:
  /// Null with a `message` when `bytes` are no whole, consistent set made with this key. Linear in `bytes`.
  static std::shared_ptr<const ExactDataSet> read(std::string bytes, const ExactKey& key, std::string& message);

  struct Hit {
    std::uint16_t column;
    std::uint32_t first_row, rows;  ///< of `row`
  };
  [[nodiscard]] const std::vector<ExactColumn>& columns() const noexcept { return columns_; }
  [[nodiscard]] std::uint32_t rows() const noexcept { return row_count_; }
  [[nodiscard]] std::uint32_t values() const noexcept { return value_count_; }
  [[nodiscard]] bool has(Normalisation normalisation) const noexcept {
    return (kinds_ >> static_cast<unsigned>(normalisation) & 1U) != 0;
  }
  /// Bit n: some value of this kind and number of words (0 for digits) has n bytes normalised.
  [[nodiscard]] std::uint64_t lengths(Normalisation normalisation, std::size_t words) const noexcept {
    return lengths_[static_cast<std::size_t>(normalisation)][words];
  }
  [[nodiscard]] std::uint64_t hash_of(Normalisation normalisation, Bytes value) const noexcept;
  /// Columns that hold a value of this hash, at most one hit each; returns how many.
  std::size_t find(std::uint64_t hash, Normalisation normalisation, std::array<Hit, kMaxExactColumns>& hits) const noexcept;
  [[nodiscard]] std::uint32_t row(std::uint32_t at) const noexcept;

 private:
  ExactDataSet() = default;
  friend class ExactDataBuilder;

  std::string bytes_;
  ExactKey key_{};
  std::vector<ExactColumn> columns_;
  std::uint32_t row_count_ = 0, value_count_ = 0;
  std::uint32_t slots_ = 0, postings_ = 0;
  std::size_t filter_at_ = 0, slots_at_ = 0, postings_at_ = 0;
  std::uint8_t kinds_ = 0;
  std::array<std::array<std::uint64_t, kMaxExactWords + 1>, 3> lengths_{};
};

/// Writes a set's checksum anew. The builder does; a test that damages a set needs it to get past the checksum.
void seal_exact_data(std::string& bytes, const ExactKey& key);

/// Makes a set from rows of values. Holds hashes only.
class ExactDataBuilder {
 public:
  struct Counts {
    std::uint64_t rows = 0;      ///< rows given
    std::uint64_t values = 0;    ///< values in the set
    std::uint64_t empty = 0;     ///< cells without a character that counts
    std::uint64_t too_short = 0, too_long = 0;  ///< cells left out
    std::uint64_t shared = 0;    ///< values left out because more than kMaxExactRows rows have them
  };

  ExactDataBuilder(std::vector<ExactColumn> columns, const ExactKey& key);
  /// Takes a cell for each column. False when there are too many values already.
  bool add_row(const std::vector<std::string>& cells);
  /// The set's bytes.
  std::string finish();
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  struct Entry {
    std::uint64_t hash;
    std::uint32_t row;
    std::uint16_t column;
  };
  std::vector<ExactColumn> columns_;
  ExactKey key_;
  std::vector<Entry> entries_;
  std::array<std::array<std::uint64_t, kMaxExactWords + 1>, 3> lengths_{};
  Counts counts_;
};

}  // namespace bulkhead
