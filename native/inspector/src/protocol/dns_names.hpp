#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bulkhead {

/// The labels of one DNS message, by where they stand, so that a pointer can be followed (RFC 1035 4.1.4). A pointer leads
/// back, to a label that was read before it: no chain of them comes round.
class DnsLabels {
 public:
  /// Kept for each session between two segments. Beyond them a name is read up to its pointer, and where that leads.
  static constexpr std::size_t kMost = 256;
  static constexpr std::size_t kLongestName = 255;

  void label(std::size_t offset, std::string_view text) noexcept {
    kept_ = !full();
    if (!kept_) return;
    labels_.push_back({static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(text_.size()),
                       static_cast<std::uint8_t>(text.size()), Next::label, 0});
    text_.append(text);
  }
  /// The label read last is the last of its name, or a pointer follows it.
  void name_ends() noexcept {
    if (kept_) labels_.back().next = Next::nothing;
  }
  void name_points(std::size_t to) noexcept {
    if (!kept_) return;
    labels_.back().next = Next::pointer;
    labels_.back().to = static_cast<std::uint32_t>(to);
  }
  /// Whether a name may not be found here though it stands there.
  [[nodiscard]] bool full() const noexcept { return labels_.size() == kMost; }
  /// Calls `use` with the labels of the name that begins at `offset`, which stands in front of `before`. False when
  /// there is none, or it has no end within the length of a name.
  template <typename Use>
  bool follow(std::size_t offset, std::size_t before, Use use) const noexcept {
    std::size_t length = 0;
    while (offset < before) {
      const Label* label = at(offset);
      if (label == nullptr) return false;
      before = offset;
      for (;; ++label) {
        length += label->size + 1U;
        if (length > kLongestName) return false;
        use(std::string_view(text_).substr(label->at, label->size));
        if (label->next == Next::nothing) return true;
        if (label->next == Next::pointer) break;
        if (label + 1 == labels_.data() + labels_.size()) return false;
      }
      offset = label->to;
    }
    return false;
  }

 private:
  enum class Next : std::uint8_t { label, pointer, nothing };
  struct Label {
    std::uint32_t offset, at;
    std::uint8_t size;
    Next next;
    std::uint32_t to;
  };
  /// They are read in the order in which they stand.
  [[nodiscard]] const Label* at(std::size_t offset) const noexcept {
    std::size_t low = 0, high = labels_.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (labels_[middle].offset < offset) low = middle + 1;
      else high = middle;
    }
    return low < labels_.size() && labels_[low].offset == offset ? &labels_[low] : nullptr;
  }

  std::vector<Label> labels_;
  std::string text_;
  bool kept_ = false;  ///< the label read last is among them
};

/// The labels of one name without the dots between them, up to the last two: what a name carries beside the domain it
/// is sent to.
class DnsJoined {
 public:
  /// False for what makes it longer than a name can be, which is left out.
  bool add(std::string_view label) noexcept {
    if (size_ + label.size() > sizeof text_) return false;
    ends_[2] = ends_[1];
    ends_[1] = ends_[0];
    ends_[0] = size_;
    for (const char c : label) text_[size_++] = c;
    ++labels_;
    return true;
  }
  /// Empty where fewer than two labels are in front of the last two.
  [[nodiscard]] std::string_view view() const noexcept {
    return labels_ < 4 ? std::string_view() : std::string_view(text_, ends_[1]);
  }

 private:
  char text_[DnsLabels::kLongestName + 1];
  std::size_t size_ = 0, labels_ = 0;
  std::array<std::size_t, 3> ends_{};
};

}  // namespace bulkhead
