import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './password.ts';

describe('a password', () => {
  it('is known by its hash and by nothing else', async () => {
    const hash = await hashPassword('correct horse');

    expect(hash).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await verifyPassword('correct horse', hash)).toBe(true);
    expect(await verifyPassword('correct horsf', hash)).toBe(false);
    expect(await verifyPassword('correct horse', undefined)).toBe(false);
    expect(await hashPassword('correct horse')).not.toBe(hash);
  });

  it('is the same however its characters are composed', async () => {
    expect(await verifyPassword('cafe\u0301 noir', await hashPassword('caf\u00e9 noir'))).toBe(true);
  });

  it('is verified against a hash that another program made', async () => {
    // The reference implementation: argon2 somesalt -id -t 2 -k 256 -p 1 -l 32, of "password".
    const made = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';

    expect(await verifyPassword('password', made)).toBe(true);
  });

  it('is not that of what is no hash, or one that would cost too much', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await verifyPassword('x', text)).toBe(false);
      }),
    );
    const salt = 'A'.repeat(22);
    expect(await verifyPassword('x', `$argon2id$v=19$m=9999999,t=99,p=99$${salt}$${'A'.repeat(43)}`)).toBe(false);
  });
});
