#include "detect/dial_codes.hpp"

#include <algorithm>
#include <array>

namespace bulkhead::detect {
namespace {

struct TwoDigits {
  std::uint8_t code, min, max;
};
constexpr TwoDigits kTwoDigits[] = {
    {20, 8, 10},  {27, 9, 9},   {30, 10, 10}, {31, 9, 9},   {32, 8, 9},   {33, 9, 9},   {34, 9, 9},  {36, 8, 9},
    {39, 6, 11},  {40, 9, 9},   {41, 9, 9},   {43, 6, 13},  {44, 9, 10},  {45, 8, 8},   {46, 7, 10}, {47, 8, 8},
    {48, 9, 9},   {49, 7, 12},  {51, 8, 9},   {52, 10, 11}, {53, 6, 8},   {54, 10, 11}, {55, 10, 11}, {56, 9, 9},
    {57, 8, 10},  {58, 10, 10}, {60, 7, 10},  {61, 9, 9},   {62, 7, 12},  {63, 8, 10},  {64, 8, 10}, {65, 8, 8},
    {66, 8, 9},   {81, 9, 10},  {82, 8, 10},  {84, 8, 10},  {86, 9, 11},  {90, 10, 10}, {91, 10, 10}, {92, 9, 10},
    {93, 9, 9},   {94, 9, 9},   {95, 7, 10},  {98, 8, 10},
};

// Assigned codes of three digits; their national numbers have six to ten.
constexpr std::uint16_t kThreeDigits[] = {
    211, 212, 213, 216, 218, 220, 221, 222, 223, 224, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234, 235, 236, 237,
    238, 239, 240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255, 256, 257, 258, 260, 261,
    262, 263, 264, 265, 266, 267, 268, 269, 290, 291, 297, 298, 299, 350, 351, 352, 353, 354, 355, 356, 357, 358, 359,
    370, 371, 372, 373, 374, 375, 376, 377, 378, 380, 381, 382, 383, 385, 386, 387, 389, 420, 421, 423, 500, 501, 502,
    503, 504, 505, 506, 507, 508, 509, 590, 591, 592, 593, 594, 595, 596, 597, 598, 599, 670, 672, 673, 674, 675, 676,
    677, 678, 679, 680, 681, 682, 683, 685, 686, 687, 688, 689, 690, 691, 692, 800, 808, 850, 852, 853, 855, 856, 870,
    880, 886, 960, 961, 962, 963, 964, 965, 966, 967, 968, 970, 971, 972, 973, 974, 975, 976, 977, 992, 993, 994, 995,
    996, 998,
};
static_assert(std::is_sorted(std::begin(kThreeDigits), std::end(kThreeDigits)));

constexpr unsigned value(std::uint8_t digit) { return static_cast<unsigned>(digit - '0'); }

}  // namespace

DialCode dial_code(const std::uint8_t* digits) noexcept {
  if (digits[0] == '1' || digits[0] == '7') return {1, 10, 10};
  const unsigned two = value(digits[0]) * 10 + value(digits[1]);
  for (const TwoDigits& entry : kTwoDigits)
    if (entry.code == two) return {2, entry.min, entry.max};
  const auto three = static_cast<std::uint16_t>(two * 10 + value(digits[2]));
  if (std::binary_search(std::begin(kThreeDigits), std::end(kThreeDigits), three)) return {3, 6, 10};
  return {};
}

bool is_north_american(const std::uint8_t* d) noexcept {
  const auto service = [](const std::uint8_t* code) { return code[1] == '1' && code[2] == '1'; };
  return d[0] >= '2' && d[1] != '9' && d[3] >= '2' && !service(d) && !service(d + 3);
}

}  // namespace bulkhead::detect
