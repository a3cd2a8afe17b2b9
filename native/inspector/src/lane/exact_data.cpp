#include "bulkhead/exact_data.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

#include "lane/exact_words.hpp"
#include "lane/siphash.hpp"

namespace bulkhead {
namespace {

// A file: the head, the columns, the lengths, a Bloom filter of one 64-bit word for each slot, the slots, the rows of
// values that several rows have. Numbers are little-endian.
constexpr char kMagic[8] = {'B', 'K', 'E', 'D', 'M', '0', '1', '\n'};
constexpr std::string_view kKeyCheck = "bulkhead exact data match, key check";

struct Head {
  char magic[8];
  std::uint64_t key_check;
  std::uint64_t seal;  ///< keyed hash of everything else
  std::uint32_t columns, rows, values, slots, postings, zero;
};
struct Column {
  std::uint8_t normalisation, name_length;
  char name[kMaxExactName + 1];
};
using Lengths = std::array<std::array<std::uint64_t, kMaxExactWords + 1>, 3>;
/// `rows` 0: the slot is free. 1: `first` is the row itself; else the first of `rows` postings.
struct Slot {
  std::uint64_t hash;
  std::uint32_t first;
  std::uint16_t column;
  std::uint16_t rows;
};
static_assert(sizeof(Head) == 48 && sizeof(Column) == 50 && sizeof(Slot) == 16);

std::uint64_t key_check(const ExactKey& key) noexcept {
  const Bytes text(reinterpret_cast<const std::uint8_t*>(kKeyCheck.data()), kKeyCheck.size());
  return lane::SipHash(key[0], key[1]).of(text);
}

std::uint64_t seal_of(const std::string& bytes, const ExactKey& key) noexcept {
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const std::uint64_t content = lane::SipHash(~key[0], key[1]).of({data + sizeof(Head), bytes.size() - sizeof(Head)});
  Head head{};
  std::memcpy(&head, data, sizeof head);
  head.seal = content;
  return lane::SipHash(~key[0], ~key[1]).of({reinterpret_cast<const std::uint8_t*>(&head), sizeof head});
}

/// Different kinds of columns share a table: their values must not meet.
std::uint64_t hash_with(const ExactKey& key, Normalisation normalisation, Bytes value) noexcept {
  return lane::SipHash(key[0] ^ (std::uint64_t{1} + static_cast<std::uint64_t>(normalisation)), key[1]).of(value);
}

template <class T>
T load(const std::string& bytes, std::size_t at) noexcept {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}
template <class T>
void store(std::string& bytes, std::size_t at, const T& value) noexcept {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}
template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint64_t filter_bits(std::uint64_t hash) noexcept {
  return std::uint64_t{1} << (hash >> 52 & 63) | std::uint64_t{1} << (hash >> 58 & 63);
}

struct Normalised {
  std::array<std::uint8_t, kMaxExactValue + 1> bytes;
  std::size_t length = 0, words = 0;
  bool too_long = false;

  void add(std::uint8_t byte) noexcept {
    if (length > kMaxExactValue) {
      too_long = true;
      return;
    }
    bytes[length++] = byte;
    too_long = length > kMaxExactValue;
  }
};

Normalised normalise(const std::string& cell, Normalisation normalisation) noexcept {
  Normalised value;
  bool inside = false;
  for (const char c : cell) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (normalisation == Normalisation::digits) {
      if (detect::is(byte, detect::kDigit)) value.add(byte);
      continue;
    }
    if (!lane::of_exact_word(byte)) {
      inside = false;
      continue;
    }
    if (!inside && value.length > 0) value.add(' ');
    if (!inside) ++value.words;
    inside = true;
    value.add(normalisation == Normalisation::text ? detect::lower(byte) : byte);
  }
  value.too_long = value.too_long || value.words > kMaxExactWords;
  return value;
}

}  // namespace

std::uint64_t ExactDataSet::hash_of(Normalisation normalisation, Bytes value) const noexcept {
  return hash_with(key_, normalisation, value);
}

std::uint32_t ExactDataSet::row(std::uint32_t at) const noexcept {
  return load<std::uint32_t>(bytes_, postings_at_ + std::size_t{at} * sizeof(std::uint32_t));
}

std::size_t ExactDataSet::find(std::uint64_t hash, Normalisation normalisation,
                               std::array<Hit, kMaxExactColumns>& hits) const noexcept {
  const std::uint64_t bits = filter_bits(hash);
  if ((load<std::uint64_t>(bytes_, filter_at_ + (hash & (slots_ - 1)) * sizeof(std::uint64_t)) & bits) != bits) return 0;
  std::size_t found = 0;
  // `read` saw a free slot.
  for (std::size_t slot = hash & (slots_ - 1);; slot = (slot + 1) & (slots_ - 1)) {
    const Slot entry = load<Slot>(bytes_, slots_at_ + slot * sizeof(Slot));
    if (entry.rows == 0) return found;
    if (entry.hash != hash || columns_[entry.column].normalisation != normalisation) continue;
    if (found < hits.size()) hits[found++] = {entry.column, entry.first, entry.rows};
  }
}

std::shared_ptr<const ExactDataSet> ExactDataSet::read(std::string bytes, const ExactKey& key, std::string& message) {
  const auto refuse = [&message](const char* why) {
    message = why;
    return nullptr;
  };
  if (bytes.size() < sizeof(Head) || bytes.size() > kMaxExactBytes) return refuse("is no set of exact data: its size");
  const auto head = load<Head>(bytes, 0);
  if (std::memcmp(head.magic, kMagic, sizeof kMagic) != 0) return refuse("is no set of exact data: its first bytes");
  if (head.key_check != key_check(key)) return refuse("was built with another key");
  if (head.seal != seal_of(bytes, key)) return refuse("is cut short or damaged: its checksum");
  const std::size_t columns_size = std::size_t{head.columns} * sizeof(Column);
  const std::size_t lengths_at = sizeof(Head) + columns_size;
  const std::size_t filter_at = lengths_at + sizeof(Lengths);
  const std::size_t slots_at = filter_at + std::size_t{head.slots} * sizeof(std::uint64_t);
  const std::size_t postings_at = slots_at + std::size_t{head.slots} * sizeof(Slot);
  const bool whole = head.columns >= 1 && head.columns <= kMaxExactColumns && std::has_single_bit(head.slots) &&
                     head.values < head.slots && head.values <= kMaxExactValues &&
                     bytes.size() == postings_at + std::size_t{head.postings} * sizeof(std::uint32_t);
  if (!whole) return refuse("is cut short or damaged: its head does not fit its size");

  const std::shared_ptr<ExactDataSet> set(new ExactDataSet);
  for (std::size_t i = 0; i < head.columns; ++i) {
    const auto column = load<Column>(bytes, sizeof(Head) + i * sizeof(Column));
    if (column.normalisation > static_cast<std::uint8_t>(Normalisation::exact) || column.name_length > kMaxExactName)
      return refuse("is damaged: its columns");
    set->columns_.push_back(
        {std::string(column.name, column.name_length), static_cast<Normalisation>(column.normalisation)});
    set->kinds_ |= static_cast<std::uint8_t>(1U << column.normalisation);
  }
  std::uint32_t values = 0;
  for (std::size_t i = 0; i < head.slots; ++i) {
    const auto slot = load<Slot>(bytes, slots_at + i * sizeof(Slot));
    if (slot.rows == 0) continue;
    ++values;
    const bool inside = slot.rows == 1 ? slot.first < head.rows
                                       : slot.rows <= kMaxExactRows && slot.first <= head.postings &&
                                             slot.rows <= head.postings - slot.first;
    if (slot.column >= head.columns || !inside) return refuse("is damaged: its table");
  }
  if (values != head.values) return refuse("is damaged: the count of its values");
  set->lengths_ = load<Lengths>(bytes, lengths_at);
  set->key_ = key;
  set->row_count_ = head.rows;
  set->value_count_ = head.values;
  set->slots_ = head.slots;
  set->postings_ = head.postings;
  set->filter_at_ = filter_at;
  set->slots_at_ = slots_at;
  set->postings_at_ = postings_at;
  set->bytes_ = std::move(bytes);
  return set;
}

void seal_exact_data(std::string& bytes, const ExactKey& key) {
  if (bytes.size() >= sizeof(Head)) store(bytes, offsetof(Head, seal), seal_of(bytes, key));
}

ExactDataBuilder::ExactDataBuilder(std::vector<ExactColumn> columns, const ExactKey& key)
    : columns_(std::move(columns)), key_(key) {}

bool ExactDataBuilder::add_row(const std::vector<std::string>& cells) {
  const auto row = static_cast<std::uint32_t>(counts_.rows++);
  for (std::uint16_t column = 0; column < columns_.size() && column < cells.size(); ++column) {
    const Normalisation normalisation = columns_[column].normalisation;
    const Normalised value = normalise(cells[column], normalisation);
    const std::size_t least = normalisation == Normalisation::digits ? kMinExactDigits : kMinExactText;
    if (value.length == 0) {
      ++counts_.empty;
    } else if (value.too_long) {
      ++counts_.too_long;
    } else if (value.length < least) {
      ++counts_.too_short;
    } else {
      if (entries_.size() == kMaxExactValues) return false;
      entries_.push_back({hash_with(key_, normalisation, {value.bytes.data(), value.length}), row, column});
      lengths_[static_cast<std::size_t>(normalisation)][value.words] |= std::uint64_t{1} << value.length;
    }
  }
  return true;
}

std::string ExactDataBuilder::finish() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    return a.column != b.column ? a.column < b.column : a.row < b.row;
  });
  std::vector<Slot> values;
  std::vector<std::uint32_t> postings;
  for (std::size_t from = 0; from < entries_.size();) {
    const Entry& first = entries_[from];
    const std::size_t before = postings.size();
    std::size_t to = from;
    for (; to < entries_.size() && entries_[to].hash == first.hash && entries_[to].column == first.column; ++to)
      if (to == from || entries_[to].row != entries_[to - 1].row) postings.push_back(entries_[to].row);
    const std::size_t rows = postings.size() - before;
    // Of one column a value counts however often it stands there.
    const bool shared = rows > kMaxExactRows && columns_.size() > 1;
    if (shared) ++counts_.shared;
    if (rows == 1 || rows > kMaxExactRows) postings.resize(before);
    if (!shared)
      values.push_back({first.hash, rows == 1 || rows > kMaxExactRows ? first.row : static_cast<std::uint32_t>(before),
                        first.column, static_cast<std::uint16_t>(rows > kMaxExactRows ? 1 : rows)});
    from = to;
  }
  counts_.values = values.size();
  const std::size_t slots = std::bit_ceil(2 * values.size() + 1);
  std::string bytes;
  Head head{};
  std::memcpy(head.magic, kMagic, sizeof kMagic);
  head.key_check = key_check(key_);
  head.columns = static_cast<std::uint32_t>(columns_.size());
  head.rows = static_cast<std::uint32_t>(counts_.rows);
  head.values = static_cast<std::uint32_t>(values.size());
  head.slots = static_cast<std::uint32_t>(slots);
  head.postings = static_cast<std::uint32_t>(postings.size());
  append(bytes, head);
  for (const ExactColumn& column : columns_) {
    Column out{};
    out.normalisation = static_cast<std::uint8_t>(column.normalisation);
    out.name_length = static_cast<std::uint8_t>(std::min(column.name.size(), kMaxExactName));
    std::memcpy(out.name, column.name.data(), out.name_length);
    append(bytes, out);
  }
  append(bytes, lengths_);
  const std::size_t filter_at = bytes.size();
  const std::size_t slots_at = filter_at + slots * sizeof(std::uint64_t);
  bytes.resize(slots_at + slots * sizeof(Slot));
  for (const Slot& value : values) {
    const std::size_t home = value.hash & (slots - 1);
    const std::size_t filter = filter_at + home * sizeof(std::uint64_t);
    store(bytes, filter, load<std::uint64_t>(bytes, filter) | filter_bits(value.hash));
    std::size_t slot = home;
    while (load<Slot>(bytes, slots_at + slot * sizeof(Slot)).rows != 0) slot = (slot + 1) & (slots - 1);
    store(bytes, slots_at + slot * sizeof(Slot), value);
  }
  for (const std::uint32_t row : postings) append(bytes, row);
  seal_exact_data(bytes, key_);
  return bytes;
}

}  // namespace bulkhead
