#include "detect/words.hpp"

#include <string_view>

#include "detect/char_class.hpp"
#include "detect/word_table.hpp"

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
    {"cc", kCardWord}, {"ccard", kCardWord}, {"paymentcard", kCardWord},
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
using Table = WordTable<kWords, 1024, kLongestWord>;

std::size_t mark_at(const std::uint8_t* p, const std::uint8_t*) noexcept { return is(*p, kAlpha) ? 0 : 1; }

}  // namespace

Topics topics_in(const std::uint8_t* from, const std::uint8_t* to, bool from_is_boundary) noexcept {
  std::uint32_t found = 0;
  each_word<kLongestWord>(from, to, from_is_boundary, mark_at, [&](const Table::Word& word) {
    if (const Word* entry = Table::find(word)) found |= entry->topics;
  });
  if ((found & kSocialWord) != 0 && (found & kSecurityWord) != 0) found |= kSsnWord;
  return static_cast<Topics>(found);
}

}  // namespace bulkhead::detect
