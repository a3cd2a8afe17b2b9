#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "lane/half_bytes.hpp"

namespace bulkhead::lane {

// Three-byte anchors: beginnings, and other parts, of what gives a secret, a record or the name of a value away. A byte is
// an event when it and the two bytes before it look like an anchor's. Banks of eight bits hold them, several to a bit:
// two with what secrets begin with or are named by, and one with names, records and wallets, which are looked for only
// where a sensor wants some. Sets of bytes being products of halves (see HalfByteTables), a few other triples pass too,
// and judges have the last word. Which anchors share a bit was searched for by what else passes in JSON, code, prose, logs
// and random bytes. Of the first two banks that is one byte in a thousand of prose and code, next to none of JSON and one
// in 8,000 of random ones; of the third one byte in 500 of prose and code, one in 10,000 of random ones, and of JSON
// little but "address".

/// The bit of the first bank that is for IBANs alone: two capital letters and a digit.
inline constexpr std::uint8_t kAnchorIban = 128;

using Bank = std::array<HalfByteTables, 3>;

/// Puts them on `bit`, three bytes each.
consteval void add_anchors(Bank& bank, std::uint8_t bit, std::initializer_list<std::string_view> anchors) {
  for (const std::string_view anchor : anchors)
    for (std::size_t i = 0; i < 3; ++i) bank[i].add(bit, anchor.substr(i, 1));
}

consteval Bank make_anchor_tables() {
  constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  Bank bank{};
  add_anchors(bank, 1, {"sKe", "tKe", "SK0", "SK1", "SK2", "SK3", "SK4", "SK5", "SK6", "SK7", "SK8", "SK9", "SKa",
                        "SKb", "SKc", "SKd", "SKe", "SKf", "xke"});
  add_anchors(bank, 2, {"sa_", "sv1", "sv2", "ya2", "pm_", "pa_", "ss_"});
  add_anchors(bank, 4, {"AK-", "ATC", "GOC", "AIz"});
  add_anchors(bank, 8, {"tp-", "sp-", "dp.", "bp_", "fp_", "SG."});
  add_anchors(bank, 16, {"--B", "ec_"});
  add_anchors(bank, 32, {"HRK", "s_k", "t_k", "S_K", "T_K"});
  add_anchors(bank, 64, {"glp", "gld", "glr", "glc", "Blb"});
  bank[0].add(kAnchorIban, capitals);
  bank[1].add(kAnchorIban, capitals);
  bank[2].add(kAnchorIban, "0123456789");
  return bank;
}
inline constexpr Bank kAnchorTables = make_anchor_tables();

/// Each bit is that of the anchors of the first bank beside which the fewest other bytes pass where both banks are looked up as
/// one (see lane/chunk_masks_avx512.hpp).
consteval Bank make_token_tables() {
  Bank bank{};
  add_anchors(bank, 1, {"k_l", "i-A", "k-a", "i_k", "i-k", "I_K", "I-K"});
  add_anchors(bank, 2, {".ey", "AKI", "ASI"});
  add_anchors(bank, 4, {"oks", "dap", ":AA"});
  add_anchors(bank, 8, {"ATA", "ET-", "EZA", "AT-", "at_", "ut_", "ey-"});
  add_anchors(bank, 16, {"7Q~", "8Q~", "xox", "plx"});
  add_anchors(bank, 32, {"sk_", "fk_", "v1_", "ca_", "tn_", "gd_", "r8_"});
  add_anchors(bank, 64, {"ghp", "gho", "ghu", "ghs", "ghr", "hvs", "hvb", "hvr", "hf_"});
  add_anchors(bank, 128, {"b_p", "ig=", "k_t"});
  return bank;
}
inline constexpr Bank kTokenTables = make_token_tables();

consteval Bank make_name_tables() {
  Bank bank{};
  add_anchors(bank, 1, {"dre", "0x0", "0x1", "0x2", "0x3", "0x4", "0x5", "0x6", "0x7", "0x8", "0x9", "0xa",
                        "0xb", "0xc", "0xd", "0xe", "0xf", "0xA", "0xB", "0xC", "0xD", "0xE", "0xF"});
  add_anchors(bank, 2, {"Pat", "ICD", "Icd", "M1*"});
  add_anchors(bank, 4, {"btc", "Btc", "BTC", "nac", "Nac", "NAC"});
  add_anchors(bank, 8, {"sip", "Sip", "SIP", "ID|", "c1q", "c1p"});
  add_anchors(bank, 16, {"tud", "Tud", "TUD", "rut", "Rut", "RUT"});
  add_anchors(bank, 32, {"bic", "Bic", "BIC", "bir", "Bir", "BIR", "\"ip"});
  add_anchors(bank, 64, {"tco", "Tco", "usw"});
  add_anchors(bank, 128, {"dob", "Dob", "DOB", "Geb", "GEB", "lng", "Lng"});
  return bank;
}
inline constexpr Bank kNameTables = make_name_tables();

/// The bits of the first bank that have their event at `p`.
constexpr std::uint8_t anchors_at(const std::uint8_t* p) noexcept {
  return kAnchorTables[0].sets_of(p[-2]) & kAnchorTables[1].sets_of(p[-1]) & kAnchorTables[2].sets_of(p[0]);
}

/// Whether `p` is an event of the second bank.
constexpr bool token_at(const std::uint8_t* p) noexcept {
  return (kTokenTables[0].sets_of(p[-2]) & kTokenTables[1].sets_of(p[-1]) & kTokenTables[2].sets_of(p[0])) != 0;
}

/// Whether `p` is an event of the third bank.
constexpr bool name_at(const std::uint8_t* p) noexcept {
  return (kNameTables[0].sets_of(p[-2]) & kNameTables[1].sets_of(p[-1]) & kNameTables[2].sets_of(p[0])) != 0;
}

/// Three bytes as one number, to tell anchors apart by.
constexpr std::uint32_t three_of(const std::uint8_t* event) noexcept {
  return std::uint32_t{event[-2]} << 16 | std::uint32_t{event[-1]} << 8 | *event;
}
consteval std::uint32_t three_of(const char (&anchor)[4]) {
  return std::uint32_t{static_cast<std::uint8_t>(anchor[0])} << 16 |
         std::uint32_t{static_cast<std::uint8_t>(anchor[1])} << 8 | static_cast<std::uint8_t>(anchor[2]);
}

/// Whether the three bytes before and at `event` are those of a name that says what its value is, in any case of letters.
constexpr bool begins_name(const std::uint8_t* event) noexcept {
  constexpr std::uint32_t kSmall = 0x202020;  // of letters
  switch (three_of(event) | kSmall) {
    case three_of("bic"):
    case three_of("bir"):
    case three_of("btc"):
    case three_of("dob"):
    case three_of("dre"):
    case three_of("geb"):
    case three_of("icd"):
    case three_of("\"ip"):
    case three_of("lng"):
    case three_of("nac"):
    case three_of("rut"):
    case three_of("sip"):
    case three_of("tco"):
    case three_of("tud"):
    case three_of("usw"):
      return true;
    default:
      return false;
  }
}

}  // namespace bulkhead::lane
