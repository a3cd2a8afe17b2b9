#pragma once

#include <array>
#include <string_view>

#include "bulkhead/detection.hpp"

namespace bulkhead {

/// How much a detector's own check proves. `checksum`: one random value in at least 97 fails to be caught;
/// `weak_checksum`: about one in ten passes; `shape`: no checksum; `anchored`: a literal that stands for itself, or a place in
/// a protocol that is for such data.
enum class Strength : std::uint8_t { checksum, weak_checksum, shape, anchored };

struct DetectorInfo {
  std::string_view id;  ///< stable, kebab-case: policies and reports name it
  Strength strength;
};

/// The built-in detectors; a DetectorIndex below the size of this table is an index into it.
inline constexpr std::array<DetectorInfo, 95> kDetectors{{
    {"payment-card", Strength::weak_checksum},
    {"us-ssn", Strength::shape},
    {"iban", Strength::checksum},
    {"email", Strength::shape},
    {"phone", Strength::shape},
    {"jwt", Strength::anchored},
    {"private-key", Strength::anchored},
    {"aws-access-key", Strength::anchored},
    {"github-token", Strength::anchored},
    {"slack-token", Strength::anchored},
    {"stripe-key", Strength::anchored},
    {"us-itin", Strength::shape},
    {"us-ein", Strength::shape},
    {"us-npi", Strength::weak_checksum},
    {"us-dea", Strength::weak_checksum},
    {"us-mbi", Strength::shape},
    {"us-ndc", Strength::shape},
    {"us-aba-routing", Strength::weak_checksum},
    {"ca-sin", Strength::weak_checksum},
    {"mx-curp", Strength::checksum},
    {"mx-rfc", Strength::weak_checksum},
    {"br-cpf", Strength::checksum},
    {"br-cnpj", Strength::checksum},
    {"ar-cuit", Strength::weak_checksum},
    {"cl-rut", Strength::weak_checksum},
    {"co-nit", Strength::weak_checksum},
    {"pe-ruc", Strength::weak_checksum},
    {"gb-nino", Strength::shape},
    {"gb-nhs-number", Strength::weak_checksum},
    {"gb-utr", Strength::weak_checksum},
    {"gb-driving-licence", Strength::shape},
    {"ie-pps", Strength::weak_checksum},
    {"de-tax-id", Strength::weak_checksum},
    {"de-pension-number", Strength::weak_checksum},
    {"de-health-number", Strength::weak_checksum},
    {"at-social-insurance", Strength::weak_checksum},
    {"ch-ahv", Strength::checksum},
    {"fr-nir", Strength::checksum},
    {"es-dni", Strength::weak_checksum},
    {"it-fiscal-code", Strength::checksum},
    {"it-vat", Strength::weak_checksum},
    {"pt-nif", Strength::weak_checksum},
    {"nl-bsn", Strength::weak_checksum},
    {"be-national-number", Strength::checksum},
    {"gr-amka", Strength::weak_checksum},
    {"se-personal-number", Strength::weak_checksum},
    {"no-birth-number", Strength::checksum},
    {"fi-hetu", Strength::checksum},
    {"dk-cpr", Strength::shape},
    {"pl-pesel", Strength::weak_checksum},
    {"pl-nip", Strength::weak_checksum},
    {"cz-birth-number", Strength::weak_checksum},
    {"ro-cnp", Strength::weak_checksum},
    {"bg-egn", Strength::weak_checksum},
    {"hr-oib", Strength::weak_checksum},
    {"hu-tax-id", Strength::weak_checksum},
    {"ee-lt-personal-code", Strength::weak_checksum},
    {"lv-personal-code", Strength::weak_checksum},
    {"yu-jmbg", Strength::weak_checksum},
    {"tr-identity-number", Strength::checksum},
    {"il-identity-number", Strength::weak_checksum},
    {"za-identity-number", Strength::weak_checksum},
    {"au-tfn", Strength::weak_checksum},
    {"au-medicare", Strength::weak_checksum},
    {"au-abn", Strength::checksum},
    {"au-acn", Strength::weak_checksum},
    {"nz-ird", Strength::weak_checksum},
    {"in-aadhaar", Strength::weak_checksum},
    {"in-pan", Strength::shape},
    {"in-gstin", Strength::weak_checksum},
    {"in-voter-id", Strength::weak_checksum},
    {"jp-my-number", Strength::weak_checksum},
    {"kr-rrn", Strength::shape},
    {"cn-resident-id", Strength::checksum},
    {"tw-identity-number", Strength::weak_checksum},
    {"hk-identity-card", Strength::weak_checksum},
    {"sg-nric", Strength::weak_checksum},
    {"th-identity-number", Strength::weak_checksum},
    {"my-nric", Strength::shape},
    {"id-nik", Strength::shape},
    {"pk-cnic", Strength::shape},
    {"ph-crn", Strength::shape},
    {"vn-citizen-id", Strength::shape},
    {"passport", Strength::shape},
    {"driver-licence", Strength::shape},
    {"imei", Strength::weak_checksum},
    {"vin", Strength::weak_checksum},
    {"isin", Strength::weak_checksum},
    {"lei", Strength::checksum},
    {"bank-account", Strength::shape},
    {"cleartext-credential", Strength::anchored},
    {"http-basic", Strength::anchored},
    {"http-bearer", Strength::anchored},
    {"session-cookie", Strength::shape},
    {"cleartext-traffic", Strength::anchored},
}};

}  // namespace bulkhead
