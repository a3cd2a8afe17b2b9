#include "detect/secret/token_form.hpp"

#include "detect/secret/crc32.hpp"

namespace bulkhead::detect::secret {
namespace {

constexpr std::uint8_t kAny = 255;  // as far as bytes are looked at

// clang-format off
constexpr TokenForm kForms[] = {
    // Google Cloud, API keys; Google Identity, OAuth client secrets.
    {kGcpApiKey, "AIza", 2, {{{is_base64url, 35, 35}}}},
    {kGcpOauthSecret, "GOCSPX-", 2, {{{is_base64url, 28, 28}}}},
    // GitLab, token prefixes; routable tokens end in a length and a CRC behind dots.
    {kGitlabToken, "glpat-", 2, {{{is_base64url, 20, kAny}}}},
    {kGitlabToken, "gldt-", 2, {{{is_base64url, 20, kAny}}}},
    {kGitlabToken, "glrt-", 2, {{{is_base64url, 20, kAny}}}},
    {kGitlabToken, "glptt-", 2, {{{is_lower_hex, 40, 40}}}},
    // npm, granular and automation tokens: the checksum of GitHub's.
    {kNpmToken, "npm_", 3, {{{is_alnum, 36, 36}}}, crc32_base62_valid},
    // PyPI: a macaroon that begins with the name of the index.
    {kPypiToken, "pypi-AgEIcHlwaS5vcmc", 5, {{{is_base64url, 16, kAny}}}},
    {kPypiToken, "pypi-AgENdGVzdC5weXBp", 5, {{{is_base64url, 16, kAny}}}},
    // Docker Hub, personal and organization access tokens.
    {kDockerToken, "dckr_pat_", 8, {{{is_base64url, 27, 36}}}},
    {kDockerToken, "dckr_oat_", 8, {{{is_base64url, 27, 36}}}},
    // Slack, incoming webhooks.
    {kSlackWebhook, "hooks.slack.com/services/T", 4,
     {{{is_upper_digit, 7, 12, '/'}, {is_upper_digit, 8, 13, '/'}, {is_alnum, 24, 24}}}},
    // Svix and Stripe, signing secrets of webhooks.
    {kWebhookSecret, "whsec_", 5, {{{is_base64, 32, 64}}}},
    // Twilio SendGrid: an id and a secret.
    {kSendgridKey, "SG.", 2, {{{is_base64url, 22, 22, '.'}, {is_base64url, 43, 43}}}},
    {kMailgunKey, "key-", 3, {{{is_lower_hex, 32, 32}}}, nullptr, {}, {}, Confidence::low, "mailgun"},
    {kBrevoKey, "xkeysib-", 2, {{{is_lower_hex, 64, 64, '-'}, {is_alnum, 16, 16}}}},
    // Twilio: "SK" alone is too short for an anchor, so the first hexadecimal digit belongs to it.
    {kTwilioKey, "SK0", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SK1", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SK2", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SK3", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SK4", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SK5", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SK6", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SK7", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SK8", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SK9", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SKa", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SKb", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SKc", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SKd", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SKe", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kTwilioKey, "SKf", 2, {{{is_lower_hex, 31, 31}}}, nullptr, {}, {}, Confidence::medium, "twilio"},
    {kAnthropicKey, "sk-ant-", 3, {{{is_base64url, 64, kAny}}}},
    {kHuggingfaceToken, "hf_", 2, {{{is_alnum, 34, 40}}}},
    // Groq, Perplexity, Replicate.
    {kAiServiceKey, "gsk_", 3, {{{is_alnum, 52, 52}}}},
    {kAiServiceKey, "pplx-", 3, {{{is_alnum, 48, 56}}}},
    {kAiServiceKey, "r8_", 2, {{{is_alnum, 37, 37}}}},
    {kLangsmithKey, "lsv2_pt_", 3, {{{is_lower_hex, 32, 32, '_'}, {is_lower_hex, 10, 10}}}},
    {kLangsmithKey, "lsv2_sk_", 3, {{{is_lower_hex, 32, 32, '_'}, {is_lower_hex, 10, 10}}}},
    {kDatabricksToken, "dapi", 2, {{{is_lower_hex, 32, 32}}}},
    // Shopify: private apps, custom apps, partners, shared secrets.
    {kShopifyToken, "shpat_", 5, {{{is_hex, 32, 32}}}},
    {kShopifyToken, "shpca_", 5, {{{is_hex, 32, 32}}}},
    {kShopifyToken, "shppa_", 5, {{{is_hex, 32, 32}}}},
    {kShopifyToken, "shpss_", 5, {{{is_hex, 32, 32}}}},
    {kSquareToken, "sq0atp-", 6, {{{is_base64url, 22, 22}}}},
    {kSquareToken, "sq0csp-", 6, {{{is_base64url, 43, 43}}}},
    {kEasypostKey, "EZAK", 2, {{{is_alnum, 54, 54}}}},
    {kHerokuKey, "HRKU-", 2, {{{is_base64url, 36, 66}}}},
    // HashiCorp Vault: service, batch and recovery tokens; HCP Terraform.
    {kVaultToken, "hvs.", 2, {{{is_base64url, 24, kAny}}}},
    {kVaultToken, "hvb.", 2, {{{is_base64url, 24, kAny}}}},
    {kVaultToken, "hvr.", 2, {{{is_base64url, 24, kAny}}}},
    {kTerraformToken, ".atlasv1.", 7, {{{is_base64url, 60, 80}}}, nullptr, {is_alnum, 14, 14}},
    // Telegram: the number of the bot in front.
    {kTelegramBotToken, ":AA", 2, {{{is_base64url, 33, 33}}}, nullptr, {is_digit, 8, 10}},
    // Cloudflare: forty characters and a checksum of eight whose making is not published.
    {kCloudflareToken, "cfut_", 4, {{{is_alnum, 48, 48}}}},
    {kCloudflareToken, "cfat_", 4, {{{is_alnum, 48, 48}}}},
    {kCloudflareToken, "cfk_", 3, {{{is_alnum, 48, 48}}}},
    // Grafana: service accounts (with a CRC-32 behind) and cloud access policies.
    {kGrafanaToken, "glsa_", 4, {{{is_alnum, 32, 32, '_'}, {is_lower_hex, 8, 8}}}},
    {kGrafanaToken, "glc_", 2, {{{is_base64, 32, kAny}}}},
    {kDigitaloceanToken, "dop_v1_", 6, {{{is_lower_hex, 64, 64}}}},
    {kNotionToken, "ntn_", 3, {{{is_alnum, 40, 50}}}},
    {kNewrelicKey, "NRAK-", 4, {{{is_upper_digit, 27, 27}}}},
    {kPostmanKey, "PMAK-", 4, {{{is_lower_hex, 24, 24, '-'}, {is_lower_hex, 34, 34}}}},
    {kAtlassianToken, "ATATT3", 2, {{{is_base64url, 64, kAny}}}},
    {kAtlassianToken, "ATCTT3", 2, {{{is_base64url, 64, kAny}}}},
    {kFigmaToken, "figd_", 4, {{{is_base64url, 38, 44}}}},
    {kDopplerToken, "dp.pt.", 2, {{{is_alnum, 40, 44}}}},
    {kTailscaleKey, "tskey-", 5, {{{is_base64url, 20, kAny}}}},
    {kAgeKey, "AGE-SECRET-KEY-1", 10, {{{is_upper_digit, 58, 58}}}},
    {kSupabaseToken, "sbp_", 3, {{{is_lower_hex, 40, 40}}}},
    {kNetlifyToken, "nfp_", 3, {{{is_alnum, 36, 40}}}},
    {kContentfulToken, "CFPAT-", 5, {{{is_base64url, 43, 43}}}},
    // OpenAI: whatever the kind of key, "OpenAI" in base64 stands in its middle.
    {kOpenaiKey, "T3BlbkFJ", 4, {{{is_base64url, 20, kAny}}}, nullptr, {is_base64url, 23, 100}, "sk-"},
    // Google, OAuth 2.0 access tokens: good for an hour.
    {kGoogleAccessToken, "ya29.", 2, {{{is_base64url, 40, kAny}}}},
    // Microsoft Entra ID, client secrets: the version of their form after three characters.
    {kAzureClientSecret, "7Q~", 2, {{{is_entra, 31, 34}}}, nullptr, {is_entra, 3, 3}},
    {kAzureClientSecret, "8Q~", 2, {{{is_entra, 31, 34}}}, nullptr, {is_entra, 3, 3}},
};
// clang-format on

}  // namespace

std::span<const TokenForm> token_forms() noexcept { return kForms; }

}  // namespace bulkhead::detect::secret
