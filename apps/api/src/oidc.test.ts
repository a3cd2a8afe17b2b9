import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_ANSWER_BYTES } from './oidc/bounded-fetch.ts';
import { OidcConfig } from './oidc/oidc-config.ts';
import { ProviderSignIn } from './oidc/provider-sign-in.ts';
import { CLIENT_ID, CLIENT_SECRET, type Faults, TestOpenIdProvider } from './test-support/openid-provider.ts';
import { PASSWORD, type Stand, startStand } from './test-support/stand.ts';

const BEGIN = '/api/v1/session/oidc';
/** Short, since tests wait for it; an answer of the test's provider takes some milliseconds. */
const TIMEOUT_MS = 2_000;

let folder: string;
let provider: TestOpenIdProvider;
let stand: Stand;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-oidc-'));
  await writeFile(join(folder, 'secret'), `${CLIENT_SECRET}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  provider = await TestOpenIdProvider.start(folder);
  stand = await start();
});
afterEach(async () => {
  vi.useRealTimers();
  await stand.close();
  await provider.close();
});

function start(over: object = {}): Promise<Stand> {
  const config = OidcConfig.parse({
    issuer: provider.issuer,
    clientId: CLIENT_ID,
    clientSecretFile: join(folder, 'secret'),
    caFile: provider.caFile,
    publicUrl: 'https://bulkhead.example',
    roles: [
      { group: 'admins', role: 'admin' },
      { group: 'shop', role: 'operator', namespace: 'shop' },
      { group: 'checkers', role: 'auditor' },
    ],
    ...over,
  });
  return startStand({
    clock: { at: Date.now(), now: () => Date.now() },
    oidc: ({ accounts, usedStates }, clock) =>
      ProviderSignIn.open({ config, accounts, usedStates, clock, timeoutMs: TIMEOUT_MS }),
  });
}

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly cookies: readonly { readonly name: string; readonly value: string }[];
  json(): Record<string, unknown>;
}

function get(url: string, cookies: Record<string, string> = {}): Promise<Answer> {
  return stand.app.inject({ method: 'GET', url, cookies });
}

function cookieOf({ cookies }: Answer, name: string): Record<string, string> {
  return Object.fromEntries(cookies.filter((each) => each.name === name).map(({ value }) => [name, value]));
}

/** A browser's way to the provider: where it comes back to, and its cookie. */
async function visit(query = ''): Promise<{ readonly url: string; readonly cookies: Record<string, string> }> {
  const begun = await get(BEGIN + query);
  expect(begun.statusCode).toBe(302);
  const back = provider.visit(String(begun.headers['location']));
  expect(back.origin).toBe('https://bulkhead.example');
  return { url: back.pathname + back.search, cookies: cookieOf(begun, '__Host-bulkhead-oidc') };
}

async function signIn(query = ''): Promise<Answer> {
  const { url, cookies } = await visit(query);
  return get(url, cookies);
}

async function lastAudited(): Promise<Record<string, unknown>> {
  const { items } = await stand.store.audit.list({}, { limit: 1 });
  return { ...items[0] };
}

/** What somebody is told, whether they got in, and what is in the audit log. */
async function told(answer: Answer): Promise<Record<string, unknown>> {
  const session = cookieOf(answer, '__Host-bulkhead');
  return { ...answer.json(), session, audited: await lastAudited() };
}

function refusal(status: number, why: RegExp): unknown {
  const detail = { provider: provider.issuer, why: expect.stringMatching(why) as string, status };
  return expect.objectContaining({
    status,
    detail: expect.stringMatching(why) as string,
    session: {},
    audited: expect.objectContaining({
      action: expect.stringMatching(/^session\.(begin|open)$/) as string,
      outcome: status === 503 ? 'failed' : 'refused',
      detail,
    }) as object,
  });
}

describe('signing in at an OpenID provider', () => {
  it('opens a session with the roles of the groups, and signs out as everybody does', async () => {
    const answer = await signIn();

    expect(answer.json()).toMatchObject({ kind: 'account', name: 'ada', bindings: [{ role: 'admin' }] });
    expect(await lastAudited()).toMatchObject({ action: 'session.open', target: 'ada', outcome: 'done' });
    const cookies = cookieOf(answer, '__Host-bulkhead');
    expect((await get('/api/v1/accounts', cookies)).json()).toMatchObject({
      items: [{ name: 'ada', provider: { issuer: provider.issuer, subject: 'u-1' } }],
    });
    const headers = { 'x-csrf-token': String(answer.json()['csrfToken']) };
    const out = await stand.app.inject({ method: 'DELETE', url: '/api/v1/session', cookies, headers });
    expect(out.statusCode).toBe(204);
    expect((await get('/api/v1/session', cookies)).statusCode).toBe(401);
  });

  it('signs out here and says where to sign out at the provider, if it has a place for that and is there', async () => {
    const end = `${provider.issuer}/end`;
    provider.faults = { metadata: { end_session_endpoint: end } };
    const signOut = async (cookies: Record<string, string>, csrfToken: unknown) => {
      const headers = { 'x-csrf-token': String(csrfToken) };
      return stand.app.inject({ method: 'DELETE', url: BEGIN, cookies, headers });
    };
    const answer = await signIn();
    const cookies = cookieOf(answer, '__Host-bulkhead');
    expect((await signOut(cookies, 'wrong')).statusCode).toBe(403);

    const out = await signOut(cookies, answer.json()['csrfToken']);

    const location = new URL(out.json<{ location: string }>().location);
    expect(location.origin + location.pathname).toBe(end);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      client_id: CLIENT_ID,
      post_logout_redirect_uri: 'https://bulkhead.example/',
    });
    expect((await get('/api/v1/session', cookies)).statusCode).toBe(401);
    expect(await lastAudited()).toMatchObject({ action: 'session.close', outcome: 'done' });

    const places = [undefined, 'http://127.0.0.1/end', 'javascript:alert(1)', 'nonsense'];
    for (const place of places) {
      await stand.close();
      provider.faults = { metadata: { end_session_endpoint: place } };
      stand = await start();
      const again = await signIn();
      const mine = cookieOf(again, '__Host-bulkhead');
      expect((await signOut(mine, again.json()['csrfToken'])).json()).toEqual({});
      expect((await get('/api/v1/session', mine)).statusCode).toBe(401);
    }
  });

  it('signs somebody with a password out where there is no provider to ask', async () => {
    await stand.account('ann', [{ role: 'auditor' }]);
    const payload = { name: 'ann', password: PASSWORD };
    const answer = await stand.app.inject({ method: 'POST', url: '/api/v1/session', payload });
    const cookies = cookieOf(answer, '__Host-bulkhead');
    const headers = { 'x-csrf-token': answer.json<{ csrfToken: string }>().csrfToken };

    const out = await stand.app.inject({ method: 'DELETE', url: BEGIN, cookies, headers });

    expect([out.statusCode, out.json()]).toEqual([200, {}]);
    expect((await get('/api/v1/session', cookies)).statusCode).toBe(401);
    expect(provider.asked).toEqual([]);
  });

  it('sends the browser to where it came from, on this site alone', async () => {
    const answer = await signIn('?returnTo=%2Ffindings%3Fseverity%3Dhigh');

    expect(answer.statusCode).toBe(303);
    expect(answer.headers['location']).toBe('/findings?severity=high');
    for (const away of ['https://evil.example', '//evil.example', '/\\evil.example', '/a\r\nb', 'a', '']) {
      expect((await get(`${BEGIN}?returnTo=${encodeURIComponent(away)}`)).statusCode).toBe(400);
    }
  });

  it('gives roles in namespaces, and takes what a group does not give any more', async () => {
    provider.user = { sub: 'u-2', preferred_username: 'bob', groups: ['shop', 'others', 'checkers'] };
    expect((await signIn()).json()['bindings']).toEqual([{ role: 'auditor' }, { role: 'operator', namespace: 'shop' }]);
    provider.user = { ...provider.user, groups: ['shop'] };
    const second = await signIn();
    expect(second.json()['bindings']).toEqual([{ role: 'operator', namespace: 'shop' }]);

    provider.user = { ...provider.user, groups: ['others'] };
    expect(await told(await signIn())).toEqual(refusal(401, /none of your groups/i));
    // The session that is open yet has nothing left either.
    expect((await get('/api/v1/events', cookieOf(second, '__Host-bulkhead'))).statusCode).toBe(403);
  });

  it('makes no account for whom no group gives a role, however many come', async () => {
    for (const sub of ['u-7', 'u-8']) {
      provider.user = { sub, preferred_username: `of ${sub}`, groups: ['others'] };
      expect(await told(await signIn())).toEqual(refusal(401, /none of your groups/i));
    }

    expect((await stand.store.accounts.list({ limit: 9 })).items).toEqual([]);
  });

  it('finds groups inside of an object, and names by another claim', async () => {
    await stand.close();
    stand = await start({ groupsClaim: 'realm_access.roles', nameClaim: 'email' });
    provider.user = { sub: 'u-3', email: 'eve@shop.example', realm_access: { roles: ['shop'] } };

    expect((await signIn()).json()).toMatchObject({ name: 'eve@shop.example', bindings: [{ role: 'operator' }] });
  });

  it('gives nobody the account of somebody else who has the same name', async () => {
    await stand.account('ada', [{ role: 'admin' }]);

    expect(await told(await signIn())).toEqual(refusal(401, /an account ada already/));
  });

  it('gives accounts of the provider no password', async () => {
    await signIn();
    const admin = await stand.token('admin');
    const patch = {
      method: 'PATCH' as const,
      url: '/api/v1/accounts/ada',
      headers: admin,
      payload: { password: PASSWORD },
    };
    expect((await stand.app.inject(patch)).statusCode).toBe(409);
    const payload = { name: 'ada', password: PASSWORD };
    expect((await stand.app.inject({ method: 'POST', url: '/api/v1/session', payload })).statusCode).toBe(401);
  });

  it('lets a disabled account stay out', async () => {
    await stand.account('root', [{ role: 'admin' }]);
    await signIn();
    const account = await stand.store.accounts.get('ada');
    await stand.store.accounts.change(account?.id ?? '', { disabled: true });

    expect(await told(await signIn())).toEqual(refusal(401, /disabled/));
  });

  it('keeps the last administrator in office rather than nobody', async () => {
    await signIn();
    provider.user = { ...provider.user, groups: ['shop'] };

    expect(await told(await signIn())).toEqual(refusal(401, /nobody would be left/i));
  });

  it('says how people sign in', async () => {
    expect((await get('/api/v1/session/methods')).json()).toEqual({
      password: true,
      oidc: { issuer: provider.issuer, begin: BEGIN },
    });
  });
});

describe('a provider, or somebody between, that misbehaves', () => {
  const NOW = (): number => Math.floor(Date.now() / 1_000);
  const claims = (over: (now: number) => Record<string, unknown>): Faults => ({
    claims: (given) => ({ ...given, ...over(NOW()) }),
  });
  it.each<[string, Faults, RegExp]>([
    ['of another issuer', claims(() => ({ iss: 'https://evil.example' })), /another provider \(iss\)/],
    ['for another client', claims(() => ({ aud: 'other' })), /another client \(aud\)/],
    ['for several clients', claims(() => ({ aud: ['other', CLIENT_ID], azp: 'other' })), /another client|azp/],
    ['of another sign-in', claims(() => ({ nonce: 'other' })), /another sign-in \(nonce\)/],
    ['without a nonce', claims(() => ({ nonce: undefined })), /nonce/],
    ['that has expired', claims((now) => ({ exp: now - 3_600 })), /expired \(exp\)/],
    ['that never expires', claims(() => ({ exp: undefined })), /exp/],
    ['that is not valid yet', claims((now) => ({ nbf: now + 3_600 })), /not valid yet \(nbf\)/],
    ['of the future', claims((now) => ({ iat: now + 3_600 })), /in the future \(iat\)/],
    ['of long ago', claims((now) => ({ iat: now - 3_600 })), /too long ago \(iat\)/],
    ['without a time', claims(() => ({ iat: undefined })), /iat/],
    ['without a subject', claims(() => ({ sub: undefined })), /sub/],
    ['with a subject that is no text', claims(() => ({ sub: { a: 1 } })), /sub/],
    ['without a name', claims(() => ({ preferred_username: undefined })), /no claim preferred_username/],
    ['with a name that cannot be kept', claims(() => ({ preferred_username: 'a\0b' })), /preferred_username/],
    ['with groups that are none', claims(() => ({ groups: { admins: true } })), /groups is no list/],
    ['with more groups than fit', claims(() => ({ groups: undefined, _claim_names: { groups: 'x' } })), /more groups/],
    ['that nobody signed', { signature: 'none' }, /alg/],
    ['that is signed with what everybody knows', { signature: 'hs256' }, /alg/],
    ['that is signed by a stranger', { signature: 'unpublished' }, /signature/],
    ['that is not there', { token: 'no-id-token' }, /id_token/],
  ])('is refused an ID token %s', async (_, faults, why) => {
    provider.faults = faults;

    expect(await told(await signIn())).toEqual(refusal(401, why));
    expect(await stand.store.accounts.get('ada')).toBeUndefined();
  });

  it('is refused when it says another state, and when the browser did not begin', async () => {
    provider.faults = { state: 'other' };
    expect(await told(await signIn())).toEqual(refusal(401, /\(state\)/));
    provider.faults = {};
    const { url } = await visit();
    expect(await told(await get(url))).toEqual(refusal(401, /not begun in this browser/));
    const another = await visit();
    expect(await told(await get(url, another.cookies))).toEqual(refusal(401, /\(state\)/));
    const name = '__Host-bulkhead-oidc';
    const [sealed = ''] = Object.values(another.cookies);
    for (const forged of ['', 'x', 'A'.repeat(9_000), `${sealed.slice(0, -4)}AAAA`, sealed.slice(4)]) {
      expect(await told(await get(another.url, { [name]: forged }))).toEqual(refusal(401, /not begun in this browser/));
    }
  });

  it('is refused an answer that was used already', async () => {
    const { url, cookies } = await visit();
    expect((await get(url, cookies)).statusCode).toBe(200);

    expect(await told(await get(url, cookies))).toEqual(refusal(401, /used already/));
  });

  it('is refused a code that is not of this sign-in', async () => {
    const stolen = new URL((await visit()).url, 'https://x').searchParams.get('code') ?? '';
    const own = await visit();
    const url = own.url.replace(/code=[^&]*/, `code=${stolen}`);

    expect(await told(await get(url, own.cookies))).toEqual(refusal(401, /invalid_grant/));
  });

  it('says what the provider says when it refuses', async () => {
    provider.faults = { token: 'refused' };
    expect(await told(await signIn())).toEqual(refusal(401, /invalid_grant/));
    const { url, cookies } = await visit();
    const denied = `${url.replace(/code=[^&]*&?/, '')}&error=access_denied&error_description=%3Cscript%3E%00`;
    expect(await told(await get(denied, cookies))).toEqual(refusal(401, /access_denied: <script>/));
  });

  it('is not believed to be another issuer than it is', async () => {
    provider.faults = { issuer: 'https://evil.example' };

    expect(await told(await get(BEGIN))).toEqual(refusal(401, /issuer/));
  });

  it('is not believed in clear', async () => {
    provider.faults = { metadata: { token_endpoint: 'http://127.0.0.1:1/token' } };

    expect(await told(await signIn())).toEqual(refusal(401, /HTTPS/));
  });

  it('is not believed without the authority that vouches for it', async () => {
    await stand.close();
    stand = await start({ caFile: undefined });

    expect(await told(await get(BEGIN))).toEqual(refusal(503, /certificate/));
  });

  it('may change its keys', async () => {
    expect((await signIn()).statusCode).toBe(200);
    provider.rotate();
    // Keys that were just asked for are not asked for again by every unknown key of anybody.
    expect(await told(await signIn())).toEqual(refusal(401, /none of the keys/));
    const before = provider.asked.filter((path) => path === '/keys').length;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    expect((await signIn()).statusCode).toBe(200);
    expect((await signIn()).statusCode).toBe(200);
    expect(provider.asked.filter((path) => path === '/keys').length).toBe(before + 1);
  });

  it('is not read without end', async () => {
    provider.faults = { keySetPadding: MAX_ANSWER_BYTES };

    expect(await told(await signIn())).toEqual(refusal(503, /more than 262144 bytes/));
  });

  it.each([
    ['/.well-known/openid-configuration', () => get(BEGIN)],
    ['/token', () => signIn()],
    ['/keys', () => signIn()],
  ])('is not waited for without end at %s, and nobody else waits with it', async (silent, attempt) => {
    await stand.account('root', [{ role: 'admin' }]);
    provider.faults = { silent };
    const payload = { name: 'root', password: PASSWORD };
    const [late, local] = await Promise.all([
      attempt(),
      stand.app.inject({ method: 'POST', url: '/api/v1/session', payload }),
    ]);

    expect(local.statusCode).toBe(200);
    expect(await told(late)).toEqual(refusal(503, /did not answer within/));
  });

  it('may be dead: accounts with a password sign in, and it is left alone for a while', async () => {
    await stand.account('root', [{ role: 'admin' }]);
    await provider.close();
    expect(await told(await get(BEGIN))).toEqual(refusal(503, /cannot be reached/));
    expect(await told(await get(BEGIN))).toEqual(refusal(503, /cannot be reached/));
    const payload = { name: 'root', password: PASSWORD };
    expect((await stand.app.inject({ method: 'POST', url: '/api/v1/session', payload })).statusCode).toBe(200);
    provider = await TestOpenIdProvider.start(folder);
  });
});

describe('an api without a provider', () => {
  it('says so', async () => {
    const plain = await startStand();
    try {
      for (const url of [BEGIN, `${BEGIN}/callback?code=1&state=2`]) {
        expect((await plain.app.inject({ method: 'GET', url })).statusCode).toBe(404);
      }
      const methods = await plain.app.inject({ method: 'GET', url: '/api/v1/session/methods' });
      expect(methods.json()).toEqual({ password: true });
    } finally {
      await plain.close();
    }
  });
});
