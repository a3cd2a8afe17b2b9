#pragma once

#include <cstddef>
#include <string_view>

#include "detect/candidate.hpp"
#include "detect/identity/context.hpp"

// What words name which numbers, in the languages of the countries that issue them. Included by context.cpp alone.

namespace bulkhead::detect::identity {

/// Numbers of the words that are no rule's own: for any number of a kind, and parts of phrases.
enum Part : std::size_t {
  kPartsBegin = kFirstIdentity + kRuleCount - 1,
  kAnyNational,
  kAnyTax,
  kAnyHealth,
  kPartNational,
  kPartIdentity,
  kPartNumber,
  kPartTax,
  kPartPersonal,
  kPartInsurance,
  kPartSocial,
  kPartHealth,
  kPartLicence,
  kPartDriver,
  kPartFile,
  kPartBank,
  kPartAccount,
  kPartService,
  kPartMy,
  kPartPermanent,
  kPartResident,
  kPartRegistration,
  kPartEmployer,
  kPartCodice,
  kPartIva,
  kPartUnique,
};
static_assert(kPartUnique - kFirstIdentity < 128, "a ContextSet has 128 bits");

/// Of detectors and parts, by their numbers.
template <class... Numbers>
consteval ContextSet ctx(Numbers... numbers) {
  ContextSet set;
  (set.add(static_cast<std::size_t>(numbers) - kFirstIdentity), ...);
  return set;
}

// clang-format off
inline constexpr ContextSet kNationalRules = ctx(
    kCaSin, kMxCurp, kBrCpf, kClRut, kIePps, kDeTaxId, kDePensionNumber, kAtSocialInsurance, kChAhv, kFrNir, kEsDni,
    kItFiscalCode, kPtNif, kNlBsn, kBeNationalNumber, kGrAmka, kSePersonalNumber, kNoBirthNumber, kFiHetu, kPlPesel,
    kCzBirthNumber, kRoCnp, kBgEgn, kHrOib, kEeLtPersonalCode, kLvPersonalCode, kYuJmbg, kTrIdentityNumber,
    kIlIdentityNumber, kZaIdentityNumber, kInAadhaar, kJpMyNumber, kCnResidentId, kTwIdentityNumber, kHkIdentityCard,
    kSgNric, kThIdentityNumber);
inline constexpr ContextSet kTaxRules = ctx(
    kUsItin, kUsEin, kDeTaxId, kItFiscalCode, kItVat, kPtNif, kEsDni, kPlNip, kHuTaxId, kBrCpf, kBrCnpj, kMxRfc,
    kArCuit, kClRut, kCoNit, kPeRuc, kGbUtr, kIePps, kAuTfn, kAuAbn, kNzIrd, kInPan, kInGstin);
inline constexpr ContextSet kHealthRules = ctx(
    kUsNpi, kUsDea, kGbNhsNumber, kDeHealthNumber, kAuMedicare);

struct Word {
  std::string_view text;
  ContextSet says;
};

// Lower case where the script has case. Compounds stand here as they are commonly written without a mark between parts.
inline constexpr Word kWords[] = {
    {"itin", ctx(kUsItin)}, {"itins", ctx(kUsItin)}, {"ein", ctx(kUsEin)}, {"eins", ctx(kUsEin)},
    {"fein", ctx(kUsEin)}, {"employeridentificationnumber", ctx(kUsEin)}, {"taxidnumber", ctx(kUsEin, kAnyTax)},
    {"npi", ctx(kUsNpi)}, {"npis", ctx(kUsNpi)}, {"nationalprovider", ctx(kUsNpi)},
    {"provideridentifier", ctx(kUsNpi)}, {"dea", ctx(kUsDea)}, {"deanumber", ctx(kUsDea)}, {"deano", ctx(kUsDea)},
    {"prescriber", ctx(kUsDea)}, {"mbi", ctx(kUsMbi)}, {"mbis", ctx(kUsMbi)}, {"medicare", ctx(kUsMbi, kAuMedicare)},
    {"beneficiary", ctx(kUsMbi)}, {"beneficiaryid", ctx(kUsMbi)}, {"medicareid", ctx(kUsMbi)},
    {"ndc", ctx(kUsNdc)}, {"ndcs", ctx(kUsNdc)}, {"ndccode", ctx(kUsNdc)},
    {"ndcnumber", ctx(kUsNdc)}, {"nationaldrugcode", ctx(kUsNdc)}, {"aba", ctx(kUsAbaRouting)}, {"routing", ctx(kUsAbaRouting)}, {"routingnumber", ctx(kUsAbaRouting)},
    {"routingno", ctx(kUsAbaRouting)}, {"rtn", ctx(kUsAbaRouting)}, {"abanumber", ctx(kUsAbaRouting)},
    {"abarouting", ctx(kUsAbaRouting)}, {"sin", ctx(kCaSin)}, {"socialinsurance", ctx(kCaSin)},
    {"socialinsurancenumber", ctx(kCaSin)}, {"assurancesociale", ctx(kCaSin)}, {"nas", ctx(kCaSin)},
    {"sinnumber", ctx(kCaSin)}, {"curp", ctx(kMxCurp)}, {"rfc", ctx(kMxRfc)}, {"registrofederal", ctx(kMxRfc)},
    {"contribuyente", ctx(kMxRfc)}, {"contribuyentes", ctx(kMxRfc)}, {"cpf", ctx(kBrCpf)}, {"cpfs", ctx(kBrCpf)},
    {"cadastrodepessoas", ctx(kBrCpf)}, {"pessoafisica", ctx(kBrCpf)}, {"cpfnumero", ctx(kBrCpf)},
    {"cnpj", ctx(kBrCnpj)}, {"cnpjs", ctx(kBrCnpj)}, {"pessoajuridica", ctx(kBrCnpj)}, {"cuit", ctx(kArCuit)},
    {"cuil", ctx(kArCuit)}, {"cuits", ctx(kArCuit)}, {"rut", ctx(kClRut)}, {"run", ctx(kClRut)},
    {"ruts", ctx(kClRut)}, {"rolunico", ctx(kClRut)}, {"nit", ctx(kCoNit)}, {"nits", ctx(kCoNit)},
    {"identificaciontributaria", ctx(kCoNit)}, {"ruc", ctx(kPeRuc)}, {"rucs", ctx(kPeRuc)}, {"nino", ctx(kGbNino)},
    {"ninos", ctx(kGbNino)}, {"nationalinsurance", ctx(kGbNino)}, {"nationalinsurancenumber", ctx(kGbNino)},
    {"nationalinsuranceno", ctx(kGbNino)}, {"nin", ctx(kGbNino)}, {"nhs", ctx(kGbNhsNumber)},
    {"nhsnumber", ctx(kGbNhsNumber)}, {"nhsno", ctx(kGbNhsNumber)}, {"utr", ctx(kGbUtr)}, {"utrs", ctx(kGbUtr)},
    {"uniquetaxpayer", ctx(kGbUtr)}, {"taxpayerreference", ctx(kGbUtr)},
    {"drivinglicence", ctx(kGbDrivingLicence, kDriverLicence)},
    {"drivinglicense", ctx(kGbDrivingLicence, kDriverLicence)},
    {"driverlicence", ctx(kGbDrivingLicence, kDriverLicence)},
    {"driverslicence", ctx(kGbDrivingLicence, kDriverLicence)},
    {"driverslicense", ctx(kGbDrivingLicence, kDriverLicence)},
    {"driverlicense", ctx(kGbDrivingLicence, kDriverLicence)}, {"pps", ctx(kIePps)}, {"ppsn", ctx(kIePps)},
    {"ppsno", ctx(kIePps)}, {"ppsnumber", ctx(kIePps)}, {"steuerid", ctx(kDeTaxId)}, {"steueridnr", ctx(kDeTaxId)},
    {"steueridentifikationsnummer", ctx(kDeTaxId)}, {"steueridentnummer", ctx(kDeTaxId)}, {"idnr", ctx(kDeTaxId)},
    {"tin", ctx(kDeTaxId, kAnyTax)}, {"steuernummer", ctx(kDeTaxId, kAnyTax)},
    {"identifikationsnummer", ctx(kDeTaxId)}, {"steuerliche", ctx(kDeTaxId)},
    {"rentenversicherungsnummer", ctx(kDePensionNumber)}, {"rvnr", ctx(kDePensionNumber)},
    {"sozialversicherungsnummer", ctx(kDePensionNumber, kAtSocialInsurance, kChAhv)},
    {"svnr", ctx(kDePensionNumber, kAtSocialInsurance)}, {"rentenversicherung", ctx(kDePensionNumber)},
    {"versicherungsnummer", ctx(kDePensionNumber, kAtSocialInsurance)},
    {"svnummer", ctx(kDePensionNumber, kAtSocialInsurance)}, {"kvnr", ctx(kDeHealthNumber)},
    {"krankenversichertennummer", ctx(kDeHealthNumber)}, {"krankenversicherungsnummer", ctx(kDeHealthNumber)},
    {"versichertennummer", ctx(kDeHealthNumber)}, {"krankenkasse", ctx(kDeHealthNumber)},
    {"egk", ctx(kDeHealthNumber)}, {"sozialversicherung", ctx(kAtSocialInsurance)},
    {"ecard", ctx(kAtSocialInsurance)}, {"ahv", ctx(kChAhv)}, {"avs", ctx(kChAhv)}, {"ahvnummer", ctx(kChAhv)},
    {"ahvnr", ctx(kChAhv)}, {"navs", ctx(kChAhv)}, {"assurancevieillesse", ctx(kChAhv)}, {"nir", ctx(kFrNir)},
    {"insee", ctx(kFrNir)}, {"secu", ctx(kFrNir)}, {"securitesociale", ctx(kFrNir)}, {"numerosecu", ctx(kFrNir)},
    {"numsecu", ctx(kFrNir)}, {"immatriculation", ctx(kFrNir)}, {"dni", ctx(kEsDni)}, {"nie", ctx(kEsDni)},
    {"nif", ctx(kEsDni, kPtNif)}, {"dnis", ctx(kEsDni)}, {"documentonacional", ctx(kEsDni)},
    {"codicefiscale", ctx(kItFiscalCode)}, {"fiscale", ctx(kItFiscalCode)}, {"codfiscale", ctx(kItFiscalCode)},
    {"cf", ctx(kItFiscalCode)}, {"piva", ctx(kItVat)}, {"partitaiva", ctx(kItVat)}, {"partita", ctx(kItVat)},
    {"nifs", ctx(kPtNif)}, {"contribuinte", ctx(kPtNif)}, {"identificacaofiscal", ctx(kPtNif)},
    {"numerodecontribuinte", ctx(kPtNif)}, {"bsn", ctx(kNlBsn)}, {"burgerservicenummer", ctx(kNlBsn)},
    {"sofinummer", ctx(kNlBsn)}, {"bsnnummer", ctx(kNlBsn)}, {"burgerservice", ctx(kNlBsn)}, {"sofi", ctx(kNlBsn)},
    {"rijksregisternummer", ctx(kBeNationalNumber)}, {"rijksregister", ctx(kBeNationalNumber)},
    {"registrenational", ctx(kBeNationalNumber)}, {"niss", ctx(kBeNationalNumber)}, {"insz", ctx(kBeNationalNumber)},
    {"nrn", ctx(kBeNationalNumber)}, {"numeronational", ctx(kBeNationalNumber)},
    {"nationaalnummer", ctx(kBeNationalNumber)}, {"rrn", ctx(kBeNationalNumber, kKrRrn)}, {"amka", ctx(kGrAmka)},
    {"amkas", ctx(kGrAmka)}, {"αμκα", ctx(kGrAmka)}, {"ΑΜΚΑ", ctx(kGrAmka)},
    {"personnummer", ctx(kSePersonalNumber, kNoBirthNumber, kDkCpr)}, {"personnr", ctx(kSePersonalNumber)},
    {"samordningsnummer", ctx(kSePersonalNumber)}, {"pnr", ctx(kSePersonalNumber)},
    {"personalidentity", ctx(kSePersonalNumber)}, {"fodselsnummer", ctx(kNoBirthNumber)},
    {"fødselsnummer", ctx(kNoBirthNumber)}, {"fnr", ctx(kNoBirthNumber)}, {"dnummer", ctx(kNoBirthNumber)},
    {"fodselsnr", ctx(kNoBirthNumber)}, {"hetu", ctx(kFiHetu)}, {"henkilotunnus", ctx(kFiHetu)},
    {"henkilötunnus", ctx(kFiHetu)}, {"sosiaaliturvatunnus", ctx(kFiHetu)}, {"henkilo", ctx(kFiHetu)},
    {"cpr", ctx(kDkCpr)}, {"cprnr", ctx(kDkCpr)}, {"cprnummer", ctx(kDkCpr)}, {"cprnumber", ctx(kDkCpr)},
    {"pesel", ctx(kPlPesel)}, {"pesels", ctx(kPlPesel)}, {"nip", ctx(kPlNip)}, {"nips", ctx(kPlNip)},
    {"identyfikacjipodatkowej", ctx(kPlNip)}, {"rodne", ctx(kCzBirthNumber)}, {"rodnecislo", ctx(kCzBirthNumber)},
    {"rodné", ctx(kCzBirthNumber)}, {"číslo", ctx(kCzBirthNumber)}, {"rodného", ctx(kCzBirthNumber)},
    {"birthnumber", ctx(kCzBirthNumber)}, {"cnp", ctx(kRoCnp)}, {"cnps", ctx(kRoCnp)},
    {"codnumericpersonal", ctx(kRoCnp)}, {"egn", ctx(kBgEgn)}, {"egns", ctx(kBgEgn)}, {"ЕГН", ctx(kBgEgn)},
    {"егн", ctx(kBgEgn)}, {"edinengrazhdanski", ctx(kBgEgn)}, {"oib", ctx(kHrOib)}, {"oibs", ctx(kHrOib)},
    {"osobniidentifikacijski", ctx(kHrOib)}, {"adoazonosito", ctx(kHuTaxId)}, {"adóazonosító", ctx(kHuTaxId)},
    {"adoazonositojel", ctx(kHuTaxId)}, {"adoszam", ctx(kHuTaxId)}, {"isikukood", ctx(kEeLtPersonalCode)},
    {"asmenskodas", ctx(kEeLtPersonalCode)}, {"asmens", ctx(kEeLtPersonalCode)},
    {"isikukoodi", ctx(kEeLtPersonalCode)}, {"personaskods", ctx(kLvPersonalCode)},
    {"personas", ctx(kLvPersonalCode)}, {"perskods", ctx(kLvPersonalCode)}, {"jmbg", ctx(kYuJmbg)},
    {"emso", ctx(kYuJmbg)}, {"emšo", ctx(kYuJmbg)}, {"maticnibroj", ctx(kYuJmbg)}, {"tckn", ctx(kTrIdentityNumber)},
    {"tckimlik", ctx(kTrIdentityNumber)}, {"kimlik", ctx(kTrIdentityNumber)}, {"tcno", ctx(kTrIdentityNumber)},
    {"tckimlikno", ctx(kTrIdentityNumber)}, {"kimlikno", ctx(kTrIdentityNumber)}, {"teudat", ctx(kIlIdentityNumber)},
    {"zehut", ctx(kIlIdentityNumber)}, {"teudatzehut", ctx(kIlIdentityNumber)},
    {"misparzehut", ctx(kIlIdentityNumber)}, {"זהות", ctx(kIlIdentityNumber)},
    {"southafrica", ctx(kZaIdentityNumber)}, {"southafrican", ctx(kZaIdentityNumber)},
    {"rsaid", ctx(kZaIdentityNumber)}, {"saidnumber", ctx(kZaIdentityNumber)}, {"tfn", ctx(kAuTfn)},
    {"tfns", ctx(kAuTfn)}, {"taxfile", ctx(kAuTfn)}, {"taxfilenumber", ctx(kAuTfn)},
    {"medicarenumber", ctx(kAuMedicare)}, {"medicareno", ctx(kAuMedicare)}, {"medicarecard", ctx(kAuMedicare)},
    {"abn", ctx(kAuAbn)}, {"abns", ctx(kAuAbn)}, {"businessnumber", ctx(kAuAbn)}, {"acn", ctx(kAuAcn)}, {"acns", ctx(kAuAcn)},
    {"companynumber", ctx(kAuAcn)}, {"australiancompany", ctx(kAuAcn)}, {"ird", ctx(kNzIrd)},
    {"irdnumber", ctx(kNzIrd)}, {"irdno", ctx(kNzIrd)}, {"inlandrevenue", ctx(kNzIrd)}, {"aadhaar", ctx(kInAadhaar)},
    {"aadhar", ctx(kInAadhaar)}, {"adhaar", ctx(kInAadhaar)}, {"uidai", ctx(kInAadhaar)},
    {"aadhaarnumber", ctx(kInAadhaar)}, {"aadhaarno", ctx(kInAadhaar)}, {"aadharno", ctx(kInAadhaar)},
    {"pan", ctx(kInPan)}, {"pannumber", ctx(kInPan)}, {"panno", ctx(kInPan)}, {"permanentaccount", ctx(kInPan)},
    {"pancard", ctx(kInPan)}, {"epic", ctx(kInVoterId)}, {"epicno", ctx(kInVoterId)}, {"epicnumber", ctx(kInVoterId)},
    {"voter", ctx(kInVoterId)}, {"voterid", ctx(kInVoterId)}, {"votercard", ctx(kInVoterId)},
    {"मतदाता", ctx(kInVoterId)}, {"gstin", ctx(kInGstin)}, {"gst", ctx(kInGstin)}, {"gstno", ctx(kInGstin)},
    {"gstnumber", ctx(kInGstin)}, {"マイナンバー", ctx(kJpMyNumber)}, {"個人番号", ctx(kJpMyNumber)},
    {"mynumber", ctx(kJpMyNumber)}, {"kojinbango", ctx(kJpMyNumber)}, {"individualnumber", ctx(kJpMyNumber)},
    {"주민등록번호", ctx(kKrRrn)}, {"주민번호", ctx(kKrRrn)}, {"jumin", ctx(kKrRrn)}, {"residentregistration", ctx(kKrRrn)},
    {"jumindeungnok", ctx(kKrRrn)}, {"residentno", ctx(kKrRrn)}, {"shenfenzheng", ctx(kCnResidentId)},
    {"residentid", ctx(kCnResidentId)}, {"shenfen", ctx(kCnResidentId)}, {"sfz", ctx(kCnResidentId)},
    {"身份证", ctx(kCnResidentId)}, {"身份证号", ctx(kCnResidentId)}, {"身份证号码", ctx(kCnResidentId)},
    {"公民身份号码", ctx(kCnResidentId)}, {"公民身份证", ctx(kCnResidentId)}, {"taiwanid", ctx(kTwIdentityNumber)},
    {"rocid", ctx(kTwIdentityNumber)}, {"身分證字號", ctx(kTwIdentityNumber)}, {"身分證", ctx(kTwIdentityNumber)},
    {"身分證號", ctx(kTwIdentityNumber)}, {"hkid", ctx(kHkIdentityCard)}, {"hkidcard", ctx(kHkIdentityCard)},
    {"hongkongid", ctx(kHkIdentityCard)}, {"nric", ctx(kSgNric, kMyNric)}, {"fin", ctx(kSgNric, kVin)},
    {"nricno", ctx(kSgNric)}, {"singaporeid", ctx(kSgNric)}, {"nricfin", ctx(kSgNric)},
    {"thaiid", ctx(kThIdentityNumber)}, {"เลขประจำตัวประชาชน", ctx(kThIdentityNumber)},
    {"บัตรประชาชน", ctx(kThIdentityNumber)}, {"thainational", ctx(kThIdentityNumber)}, {"mykad", ctx(kMyNric)},
    {"icnumber", ctx(kMyNric)}, {"kadpengenalan", ctx(kMyNric)}, {"nokp", ctx(kMyNric)}, {"icno", ctx(kMyNric)},
    {"nik", ctx(kIdNik)}, {"ktp", ctx(kIdNik)}, {"nomorinduk", ctx(kIdNik)}, {"ektp", ctx(kIdNik)},
    {"nikktp", ctx(kIdNik)}, {"cnic", ctx(kPkCnic)}, {"nicop", ctx(kPkCnic)}, {"nadra", ctx(kPkCnic)}, {"umid", ctx(kPhCrn)},
    {"crn", ctx(kPhCrn)}, {"commonreference", ctx(kPhCrn)}, {"philsys", ctx(kPhCrn)}, {"cccd", ctx(kVnCitizenId)},
    {"socccd", ctx(kVnCitizenId)}, {"cancuoc", ctx(kVnCitizenId)}, {"cancuoccongdan", ctx(kVnCitizenId)},
    {"cước", ctx(kVnCitizenId)},
    {"passport", ctx(kPassport)}, {"passportnumber", ctx(kPassport)}, {"passportno", ctx(kPassport)},
    {"passeport", ctx(kPassport)}, {"reisepass", ctx(kPassport)}, {"passnummer", ctx(kPassport)},
    {"reisepassnummer", ctx(kPassport)}, {"pasaporte", ctx(kPassport)}, {"passaporto", ctx(kPassport)},
    {"paspoort", ctx(kPassport)}, {"passnr", ctx(kPassport)}, {"licenseno", ctx(kDriverLicence)},
    {"dlnumber", ctx(kDriverLicence)}, {"fuhrerschein", ctx(kDriverLicence)}, {"führerschein", ctx(kDriverLicence)},
    {"permisdeconduire", ctx(kDriverLicence)}, {"imei", ctx(kImei)}, {"imeis", ctx(kImei)},
    {"imeinumber", ctx(kImei)}, {"vin", ctx(kVin)}, {"vins", ctx(kVin)}, {"chassis", ctx(kVin)},
    {"fahrgestellnummer", ctx(kVin)}, {"vehicleidentification", ctx(kVin)}, {"isin", ctx(kIsin)},
    {"isins", ctx(kIsin)}, {"lei", ctx(kLei)}, {"leis", ctx(kLei)}, {"leicode", ctx(kLei)},
    {"legalentity", ctx(kLei)}, {"legalentityidentifier", ctx(kLei)}, {"bankaccount", ctx(kBankAccount)}, {"bankaccountnumber", ctx(kBankAccount)},
    {"accountnumber", ctx(kBankAccount)}, {"acctnumber", ctx(kBankAccount)}, {"acctno", ctx(kBankAccount)},
    {"kontonummer", ctx(kBankAccount)}, {"accountno", ctx(kBankAccount)}, {"sortcode", ctx(kBankAccount)},
    {"numerodecompte", ctx(kBankAccount)}, {"bankaccountno", ctx(kBankAccount)},
    {"checkingaccount", ctx(kBankAccount)}, {"savingsaccount", ctx(kBankAccount)}, {"nationalid", ctx(kAnyNational)},
    {"nationalidnumber", ctx(kAnyNational)}, {"nationalidentity", ctx(kAnyNational)},
    {"nationalidno", ctx(kAnyNational)}, {"identitynumber", ctx(kAnyNational)}, {"identitycard", ctx(kAnyNational)},
    {"idcard", ctx(kAnyNational)}, {"idcardno", ctx(kAnyNational)}, {"idnumber", ctx(kAnyNational)},
    {"personalid", ctx(kAnyNational)}, {"personalidnumber", ctx(kAnyNational)}, {"personalnumber", ctx(kAnyNational)},
    {"personalcode", ctx(kAnyNational)}, {"citizenid", ctx(kAnyNational)}, {"citizennumber", ctx(kAnyNational)},
    {"governmentid", ctx(kAnyNational)}, {"identitydocument", ctx(kAnyNational)}, {"idno", ctx(kAnyNational)},
    {"ausweis", ctx(kAnyNational)}, {"ausweisnummer", ctx(kAnyNational)}, {"taxid", ctx(kAnyTax)},
    {"taxidno", ctx(kAnyTax)}, {"taxnumber", ctx(kAnyTax)}, {"taxno", ctx(kAnyTax)}, {"taxpayerid", ctx(kAnyTax)},
    {"taxcode", ctx(kAnyTax)}, {"vatnumber", ctx(kAnyTax)}, {"vatid", ctx(kAnyTax)}, {"vatno", ctx(kAnyTax)},
    {"vat", ctx(kAnyTax)}, {"tins", ctx(kAnyTax)}, {"patientid", ctx(kAnyHealth)}, {"healthid", ctx(kAnyHealth)},
    {"healthnumber", ctx(kAnyHealth)}, {"healthcardnumber", ctx(kAnyHealth)}, {"insurancenumber", ctx(kAnyHealth)},
    {"insuranceid", ctx(kAnyHealth)}, {"national", ctx(kPartNational)}, {"identity", ctx(kPartIdentity)},
    {"identification", ctx(kPartIdentity)}, {"id", ctx(kPartIdentity)}, {"ident", ctx(kPartIdentity)},
    {"number", ctx(kPartNumber)}, {"no", ctx(kPartNumber)}, {"nr", ctx(kPartNumber)}, {"num", ctx(kPartNumber)},
    {"code", ctx(kPartNumber)}, {"nummer", ctx(kPartNumber)}, {"numero", ctx(kPartNumber)}, {"tax", ctx(kPartTax)},
    {"taxpayer", ctx(kPartTax)}, {"personal", ctx(kPartPersonal)}, {"citizen", ctx(kPartPersonal)},
    {"government", ctx(kPartPersonal)}, {"insurance", ctx(kPartInsurance)}, {"assurance", ctx(kPartInsurance)},
    {"social", ctx(kPartSocial)}, {"sociale", ctx(kPartSocial)}, {"health", ctx(kPartHealth)},
    {"patient", ctx(kPartHealth)}, {"licence", ctx(kPartLicence)}, {"license", ctx(kPartLicence)},
    {"permit", ctx(kPartLicence)}, {"driver", ctx(kPartDriver)}, {"drivers", ctx(kPartDriver)},
    {"driving", ctx(kPartDriver)}, {"file", ctx(kPartFile)}, {"bank", ctx(kPartBank)}, {"checking", ctx(kPartBank)},
    {"savings", ctx(kPartBank)}, {"account", ctx(kPartAccount)}, {"acct", ctx(kPartAccount)},
    {"konto", ctx(kPartAccount)}, {"compte", ctx(kPartAccount)}, {"cuenta", ctx(kPartAccount)},
    {"service", ctx(kPartService)}, {"my", ctx(kPartMy)}, {"permanent", ctx(kPartPermanent)},
    {"resident", ctx(kPartResident)}, {"registration", ctx(kPartRegistration)}, {"employer", ctx(kPartEmployer)},
    {"federal", ctx(kPartEmployer)}, {"codice", ctx(kPartCodice)}, {"iva", ctx(kPartIva)},
    {"unique", ctx(kPartUnique)},
};

/// Two words that mean something together.
struct Phrase {
  ContextSet parts, says;
};
inline constexpr Phrase kPhrases[] = {
    {ctx(kPartNational, kPartInsurance), ctx(kGbNino)},
    {ctx(kPartNational, kPartIdentity), ctx(kAnyNational)},
    {ctx(kPartNational, kPartNumber), ctx(kAnyNational)},
    {ctx(kPartPersonal, kPartIdentity), ctx(kAnyNational)},
    {ctx(kPartPersonal, kPartNumber), ctx(kAnyNational)},
    {ctx(kPartIdentity, kPartNumber), ctx(kAnyNational)},
    {ctx(kPartPersonal, kPartService), ctx(kNlBsn)},
    {ctx(kPartSocial, kPartInsurance), ctx(kCaSin, kAtSocialInsurance, kChAhv, kDePensionNumber)},
    {ctx(kPartHealth, kPartNumber), ctx(kAnyHealth)},
    {ctx(kPartHealth, kPartInsurance), ctx(kAnyHealth)},
    {ctx(kPartTax, kPartIdentity), ctx(kAnyTax)},
    {ctx(kPartTax, kPartNumber), ctx(kAnyTax)},
    {ctx(kPartTax, kPartFile), ctx(kAuTfn)},
    {ctx(kPartTax, kPartUnique), ctx(kGbUtr)},
    {ctx(kPartDriver, kPartLicence), ctx(kDriverLicence, kGbDrivingLicence)},
    {ctx(kPartBank, kPartAccount), ctx(kBankAccount)},
    {ctx(kPartAccount, kPartNumber), ctx(kBankAccount)},
    {ctx(kPartMy, kPartNumber), ctx(kJpMyNumber)},
    {ctx(kPartPermanent, kPartAccount), ctx(kInPan)},
    {ctx(kPartResident, kPartRegistration), ctx(kKrRrn)},
    {ctx(kPartEmployer, kPartIdentity), ctx(kUsEin)},
    {ctx(kItFiscalCode, kPartCodice), ctx(kItFiscalCode)},
    {ctx(kItVat, kPartIva), ctx(kItVat)},
};
// clang-format on

}  // namespace bulkhead::detect::identity
