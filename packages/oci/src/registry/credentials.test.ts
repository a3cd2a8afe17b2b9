import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseChallenges } from './challenge.ts';
import { dockerCredentials } from './credentials.ts';
import { parseReference, referenceText } from './reference.ts';

describe('credentials as docker login keeps them', () => {
  let folder: string;
  const path = process.env.PATH;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-docker-'));
    process.env.PATH = `${folder}:${path}`;
  });

  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true, force: true });
  });

  async function find(registry: string, config: unknown): Promise<unknown> {
    const file = join(folder, 'config.json');
    writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
    return dockerCredentials(file)(registry);
  }

  function helper(script: string): void {
    const file = join(folder, 'docker-credential-test');
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  const auth = Buffer.from('user:pass:word').toString('base64');

  it.each([
    ['registry.example:5000', { auths: { 'registry.example:5000': { auth } } }],
    ['registry.example', { auths: { 'https://registry.example/v1/': { auth } } }],
    ['docker.io', { auths: { 'https://index.docker.io/v1/': { auth } } }],
  ])('are found for %s', async (registry, config) => {
    expect(await find(registry, config)).toEqual({ username: 'user', password: 'pass:word' });
  });

  it('are none for another registry, in an empty file and without one', async () => {
    expect(await find('other.example', { auths: { 'registry.example': { auth } } })).toBeUndefined();
    expect(await find('other.example', {})).toBeUndefined();
    expect(await dockerCredentials(join(folder, 'no.json'))('registry.example')).toBeUndefined();
  });

  it('may be an identity token', async () => {
    const config = { auths: { 'registry.example': { identitytoken: 'given' } } };
    expect(await find('registry.example', config)).toEqual({ identityToken: 'given' });
  });

  it('come from the helper that is named for the registry', async () => {
    helper('read host; echo "{\\"Username\\":\\"for $host\\",\\"Secret\\":\\"word\\"}"');
    const config = { credHelpers: { 'registry.example': 'test' } };
    expect(await find('registry.example', config)).toEqual({ username: 'for registry.example', password: 'word' });
    expect(await find('other.example', config)).toBeUndefined();
    helper('echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"word\\"}"');
    expect(await find('registry.example', { credsStore: 'test' })).toEqual({ identityToken: 'word' });
    helper('echo credentials not found in native keychain; exit 1');
    expect(await find('registry.example', { credsStore: 'test' })).toBeUndefined();
  });

  it.each([
    ['fails', 'echo broken >&2; exit 3', 'it ended with 3: broken'],
    ['talks nonsense', 'echo hello', 'its answer is not understood'],
    ['talks without end', 'yes', 'it ended with'],
  ])('are an error where the helper %s', async (_case, script, words) => {
    helper(script);
    await expect(find('registry.example', { credsStore: 'test' })).rejects.toMatchObject({
      code: 'INVALID_CREDENTIALS',
      message: expect.stringContaining(words),
    });
  });

  it.each([
    ['is not installed', { credsStore: 'not-there' }, 'it is not installed'],
    ['has a path for a name', { credsStore: '../../bin/sh' }, 'is no name of a credential helper'],
  ])('are an error where the helper %s', async (_case, config, words) => {
    await expect(find('registry.example', config)).rejects.toThrow(words);
  });

  it.each([['{"auths":'], ['{"auths":[1]}'], ['{"auths":{"registry.example":{"auth":"bm9jb2xvbg=="}}}']])(
    'are an error that tells no secret where the file is %s',
    async (text) => {
      const failure = await find('registry.example', text).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(String(failure)).not.toContain('bm9jb2xvbg');
    },
  );
});

describe('parseChallenges', () => {
  it.each([
    ['Basic realm="a"', [['basic', { realm: 'a' }]]],
    [
      'Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull,push"',
      [['bearer', { realm: 'https://auth.example/token', service: 'registry', scope: 'repository:a/b:pull,push' }]],
    ],
    [
      'Negotiate, Basic realm="x \\" y", charset=UTF-8',
      [
        ['negotiate', {}],
        ['basic', { realm: 'x " y', charset: 'UTF-8' }],
      ],
    ],
    ['', []],
    ['====', []],
  ])('reads %s', (header, expected) => {
    const found = parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
    expect(found).toEqual(expected);
  });
});

describe('parseReference', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  it.each([
    ['alpine', 'docker.io/library/alpine:latest'],
    ['alpine:3.20', 'docker.io/library/alpine:3.20'],
    ['owner/app', 'docker.io/owner/app:latest'],
    ['localhost/app', 'localhost/app:latest'],
    ['localhost:5000/app:1', 'localhost:5000/app:1'],
    ['[::1]:5000/app', '[::1]:5000/app:latest'],
    ['ghcr.io/a/b/c:v1', 'ghcr.io/a/b/c:v1'],
    [`ghcr.io/a/b@${digest}`, `ghcr.io/a/b@${digest}`],
    [`ghcr.io/a/b:1@${digest}`, `ghcr.io/a/b:1@${digest}`],
  ])('reads %s as %s', (text, whole) => {
    expect(referenceText(parseReference(text))).toBe(whole);
  });

  it.each([
    '',
    ':',
    'Alpine',
    'a b',
    'a/../b',
    'host.example/',
    'app@sha256:short',
    `app@${digest}@${digest}`,
    'app:tag:tag',
    'app:-x',
    'http://host.example/app',
    `host.example/${'a'.repeat(300)}`,
    'host.example:123456/app',
    'a?x=1',
    'a#b',
    'a%2e',
  ])('refuses %j', (text) => {
    expect(() => parseReference(text)).toThrow('is no reference of an image');
  });
});
