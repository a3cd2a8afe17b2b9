#pragma once

#include "detect/identity/compact.hpp"

namespace bulkhead::detect::identity {

/// Whether a number of the right shape satisfies what its issuer's rules say of digits: check digits, dates, ranges
/// never issued. Each is named after its detector; the rule and its source are in docs/reference/detectors.md.
using Validator = bool (*)(const Compact&) noexcept;

bool us_itin(const Compact& n) noexcept;
bool us_ein(const Compact& n) noexcept;
bool us_npi(const Compact& n) noexcept;
bool us_dea(const Compact& n) noexcept;
bool us_aba(const Compact& n) noexcept;
bool ca_sin(const Compact& n) noexcept;
bool mx_curp(const Compact& n) noexcept;
bool mx_rfc(const Compact& n) noexcept;
bool br_cpf(const Compact& n) noexcept;
bool br_cnpj(const Compact& n) noexcept;
bool ar_cuit(const Compact& n) noexcept;
bool cl_rut(const Compact& n) noexcept;
bool co_nit(const Compact& n) noexcept;
bool pe_ruc(const Compact& n) noexcept;

bool gb_nino(const Compact& n) noexcept;
bool gb_nhs(const Compact& n) noexcept;
bool gb_utr(const Compact& n) noexcept;
bool gb_driving_licence(const Compact& n) noexcept;
bool ie_pps(const Compact& n) noexcept;
bool de_tax_id(const Compact& n) noexcept;
bool de_pension(const Compact& n) noexcept;
bool de_health(const Compact& n) noexcept;
bool icao_check(const Compact& n) noexcept;
bool at_svnr(const Compact& n) noexcept;
bool ch_ahv(const Compact& n) noexcept;
bool fr_nir(const Compact& n) noexcept;
bool es_dni(const Compact& n) noexcept;
bool it_fiscal_code(const Compact& n) noexcept;
bool it_vat(const Compact& n) noexcept;
bool pt_nif(const Compact& n) noexcept;
bool nl_bsn(const Compact& n) noexcept;
bool be_national(const Compact& n) noexcept;
bool gr_amka(const Compact& n) noexcept;

bool se_personal(const Compact& n) noexcept;
bool no_birth_number(const Compact& n) noexcept;
bool fi_hetu(const Compact& n) noexcept;
bool dk_cpr(const Compact& n) noexcept;
bool pl_pesel(const Compact& n) noexcept;
bool pl_nip(const Compact& n) noexcept;
bool cz_birth_number(const Compact& n) noexcept;
bool ro_cnp(const Compact& n) noexcept;
bool bg_egn(const Compact& n) noexcept;
bool hr_oib(const Compact& n) noexcept;
bool hu_tax_id(const Compact& n) noexcept;
bool baltic_personal(const Compact& n) noexcept;
bool lv_personal(const Compact& n) noexcept;
bool yu_jmbg(const Compact& n) noexcept;
bool tr_tckn(const Compact& n) noexcept;

bool il_id(const Compact& n) noexcept;
bool za_id(const Compact& n) noexcept;
bool au_tfn(const Compact& n) noexcept;
bool au_medicare(const Compact& n) noexcept;
bool au_abn(const Compact& n) noexcept;
bool au_acn(const Compact& n) noexcept;
bool nz_ird(const Compact& n) noexcept;
bool in_aadhaar(const Compact& n) noexcept;
bool in_pan(const Compact& n) noexcept;
bool in_gstin(const Compact& n) noexcept;
bool in_voter_id(const Compact& n) noexcept;
bool jp_my_number(const Compact& n) noexcept;
bool kr_rrn(const Compact& n) noexcept;
bool cn_resident(const Compact& n) noexcept;
bool tw_id(const Compact& n) noexcept;
bool hk_id(const Compact& n) noexcept;
bool sg_nric(const Compact& n) noexcept;
bool th_id(const Compact& n) noexcept;
bool my_nric(const Compact& n) noexcept;
bool id_nik(const Compact& n) noexcept;
bool pk_cnic(const Compact& n) noexcept;
bool vn_citizen_id(const Compact& n) noexcept;

bool imei(const Compact& n) noexcept;
bool isin(const Compact& n) noexcept;
bool lei(const Compact& n) noexcept;
bool vin(const Compact& n) noexcept;
/// For shapes that prove nothing by themselves.
bool any(const Compact& n) noexcept;

}  // namespace bulkhead::detect::identity
