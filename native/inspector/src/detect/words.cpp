#include "detect/words.hpp"

#include <array>
#include <string_view>

#include "detect/char_class.hpp"

namespace bulkhead::detect {
namespace {

struct Word {
  std::string_view text;
  Topics topics;
};

// Lower case. Compounds stand here where they are commonly written without a mark between their parts.
constexpr Word kWords[] = {
    {"card", kCardWord}, {"cards", kCardWord}, {"credit", kCardWord}, {"creditcard", kCardWord},
    {"creditcards", kCardWord}, {"debit", kCardWord}, {"debitcard", kCardWord}, {"visa", kCardWord},
    {"mastercard", kCardWord}, {"amex", kCardWord}, {"unionpay", kCardWord}, {"maestro", kCardWord},
    {"rupay", kCardWord}, {"jcb", kCardWord}, {"cardholder", kCardWord}, {"cvv", kCardWord}, {"cvc", kCardWord},
    {"cvv2", kCardWord}, {"cc", kCardWord}, {"ccard", kCardWord}, {"paymentcard", kCardWord},
    {"kreditkarte", kCardWord}, {"karte", kCardWord}, {"kartennummer", kCardWord | kNumberWord},
    {"kreditkartennummer", kCardWord | kNumberWord}, {"carte", kCardWord}, {"bancaire", kCardWord},
    {"tarjeta", kCardWord}, {"tarjetas", kCardWord}, {"carta", kCardWord}, {"credito", kCardWord},
    {"cartao", kCardWord}, {"kaart", kCardWord}, {"kaartnummer", kCardWord | kNumberWord},
    {"creditkaart", kCardWord}, {"kort", kCardWord}, {"kortnummer", kCardWord | kNumberWord},
    {"kreditkort", kCardWord}, {"karta", kCardWord}, {"luottokortti", kCardWord}, {"kartu", kCardWord},
    {"cardnumber", kCardWord | kNumberWord}, {"cardno", kCardWord | kNumberWord}, {"cardnum", kCardWord | kNumberWord},
    {"cardnr", kCardWord | kNumberWord}, {"creditcardnumber", kCardWord | kNumberWord},
    {"creditcardno", kCardWord | kNumberWord}, {"ccnumber", kPanWord}, {"ccnum", kPanWord}, {"ccno", kPanWord},
    {"ccn", kPanWord}, {"pan", kPanWord}, {"primaryaccountnumber", kPanWord}, {"cardpan", kPanWord},
    {"number", kNumberWord}, {"num", kNumberWord}, {"no", kNumberWord}, {"nr", kNumberWord}, {"numero", kNumberWord},
    {"nummer", kNumberWord}, {"numbers", kNumberWord},

    {"ssn", kSsnWord}, {"ssns", kSsnWord}, {"socialsecurity", kSsnWord}, {"socialsecuritynumber", kSsnWord},
    {"socialsecurityno", kSsnWord}, {"ssnumber", kSsnWord}, {"socsec", kSsnWord}, {"ssno", kSsnWord},
    {"taxpayer", kSsnWord}, {"tin", kSsnWord}, {"social", kSocialWord}, {"soc", kSocialWord},
    {"security", kSecurityWord}, {"sec", kSecurityWord},

    {"phone", kPhoneWord}, {"phones", kPhoneWord}, {"phonenumber", kPhoneWord}, {"phoneno", kPhoneWord},
    {"telephone", kPhoneWord}, {"tel", kPhoneWord}, {"mobile", kPhoneWord}, {"cell", kPhoneWord},
    {"cellphone", kPhoneWord}, {"fax", kPhoneWord}, {"sms", kPhoneWord}, {"whatsapp", kPhoneWord},
    {"telefon", kPhoneWord}, {"telefono", kPhoneWord}, {"telefone", kPhoneWord}, {"telefoon", kPhoneWord},
    {"handy", kPhoneWord}, {"msisdn", kPhoneWord}, {"mobil", kPhoneWord}, {"movil", kPhoneWord},
    {"portable", kPhoneWord}, {"rufnummer", kPhoneWord}, {"telefonnummer", kPhoneWord}, {"hotline", kPhoneWord},

    {"email", kMailWord}, {"mail", kMailWord}, {"emails", kMailWord}, {"emailaddress", kMailWord},
    {"mailto", kMailWord}, {"correo", kMailWord}, {"courriel", kMailWord},

    {"iban", kBankWord}, {"bank", kBankWord}, {"bic", kBankWord}, {"swift", kBankWord}, {"konto", kBankWord},
    {"kontonummer", kBankWord}, {"bankaccount", kBankWord}, {"compte", kBankWord}, {"cuenta", kBankWord},
    {"account", kBankWord}, {"sepa", kBankWord}, {"rekening", kBankWord},

    {"employee", kPersonWord}, {"patient", kPersonWord}, {"birth", kPersonWord}, {"dob", kPersonWord},
    {"birthdate", kPersonWord}, {"dateofbirth", kPersonWord}, {"payroll", kPersonWord}, {"applicant", kPersonWord},
    {"citizen", kPersonWord}, {"tax", kPersonWord}, {"taxid", kSsnWord},

    {"value", kValueWord}, {"val", kValueWord}, {"text", kValueWord}, {"content", kValueWord}, {"data", kValueWord},
    {"field", kValueWord}, {"input", kValueWord}, {"answer", kValueWord}, {"body", kValueWord}, {"v", kValueWord},
    {"note", kValueWord}, {"notes", kValueWord}, {"comment", kValueWord}, {"description", kValueWord},
    {"line", kValueWord}, {"raw", kValueWord}, {"payload", kValueWord}, {"string", kValueWord},

    {"order", kOtherIdWord}, {"orders", kOtherIdWord}, {"orderid", kOtherIdWord}, {"orderno", kOtherIdWord},
    {"ordernumber", kOtherIdWord}, {"ean", kOtherIdWord}, {"gtin", kOtherIdWord}, {"upc", kOtherIdWord},
    {"barcode", kOtherIdWord}, {"sku", kOtherIdWord}, {"article", kOtherIdWord}, {"product", kOtherIdWord},
    {"productid", kOtherIdWord}, {"item", kOtherIdWord}, {"itemid", kOtherIdWord}, {"trace", kOtherIdWord},
    {"traceid", kOtherIdWord}, {"span", kOtherIdWord}, {"spanid", kOtherIdWord}, {"parent", kOtherIdWord},
    {"ts", kOtherIdWord}, {"time", kOtherIdWord}, {"timestamp", kOtherIdWord}, {"date", kOtherIdWord},
    {"created", kOtherIdWord}, {"updated", kOtherIdWord}, {"seq", kOtherIdWord}, {"sequence", kOtherIdWord},
    {"id", kOtherIdWord}, {"ids", kOtherIdWord}, {"uid", kOtherIdWord}, {"uuid", kOtherIdWord},
    {"guid", kOtherIdWord}, {"tracking", kOtherIdWord}, {"trackingnumber", kOtherIdWord},
    {"shipment", kOtherIdWord}, {"parcel", kOtherIdWord}, {"isbn", kOtherIdWord}, {"issn", kOtherIdWord},
    {"imei", kOtherIdWord}, {"imsi", kOtherIdWord}, {"iccid", kOtherIdWord}, {"meid", kOtherIdWord},
    {"serial", kOtherIdWord}, {"serialnumber", kOtherIdWord}, {"invoice", kOtherIdWord}, {"hash", kOtherIdWord},
    {"checksum", kOtherIdWord}, {"crc", kOtherIdWord}, {"etag", kOtherIdWord}, {"nonce", kOtherIdWord},
    {"snowflake", kOtherIdWord}, {"session", kOtherIdWord}, {"sessionid", kOtherIdWord},
    {"request", kOtherIdWord}, {"requestid", kOtherIdWord}, {"correlation", kOtherIdWord},
    {"transaction", kOtherIdWord}, {"transactionid", kOtherIdWord}, {"txn", kOtherIdWord}, {"tx", kOtherIdWord},
    {"ref", kOtherIdWord}, {"reference", kOtherIdWord}, {"batch", kOtherIdWord}, {"version", kOtherIdWord},
    {"offset", kOtherIdWord}, {"amount", kOtherIdWord}, {"price", kOtherIdWord}, {"total", kOtherIdWord},
    {"event", kOtherIdWord}, {"eventid", kOtherIdWord}, {"message", kOtherIdWord}, {"messageid", kOtherIdWord},
    {"msgid", kOtherIdWord}, {"device", kOtherIdWord}, {"lat", kOtherIdWord}, {"lon", kOtherIdWord},
    {"lng", kOtherIdWord}, {"latitude", kOtherIdWord}, {"longitude", kOtherIdWord}, {"zip", kOtherIdWord},
    {"size", kOtherIdWord}, {"length", kOtherIdWord}, {"count", kOtherIdWord}, {"bytes", kOtherIdWord},
    {"epoch", kOtherIdWord}, {"nanos", kOtherIdWord}, {"cursor", kOtherIdWord}, {"ticket", kOtherIdWord},
};

constexpr std::size_t kLongestWord = 24;
constexpr std::size_t kSlots = 1024;  // a power of two well above the number of words, so that probes stay short

constexpr std::uint32_t kHashSeed = 2166136261U;
constexpr std::uint32_t hash_step(std::uint32_t hash, std::uint8_t byte) { return (hash ^ byte) * 16777619U; }
constexpr std::size_t slot_of(std::uint32_t hash) { return (hash ^ hash >> 15) & (kSlots - 1); }

consteval std::array<std::uint16_t, kSlots> make_slots() {
  std::array<std::uint16_t, kSlots> slots{};  // index into kWords plus one; 0: free
  std::uint16_t number = 0;
  for (const Word& word : kWords) {
    ++number;
    std::uint32_t hash = kHashSeed;
    for (const char c : word.text) hash = hash_step(hash, static_cast<std::uint8_t>(c));
    std::size_t slot = slot_of(hash);
    while (slots[slot] != 0) slot = (slot + 1) & (kSlots - 1);
    slots[slot] = number;
  }
  return slots;
}
constexpr std::array<std::uint16_t, kSlots> kTable = make_slots();

Topics look_up(std::string_view word, std::uint32_t hash) noexcept {
  for (std::size_t slot = slot_of(hash); kTable[slot] != 0; slot = (slot + 1) & (kSlots - 1)) {
    const Word& entry = kWords[kTable[slot] - 1];
    if (entry.text == word) return entry.topics;
  }
  return 0;
}

}  // namespace

Topics topics_in(const std::uint8_t* from, const std::uint8_t* to, bool from_is_boundary) noexcept {
  std::uint32_t found = 0;
  const std::uint8_t* p = from;
  if (!from_is_boundary)
    while (p < to && is(*p, kAlpha)) ++p;
  while (p < to) {
    if (!is(*p, kAlpha)) {
      ++p;
      continue;
    }
    char word[kLongestWord];
    std::size_t length = 0;
    std::uint32_t hash = kHashSeed;
    bool lower_before = false;
    for (; p < to && is(*p, kAlpha); ++p) {
      const bool upper = is(*p, kUpper);
      if (upper && lower_before) break;
      lower_before = !upper;
      const std::uint8_t byte = lower(*p);
      hash = hash_step(hash, byte);
      if (length < kLongestWord) word[length] = static_cast<char>(byte);
      ++length;
    }
    if (length >= 2 && length <= kLongestWord) found |= look_up({word, length}, hash);
  }
  if ((found & kSocialWord) != 0 && (found & kSecurityWord) != 0) found |= kSsnWord;
  return static_cast<Topics>(found);
}

}  // namespace bulkhead::detect
