import type { Binding } from '@bulkhead/control-plane';
import { z } from 'zod';
import { Name } from '../http/schema.ts';
import type { OidcConfig } from './oidc-config.ts';
import { type Refusal, refused } from './refusal.ts';

/** Who somebody is, by the word of a provider. */
export interface Identity {
  readonly subject: string;
  readonly name: string;
  /** By the groups that give a role; none where no group does. */
  readonly bindings: readonly Binding[];
}

/** OpenID Connect Core 1.0, 2: at most 255 ASCII characters. */
const Subject = z.string().regex(/^[\x20-\x7e]{1,255}$/);
const Groups = z.union([z.string().transform((group) => [group]), z.array(z.string())]);

/** Reads an ID token whose signature and claims are proven. */
export function identityOf(
  claims: Readonly<Record<string, unknown>>,
  { nameClaim, groupsClaim, roles }: Pick<OidcConfig, 'nameClaim' | 'groupsClaim' | 'roles'>,
): Identity | Refusal {
  const subject = Subject.safeParse(claims['sub']);
  if (!subject.success) return refused('The ID token is refused: its claim sub is none that can be kept');
  const name = Name.safeParse(claims[nameClaim]);
  if (!name.success) {
    const why = claims[nameClaim] === undefined ? 'it has no' : 'no name can be made of its';
    return refused(`The ID token is refused: ${why} claim ${nameClaim}, by which accounts are named`);
  }
  const found = claimAt(claims, groupsClaim);
  if (found === undefined && hasTooManyGroups(claims, groupsClaim)) {
    return refused('The ID token is refused: somebody is in more groups than the provider puts into it');
  }
  const groups = Groups.safeParse(found ?? []);
  if (!groups.success) return refused(`The ID token is refused: its claim ${groupsClaim} is no list of names`);
  const own = new Set(groups.data);
  const bindings = new Map<string, Binding>();
  for (const { group, role, namespace } of roles) {
    if (own.has(group))
      bindings.set(JSON.stringify([role, namespace ?? '']), { role, ...(namespace && { namespace }) });
  }
  return { subject: subject.data, name: name.data, bindings: [...bindings.values()] };
}

/** A claim by its name, which may itself have dots, or by the way into an object. */
function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** Distributed claims (OpenID Connect Core 1.0, 5.6.2), which would have to be asked for elsewhere. */
function hasTooManyGroups(claims: Readonly<Record<string, unknown>>, groupsClaim: string): boolean {
  const names = claims['_claim_names'];
  return typeof names === 'object' && names !== null && Object.hasOwn(names, groupsClaim);
}
