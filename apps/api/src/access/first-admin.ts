import type { AccountStore } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import { readTextFile } from '@bulkhead/runtime';
import { ApiError } from '../error.ts';
import { hashPassword, MAX_PASSWORD, MIN_PASSWORD } from './password.ts';
import { newId, newSecret } from './secret.ts';

/**
 * Makes the first account of a store that has none, an administrator. Its password is that of a file, or a new one that is
 * given back to be shown once. Nothing where there is an account already.
 */
export async function createFirstAdmin(
  accounts: AccountStore,
  { name, passwordFile }: { readonly name: string; readonly passwordFile?: string | undefined },
  clock: Clock,
): Promise<{ readonly name: string; readonly password?: string } | undefined> {
  const { items } = await accounts.list({ limit: 1 });
  if (items.length > 0) return undefined;
  const given = passwordFile === undefined ? undefined : await passwordOf(passwordFile);
  const password = given ?? newSecret();
  const outcome = await accounts.createFirst({
    id: newId(),
    name,
    bindings: [{ role: 'admin' }],
    createdAt: new Date(clock.now()).toISOString(),
    passwordHash: await hashPassword(password),
  });
  if (outcome === 'exists') return undefined;
  return { name, ...(given === undefined && { password }) };
}

async function passwordOf(file: string): Promise<string> {
  const password = (await readTextFile(file, 'the password of the first administrator')).text.replace(/\r?\n$/, '');
  if (password.length >= MIN_PASSWORD && password.length <= MAX_PASSWORD) return password;
  throw new ApiError('INVALID_SECRET', {
    what: `cannot use ${JSON.stringify(file)} as the password of the first administrator`,
    why: `it has ${password.length} characters`,
    fix: `give one with ${MIN_PASSWORD} to ${MAX_PASSWORD}`,
  });
}
