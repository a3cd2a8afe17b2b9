import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CredentialSource } from '../registry/credentials.ts';
import { missingForRegistry, PASSWORD, TestRegistries, USER } from '../test-support/docker-registry.ts';
import { openArtifact } from './open-artifact.ts';
import { type ArtifactToPush, pushArtifact } from './push-artifact.ts';

const missing = missingForRegistry();
if (missing !== undefined) process.stderr.write(`skipped: artifacts of a real registry: ${missing}\n`);

const signal = new AbortController().signal;
const known: CredentialSource = () => Promise.resolve({ username: USER, password: PASSWORD });
const wrong: CredentialSource = () => Promise.resolve({ username: USER, password: 'not it' });
const TYPE = 'application/vnd.example.file';

describe.skipIf(missing !== undefined)('an artifact that is pushed', () => {
  const registries = new TestRegistries();
  beforeAll(() => registries.start());
  afterAll(() => registries.stop());

  it.each([
    ['without encryption on this machine', () => registries.open],
    ['with basic credentials over TLS with an authority of its own', () => registries.basic],
    ['with a token that allows it', () => registries.token],
  ])('is found as it was, %s', async (_, host) => {
    const options = { credentials: known, ca: registries.ca };
    // More than one chunk.
    const file = fileOf('a line of it\n'.repeat(20_000));
    const name = `${host()}/team/file:1`;

    const pushed = await pushArtifact(name, file, options, signal);

    expect(pushed).toEqual({ name, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    const artifact = await openArtifact(name, TYPE, options, signal);
    expect(artifact).toMatchObject({ digest: file.digest, size: file.size, annotations: { made: 'today' } });
    expect(await textOf(artifact.read(signal))).toBe('a line of it\n'.repeat(20_000));
    artifact.close();
  });

  it('takes the place of the one before, and is not sent again where the registry has it', async () => {
    const options = { credentials: known, ca: registries.ca };
    const name = `${registries.open}/team/replaced:1`;
    await pushArtifact(name, fileOf('first'), options, signal);
    await pushArtifact(name, fileOf('second'), options, signal);
    let reads = 0;
    const first = fileOf('first');
    const read = (): Readable => {
      reads += 1;
      return first.read();
    };
    await pushArtifact(name, { ...first, read }, options, signal);

    expect(reads).toBe(0);
    const artifact = await openArtifact(name, TYPE, options, signal);
    expect(artifact.digest).toBe(first.digest);
    artifact.close();
  });

  it.each([
    ['wrong credentials', () => `${registries.basic}/team/file:1`, 'REGISTRY_DENIED'],
    ['wrong credentials for a token', () => `${registries.token}/team/file:1`, 'REGISTRY_DENIED'],
    ['a registry that is not there', () => '127.0.0.1:1/team/file:1', 'REGISTRY_UNREACHABLE'],
    ['a digest', () => `${registries.open}/team/file@sha256:${'0'.repeat(64)}`, 'INVALID_REFERENCE'],
  ])('is refused with one clear line for %s', async (_, name, code) => {
    const options = { credentials: wrong, ca: registries.ca, firstDelayMs: 1 };

    await expect(pushArtifact(name(), fileOf('x'), options, signal)).rejects.toMatchObject({ code });
  });

  it('is refused by the registry where it is not what it promises', async () => {
    const file = { ...fileOf('x'), read: () => Readable.from([Buffer.from('y')]) };
    const pushed = pushArtifact(
      `${registries.open}/team/other:1`,
      file,
      { credentials: known, firstDelayMs: 1 },
      signal,
    );

    await expect(pushed).rejects.toMatchObject({ code: 'REGISTRY_FAILED' });
  });
});

describe('a registry that has a bad day', () => {
  it('is sent the whole file again', async () => {
    const received: string[] = [];
    await using server = await listen(async (request, response) => {
      if (request.method === 'HEAD') response.writeHead(404).end();
      else if (request.method === 'POST') response.writeHead(202, { location: '/up?state=1' }).end();
      else if (request.url?.startsWith('/up') === true) {
        received.push(await textOf(request));
        response.writeHead(received.length === 1 ? 503 : 201).end();
      } else response.writeHead(201).end();
    });
    const options = { credentials: known, plainHttp: true, firstDelayMs: 1 };

    await pushArtifact(`${server.host}/team/file:1`, fileOf('the file'), options, signal);

    expect(received).toEqual(['the file', 'the file', '{}']);
  });

  it('gets nothing where it names another host for it, nor where it stores something else', async () => {
    const options = { credentials: known, plainHttp: true, firstDelayMs: 1 };
    for (const location of ['http://elsewhere.example/up', undefined]) {
      await using server = await listen((request, response) => {
        response.writeHead(request.method === 'HEAD' ? 404 : 202, location === undefined ? {} : { location }).end();
      });

      await expect(pushArtifact(`${server.host}/a/b:1`, fileOf('x'), options, signal)).rejects.toMatchObject({
        code: 'REGISTRY_FAILED',
        message: expect.stringContaining('where it takes uploads'),
      });
    }
    await using liar = await listen((request, response) => {
      const digest = { 'docker-content-digest': `sha256:${'0'.repeat(64)}` };
      response.writeHead(request.method === 'HEAD' ? 200 : 201, digest).end();
    });
    await expect(pushArtifact(`${liar.host}/a/b:1`, fileOf('x'), options, signal)).rejects.toMatchObject({
      message: expect.stringContaining('something else'),
    });
  });

  it('is not blamed for a file that cannot be read', async () => {
    await using server = await listen((request, response) => {
      response.writeHead(request.method === 'HEAD' ? 404 : 202, { location: '/up' }).end();
    });
    const read = (): Readable =>
      new Readable({ read: (): void => void 0, construct: (done) => done(new Error('gone')) });
    const options = { credentials: known, plainHttp: true, firstDelayMs: 1 };
    const pushed = pushArtifact(`${server.host}/a/b:1`, { ...fileOf('x'), read }, options, signal);

    await expect(pushed).rejects.toThrow('gone');
  });
});

function fileOf(text: string): ArtifactToPush {
  const content = Buffer.from(text);
  return {
    artifactType: 'application/vnd.example',
    mediaType: TYPE,
    annotations: { made: 'today' },
    digest: `sha256:${createHash('sha256').update(content).digest('hex')}`,
    size: content.length,
    read: () => Readable.from([content.subarray(0, 100), content.subarray(100)]),
  };
}

async function textOf(pieces: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece.toString();
  return text;
}

async function listen(
  handle: (...parts: Parameters<NonNullable<Parameters<typeof createServer>[1]>>) => void | Promise<void>,
): Promise<AsyncDisposable & { readonly host: string }> {
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
