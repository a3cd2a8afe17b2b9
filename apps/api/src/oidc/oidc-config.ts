import { ROLES } from '@bulkhead/control-plane';
import { z } from 'zod';

const MAX_GROUP = 512;
const MAX_CLAIM = 253;
/** Far more than anybody maps by hand. */
const MAX_ROLES = 1_000;
const MAX_SCOPES = 32;

const HttpsUrl = z.url({ protocol: /^https$/, error: 'must be an https:// address' }).max(2_048);

/** Where people sign in at an OpenID provider, and what they may do by their groups there. */
export const OidcConfig = z.strictObject({
  issuer: HttpsUrl.describe('The provider, as its discovery document names itself.'),
  clientId: z.string().min(1).max(MAX_GROUP).describe('As what the api is registered there.'),
  clientSecretFile: z.string().min(1).describe('File with the secret of that client and nothing else.'),
  caFile: z
    .string()
    .min(1)
    .optional()
    .describe('The authority of the provider (PEM); those that the system trusts if not given.'),
  publicUrl: HttpsUrl.refine((url) => new URL(url).pathname === '/' && !/[?#]/.test(url), 'must have no path').describe(
    'Address by which browsers reach the api; the provider sends them back to it.',
  ),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,253}$/))
    .max(MAX_SCOPES)
    .default(['profile', 'email'])
    .describe('What is asked for beside `openid`; some providers give groups only for a scope of their own.'),
  nameClaim: z.string().min(1).max(MAX_CLAIM).default('preferred_username').describe('Claim that names an account.'),
  groupsClaim: z
    .string()
    .min(1)
    .max(MAX_CLAIM)
    .default('groups')
    .describe('Claim with the groups of somebody; a dot leads into an object, as in realm_access.roles.'),
  roles: z
    .array(
      z.strictObject({
        group: z.string().min(1).max(MAX_GROUP).describe('As the claim has it.'),
        role: z.enum(ROLES).describe('What its members are.'),
        namespace: z.string().min(1).max(MAX_CLAIM).optional().describe('Only there; everywhere if not given.'),
      }),
    )
    .min(1)
    .max(MAX_ROLES)
    .describe('Roles by group. Who is in none of the groups is refused.'),
});
export type OidcConfig = z.output<typeof OidcConfig>;
