#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "bulkhead/detection.hpp"
#include "detect/field_view.hpp"
#include "detect/identity/context.hpp"
#include "detect/identity/quiet_keys.hpp"
#include "detect/key_topics.hpp"
#include "detect/structural_key.hpp"
#include "detect/words.hpp"

namespace bulkhead::detect {

/// Numbers of the built-in detectors, in the order of kDetectors.
enum BuiltIn : DetectorIndex {
  kPaymentCard,
  kUsSsn,
  kIban,
  kEmail,
  kPhone,
  kJwt,
  kPrivateKey,
  kAwsAccessKey,
  kGithubToken,
  kSlackToken,
  kStripeKey,
  // The tokens of secret/.
  kGcpApiKey, kGcpOauthSecret, kGitlabToken, kNpmToken, kPypiToken, kDockerToken,
  kSlackWebhook, kWebhookSecret, kSendgridKey, kMailgunKey, kBrevoKey, kTwilioKey,
  kAnthropicKey, kHuggingfaceToken, kAiServiceKey, kLangsmithKey, kDatabricksToken, kShopifyToken,
  kSquareToken, kEasypostKey, kHerokuKey, kVaultToken, kTerraformToken, kTelegramBotToken,
  kCloudflareToken, kGrafanaToken, kDigitaloceanToken, kNotionToken, kNewrelicKey, kPostmanKey,
  kAtlassianToken, kFigmaToken, kDopplerToken, kTailscaleKey, kAgeKey, kSupabaseToken,
  kNetlifyToken, kContentfulToken, kOpenaiKey, kGoogleAccessToken, kAzureClientSecret,
  // Secrets told by what stands in front of them.
  kUrlPassword, kAzureSasSignature, kAwsSecretKey, kAzureAccessKey, kDatadogKey,
  // The rules of identity/, in their order.
  kUsItin, kUsEin, kUsNpi, kUsDea, kUsMbi, kUsNdc, kUsAbaRouting, kCaSin, kMxCurp, kMxRfc, kBrCpf, kBrCnpj, kArCuit, kClRut,
  kCoNit, kPeRuc, kGbNino, kGbNhsNumber, kGbUtr, kGbDrivingLicence, kIePps, kDeTaxId, kDePensionNumber,
  kDeHealthNumber, kAtSocialInsurance, kChAhv, kFrNir, kEsDni, kItFiscalCode, kItVat, kPtNif, kNlBsn,
  kBeNationalNumber, kGrAmka, kSePersonalNumber, kNoBirthNumber, kFiHetu, kDkCpr, kPlPesel, kPlNip, kCzBirthNumber,
  kRoCnp, kBgEgn, kHrOib, kHuTaxId, kEeLtPersonalCode, kLvPersonalCode, kYuJmbg, kTrIdentityNumber, kIlIdentityNumber,
  kZaIdentityNumber, kAuTfn, kAuMedicare, kAuAbn, kAuAcn, kNzIrd, kInAadhaar, kInPan, kInGstin, kInVoterId, kJpMyNumber, kKrRrn,
  kCnResidentId, kTwIdentityNumber, kHkIdentityCard, kSgNric, kThIdentityNumber, kMyNric, kIdNik, kPkCnic, kPhCrn, kVnCitizenId, kPassport,
  kDriverLicence, kImei, kVin, kIsin, kLei, kBankAccount,
  // Told by their names, or records by how they begin; see labelled/, record/ and wallet/.
  kDeIdentityCard, kDateOfBirth, kMrz, kBic, kCusip, kBitcoinAddress, kEthereumAddress, kIpAddress, kMacAddress,
  kPostalAddress, kGeoCoordinates, kIcd10Code, kHl7Patient, kX12Patient, kFhirPatient,
  // Told by their place in a protocol; see credential/.
  kCleartextCredential, kHttpBasic, kHttpBearer, kSessionCookie,
  // Told of a session as a whole; see engine/cleartext.hpp.
  kCleartextTraffic,
};
inline constexpr std::size_t kFirstToken = kGcpApiKey;
inline constexpr std::size_t kLastToken = kAzureClientSecret;
inline constexpr std::size_t kFirstLabelled = kAwsSecretKey;
inline constexpr std::size_t kLastLabelled = kDatadogKey;
inline constexpr std::size_t kFirstIdentity = kUsItin;
inline constexpr std::size_t kFirstNamed = kDeIdentityCard;
inline constexpr std::size_t kLastNamed = kFhirPatient;

/// Sums of evidence and what they are worth. A judge adds and subtracts such points.
namespace points {
inline constexpr int kLow = 10;
inline constexpr int kMedium = 30;
inline constexpr int kHigh = 60;
}  // namespace points

constexpr Confidence confidence_of(int sum) noexcept {
  if (sum >= points::kHigh) return Confidence::high;
  if (sum >= points::kMedium) return Confidence::medium;
  return sum >= points::kLow ? Confidence::low : Confidence::none;
}

/// What one event led to, and what judges keep from one event to the next to be quicker. Judges add to it; the scan
/// loop hands it on once every judge of the event has decided.
class Findings {
 public:
  /// Adds a detection of [start, start + length) without masked text and key; null when `confidence` is none.
  Detection* add(const FieldView& view, BuiltIn detector, const std::uint8_t* start, std::size_t length,
                 Confidence confidence) noexcept;
  void clear() noexcept { count_ = 0; }
  /// Takes the first `n` back; there are as many.
  void drop_first(std::size_t n) noexcept {
    std::copy(found_.begin() + static_cast<std::ptrdiff_t>(n), found_.begin() + static_cast<std::ptrdiff_t>(count_),
              found_.begin());
    count_ -= n;
  }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] const Detection& operator[](std::size_t i) const noexcept { return found_[i]; }
  /// Words of a key that stands at most kContextBytes before an event.
  Topics topics_of(const StructuralKey& key) noexcept { return key_topics_.of(key); }
  /// Which identity numbers such a key names.
  const identity::Context& contexts_of(const StructuralKey& key) noexcept { return key_contexts_.of(key); }
  identity::QuietKeys& quiet_keys() noexcept { return quiet_keys_; }

 private:
  static constexpr std::size_t kMaxPerEvent = 4;  // no byte is the event of more judges than this
  std::array<Detection, kMaxPerEvent> found_;
  std::size_t count_ = 0;
  KeyTopics key_topics_;
  identity::KeyContexts key_contexts_;
  identity::QuietKeys quiet_keys_;
};

/// Keyed hash of a datum's significant bytes; the key is random for each process.
std::uint64_t fingerprint(BuiltIn detector, const std::uint8_t* bytes, std::size_t length) noexcept;

/// Copies the key into the detection, without anything in it that could be a datum itself.
void set_key(Detection& detection, const StructuralKey& key, const std::uint8_t* datum) noexcept;

/// Words in the kContextBytes before the datum.
Topics topics_before(const std::uint8_t* datum) noexcept;

/// Appends to the masked text; what does not fit is left out.
void mask_append(Detection& detection, const std::uint8_t* bytes, std::size_t length) noexcept;
void mask_fill(Detection& detection, std::size_t stars) noexcept;

}  // namespace bulkhead::detect
