#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "lane/half_bytes.hpp"

namespace bulkhead::lane {

/// Three-byte anchors. A byte is an event of an anchor when it and the two bytes before it look like the anchor's;
/// sets of bytes being products of halves (see HalfByteTables), a few other triples pass too and the judge has the
/// last word.
enum Anchor : std::uint8_t {
  kAnchorJwt = 1,          ///< ".ey": the junction of a JWT's header and payload
  kAnchorPrivateKey = 2,   ///< "--B" of -----BEGIN
  kAnchorAws = 4,          ///< "AKI", "ASI"
  kAnchorGithub = 8,       ///< "ghp" and its sisters
  kAnchorGithubPat = 16,   ///< "b_p" of github_pat_
  kAnchorSlack = 32,       ///< "xox"
  kAnchorStripe = 64,      ///< "k_l", "k_t" of sk_live_, rk_test_, …
  kAnchorIban = 128,       ///< two capital letters and a digit
};

consteval std::array<HalfByteTables, 3> make_anchor_tables() {
  constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::array<HalfByteTables, 3> tables{};
  const auto add = [&tables](Anchor anchor, std::string_view first, std::string_view second, std::string_view third) {
    tables[0].add(anchor, first);
    tables[1].add(anchor, second);
    tables[2].add(anchor, third);
  };
  add(kAnchorJwt, ".", "e", "y");
  add(kAnchorPrivateKey, "-", "-", "B");
  add(kAnchorAws, "A", "KS", "I");
  add(kAnchorGithub, "g", "h", "pousr");
  add(kAnchorGithubPat, "b", "_", "p");
  add(kAnchorSlack, "x", "o", "x");
  add(kAnchorStripe, "k", "_", "lt");
  add(kAnchorIban, capitals, capitals, "0123456789");
  return tables;
}
inline constexpr std::array<HalfByteTables, 3> kAnchorTables = make_anchor_tables();

/// The second bank: beginnings of tokens (detect/secret/token_form.cpp), several to a bit. They were put together so that
/// the products of halves that come out let little else pass: one byte in some four hundred of mixed text.
consteval std::array<HalfByteTables, 3> make_token_tables() {
  std::array<HalfByteTables, 3> tables{};
  const auto add = [&tables](std::uint8_t bit, std::initializer_list<std::string_view> anchors) {
    for (const std::string_view anchor : anchors)
      for (std::size_t i = 0; i < 3; ++i) tables[i].add(bit, anchor.substr(i, 1));
  };
  add(1, {"key", "AIz", "dap"});
  add(2, {"glp", "gld", "glr", "glc", "oks", "plx"});
  add(4, {"SG."});
  tables[0].add(4, "S");
  tables[1].add(4, "K");
  tables[2].add(4, "0123456789abcdef");
  add(8, {"tp-", "sp-", "dp.", "sv1", "sv2"});
  add(16, {"GOC", ":AA", "AK-", "ATA", "ATC", "ET-", "EZA", "AT-"});
  add(32, {"hvs", "hvb", "hvr", "HRK"});
  add(64, {"i-A", "k-a"});
  add(128, {"pm_", "at_", "hf_", "ca_", "pa_", "ss_", "ut_", "fk_", "ec_", "sa_", "v1_", "tn_", "gd_", "sk_", "r8_",
            "bp_", "fp_"});
  return tables;
}
inline constexpr std::array<HalfByteTables, 3> kTokenTables = make_token_tables();

/// Whether `p` is an event of the second bank.
constexpr bool token_at(const std::uint8_t* p) noexcept {
  return (kTokenTables[0].sets_of(p[-2]) & kTokenTables[1].sets_of(p[-1]) & kTokenTables[2].sets_of(p[0])) != 0;
}

constexpr std::uint8_t anchors_at(const std::uint8_t* p) noexcept {
  return kAnchorTables[0].sets_of(p[-2]) & kAnchorTables[1].sets_of(p[-1]) & kAnchorTables[2].sets_of(p[0]);
}

}  // namespace bulkhead::lane
