#include "detect/credential/shown.hpp"

#include <algorithm>
#include <array>

#include "detect/candidate.hpp"
#include "detect/telling.hpp"

namespace bulkhead::detect::credential {
namespace {

constexpr std::size_t kMostShown = 24;   // longer ones are tokens, or addresses of some directory
constexpr std::size_t kStars = 8;
constexpr std::size_t kTelling = 4;      // so many characters of a secret in a row give it away

struct Shown {
  std::array<char, kMostShown> text{};
  std::size_t size = 0;

  void add(char c) noexcept {
    if (size < text.size()) text[size++] = c;
  }
  [[nodiscard]] const std::uint8_t* bytes() const noexcept { return reinterpret_cast<const std::uint8_t*>(text.data()); }
};

bool holds(std::string_view name, std::string_view secret) noexcept {
  if (secret.size() < kTelling) return !secret.empty() && name.find(secret) != std::string_view::npos;
  for (std::size_t i = 0; i + kTelling <= secret.size(); ++i)
    if (name.find(secret.substr(i, kTelling)) != std::string_view::npos) return true;
  return false;
}

Shown shown(std::string_view name, std::string_view secret) noexcept {
  Shown out;
  if (name.empty() || holds(name, secret)) return out;
  if (name.size() > kMostShown || is_telling(name)) {
    for (std::size_t i = 0; i < kStars; ++i) out.add('*');
    return out;
  }
  for (const char c : name) out.add(c > 0x20 && c < 0x7f ? c : '.');
  return out;
}

}  // namespace

void show_login(Detection& detection, std::string_view name, std::string_view secret) noexcept {
  const Shown user = shown(name, secret);
  detection.masked_length = 0;
  if (user.size > 0) {
    mask_append(detection, user.bytes(), user.size);
    mask_append(detection, reinterpret_cast<const std::uint8_t*>(":"), 1);
  }
  mask_fill(detection, kStars);
}

void show_key(Detection& detection, std::string_view name, std::string_view secret) noexcept {
  const Shown key = shown(name, secret);
  std::copy_n(key.text.begin(), key.size, detection.key.begin());
  detection.key_length = static_cast<std::uint8_t>(key.size);
}

}  // namespace bulkhead::detect::credential
