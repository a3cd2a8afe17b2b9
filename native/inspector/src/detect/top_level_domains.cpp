#include "detect/top_level_domains.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "detect/char_class.hpp"

namespace bulkhead::detect {
namespace {

constexpr std::string_view kCountries =
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd "
    "cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge "
    "gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh "
    "ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw "
    "mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb "
    "sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk "
    "us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw";

constexpr std::array<std::string_view, 144> kGeneric{
    "academy", "accountant", "aero", "agency", "app", "archi", "art", "asia", "associates", "bank", "bar", "berlin",
    "best", "bike", "bio", "biz", "blog", "build", "business", "cafe", "capital", "care", "careers", "cat", "center",
    "chat", "church", "city", "cloud", "club", "coach", "codes", "coffee", "com", "community", "company", "consulting",
    "cool", "coop", "dental", "design", "dev", "digital", "direct", "earth", "edu", "education", "email", "energy",
    "engineer", "engineering", "enterprises", "estate", "events", "exchange", "expert", "family", "fashion", "finance",
    "financial", "fit", "foundation", "fund", "fyi", "gallery", "global", "gmbh", "gov", "group", "guru", "health",
    "healthcare", "hospital", "host", "house", "info", "ink", "insure", "int", "international", "jobs", "law", "legal",
    "life", "live", "london", "ltd", "marketing", "mba", "media", "mil", "mobi", "money", "museum", "name", "net",
    "network", "news", "nyc", "one", "online", "org", "page", "paris", "partners", "photography", "post", "pro",
    "realty", "school", "services", "shop", "site", "social", "software", "solutions", "space", "store", "studio",
    "systems", "team", "tech", "technology", "tel", "tokyo", "tools", "top", "tours", "town", "toys", "trade",
    "training", "travel", "university", "vip", "wien", "wiki", "work", "works", "world", "xxx", "xyz", "yoga", "zone",
};
static_assert(std::is_sorted(kGeneric.begin(), kGeneric.end()));

constexpr std::size_t slot(char first, char second) {
  return static_cast<std::size_t>((first - 'a') * 26 + (second - 'a'));
}
consteval std::array<bool, 26 * 26> make_countries() {
  std::array<bool, 26 * 26> table{};
  for (std::size_t i = 0; i + 1 < kCountries.size(); i += 3)
    table[slot(kCountries[i], kCountries[i + 1])] = true;
  return table;
}
constexpr std::array<bool, 26 * 26> kIsCountry = make_countries();
constexpr std::size_t kLongest = 13;

}  // namespace

bool is_top_level_domain(const std::uint8_t* label, std::size_t length) noexcept {
  if (length < 2) return false;
  char text[kLongest];
  const std::size_t n = std::min(length, kLongest);
  for (std::size_t i = 0; i < n; ++i) text[i] = static_cast<char>(lower(label[i]));
  if (length > 4 && std::string_view(text, 4) == "xn--") return true;
  if (length > kLongest) return false;
  for (std::size_t i = 0; i < n; ++i)
    if (!is(label[i], kAlpha)) return false;
  if (length == 2) return kIsCountry[slot(text[0], text[1])];
  const std::string_view name(text, length);
  if (name == "com" || name == "org" || name == "net") return true;  // most of them
  return std::binary_search(kGeneric.begin(), kGeneric.end(), name);
}

}  // namespace bulkhead::detect
