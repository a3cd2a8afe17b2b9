import { generateKeyPairSync, sign } from 'node:crypto';
import { readPublicKey, readTrustRoot } from '@bulkhead/core';
import { createSigstore } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';
import type { SignatureMaterial } from '../signature/material.ts';
import type { CrawlPorts } from './crawl-ports.ts';
import type { CrawlReport } from './crawl-record.ts';
import { crawlRegistry } from './crawl-registry.ts';
import type { RegistryCatalog, RegistryStore, ScanRequests, TagSighting } from './ports.ts';
import type { SignatureTrust } from './signature-trust.ts';
import type { ImagePlace, PlatformImage, SignatureCheck } from './stored-scan.ts';
import { WatchedRegistry } from './watched-registry.ts';

const AMD: PlatformImage = { digest: 'sha256:amd', os: 'linux', architecture: 'amd64' };
const NO_ROOTS = { roots: [], signers: [] };
const ARM: PlatformImage = { digest: 'sha256:arm', os: 'linux', architecture: 'arm', variant: 'v7' };

describe('crawlRegistry', () => {
  it('requests every image behind the wanted tags once, and only for the platforms that are watched', async () => {
    const stage = new Stage({
      'shop/web': { '1.0': 'sha256:index', '1.1-rc1': 'sha256:rc', latest: 'sha256:index' },
      'shop/api': { latest: 'sha256:amd' },
      'other/thing': { latest: 'sha256:other' },
    });
    stage.behind.set('sha256:index', [AMD, ARM]);
    stage.behind.set('sha256:amd', [AMD]);

    const report = await stage.crawl({ repositories: { include: ['shop/*'] }, tags: { exclude: ['*-rc*'] } });

    expect(stage.requested).toEqual([{ registry: 'hub', repository: 'shop/web', digest: 'sha256:amd' }]);
    expect(report).toMatchObject({ repositories: 2, tags: 3, images: 1, requested: 1, problems: [] });
    expect(stage.resolved).not.toContain('shop/web:1.1-rc1');
  });

  it('asks for what is behind a digest only when it is new', async () => {
    const stage = new Stage({ web: { a: 'sha256:index', b: 'sha256:index' } });
    stage.behind.set('sha256:index', [AMD]);

    await stage.crawl();
    await stage.crawl();

    expect(stage.opened).toEqual(['sha256:index']);
  });

  it('requests nothing that is scanned, and counts what is queued or dead', async () => {
    const stage = new Stage({ web: { a: 'sha256:a', b: 'sha256:b', c: 'sha256:c', d: 'sha256:d' } });
    for (const name of ['a', 'b', 'c', 'd']) stage.behind.set(`sha256:${name}`, [{ ...AMD, digest: `sha256:${name}` }]);
    stage.scanned.add('sha256:a');
    stage.answers = { 'sha256:b': 'already-queued', 'sha256:c': 'dead' };

    const report = await stage.crawl();

    expect(report).toMatchObject({ images: 4, requested: 1, alreadyScanned: 1, alreadyQueued: 1, dead: 1 });
  });

  it('goes on past what cannot be looked at, says so, and takes no tag for gone', async () => {
    const stage = new Stage({ web: { a: 'sha256:a', broken: 'sha256:b' }, secret: {} });
    stage.behind.set('sha256:a', [AMD]);
    stage.failing.add('web:broken').add('secret');

    const report = await stage.crawl();

    expect(report.problems).toEqual(['web:broken: it is down', 'tags of secret: it is down']);
    expect(report.requested).toBe(1);
    expect(stage.noted.filter(({ complete }) => complete)).toEqual([]);
  });

  it('fails when the queue does not answer: that is no problem of the registry', async () => {
    const stage = new Stage({ web: { a: 'sha256:a' }, api: { b: 'sha256:b' } });
    stage.behind.set('sha256:a', [AMD]).set('sha256:b', [{ ...AMD, digest: 'sha256:other' }]);
    stage.failing.add('queue');

    await expect(stage.crawl()).rejects.toThrow('it is down');
  });

  it('knows that a tag is gone when it has seen the whole list', async () => {
    const stage = new Stage({ web: { a: 'sha256:a' } });
    stage.behind.set('sha256:a', [AMD]);

    await stage.crawl();

    expect(stage.noted.at(-1)).toEqual({ repository: 'web', tags: [{ tag: 'a', digest: 'sha256:a' }], complete: true });
  });

  it('uses no name that a hostile registry makes up', async () => {
    const stage = new Stage({
      '../../secret': { a: 'sha256:a' },
      UPPER: {},
      web: { '../x': 'sha256:a', 'a b': 'sha256:a' },
    });

    const report = await stage.crawl();

    expect(stage.resolved).toEqual([]);
    expect(report.problems).toHaveLength(4);
  });

  it('says when a tag has no image for a platform that is watched', async () => {
    const stage = new Stage({ web: { a: 'sha256:a' } });
    stage.behind.set('sha256:a', [ARM]);

    expect((await stage.crawl()).problems).toEqual(['web:a: it has no image for linux/amd64, only for linux/arm/v7']);
    expect((await stage.crawl({ platforms: ['linux/arm'] })).requested).toBe(1);
    expect((await stage.crawl({ platforms: [] })).requested).toBe(1);
  });

  it('asks no registry for its list when the repositories are spelled out', async () => {
    const stage = new Stage({ web: { a: 'sha256:a' } });
    stage.behind.set('sha256:a', [AMD]);
    stage.failing.add('catalog');

    expect((await stage.crawl({ repositories: { include: ['web'] } })).requested).toBe(1);
    await expect(stage.crawl()).rejects.toThrow('it is down');
  });

  it('notes whose signatures the digests behind tags have, as often as it looks, and asks for none where there is no key', async () => {
    const [mine, other] = [keyPair(), keyPair()];
    const [index, amd] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
    const stage = new Stage({ web: { a: index, b: amd } });
    stage.behind.set(index, [AMD]).set(amd, [AMD]);
    stage.signed.set(index, [signatureOf(index, mine)]);

    await stage.crawl();
    expect(stage.checks).toEqual([]);

    const report = await stage.crawl({ keys: [mine.pem, other.pem] });
    const keys = [mine, other].map(({ pem }) => fingerprintOf(pem)).toSorted();
    expect(report).toMatchObject({ signed: 1, problems: [] });
    expect(stage.checks).toEqual([
      { digest: index, keys, verified: [fingerprintOf(mine.pem)], ...NO_ROOTS },
      { digest: amd, keys, verified: [], ...NO_ROOTS },
    ]);

    // It is signed after it was scanned, as images are.
    stage.signed.set(amd, [signatureOf(amd, other), signatureOf(index, mine)]);
    await stage.crawl({ keys: [mine.pem, other.pem] });
    expect(stage.checks.at(-1)).toEqual({ digest: amd, keys, verified: [fingerprintOf(other.pem)], ...NO_ROOTS });
  });

  it('takes what lies beside an image for no image, whatever it says of itself', async () => {
    const tag = `sha256-${'a'.repeat(64)}`;
    const stage = new Stage({ web: { [`${tag}.sig`]: 'sha256:s', [`${tag}.att`]: 'sha256:t', [tag]: 'sha256:u' } });

    expect(await stage.crawl()).toMatchObject({ tags: 0, otherArtifacts: 3, requested: 0, problems: [] });
    expect(stage.resolved).toEqual([]);
  });

  it('holds signatures against what policies name too, each key and root once', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const stage = new Stage({ web: { a: digest } });
    const [mine, sigstore] = [keyPair(), await createSigstore()];
    const root = readTrustRoot(sigstore.pem);
    const payload = payloadOf(digest);
    const annotations = await sigstore.signSimple(payload);
    stage.behind.set(digest, [{ ...AMD, digest }]);
    stage.signed.set(digest, [
      signatureOf(digest, mine),
      {
        form: 'simple',
        payload,
        signature: annotations['dev.cosignproject.cosign/signature'] ?? '',
        certificate: annotations['dev.sigstore.cosign/certificate'] ?? '',
        logEntry: annotations['dev.sigstore.cosign/bundle'] ?? '',
      },
    ]);
    stage.trust = { keys: [mine.pem], trustRoots: [sigstore.pem] };

    const report = await stage.crawl({ keys: [mine.pem] });
    const [key, fingerprint] = [fingerprintOf(mine.pem), root.ok ? root.root.fingerprint : ''];
    expect(report).toMatchObject({ signed: 1, problems: [] });
    expect(stage.checks).toEqual([
      {
        digest,
        keys: [key],
        verified: [key],
        roots: [fingerprint],
        signers: [{ root: fingerprint, issuer: 'https://issuer.example.com', subject: 'builder@example.com' }],
      },
    ]);
  });

  it('goes on past signatures that cannot be had, and takes nothing for unsigned because of it', async () => {
    const stage = new Stage({ web: { a: 'sha256:amd' } });
    stage.behind.set('sha256:amd', [AMD]);
    stage.failing.add('signatures');

    const report = await stage.crawl({ keys: [keyPair().pem] });

    expect(report).toMatchObject({ requested: 1, signed: 0, problems: ['signatures of web:a: it is down'] });
    expect(stage.checks).toEqual([]);
  });

  it('stops when it is told to', async () => {
    const stage = new Stage({ web: { a: 'sha256:a' } });

    await expect(stage.crawl({}, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

interface KeyPair {
  readonly pem: string;
  readonly sign: (data: Buffer) => string;
}

function keyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  return { pem, sign: (data) => sign('sha256', data, privateKey).toString('base64') };
}

function fingerprintOf(pem: string): string {
  const outcome = readPublicKey(pem);
  return outcome.ok ? outcome.key.fingerprint : '';
}

function payloadOf(digest: string): Buffer {
  const critical = { type: 'cosign container image signature', image: { 'docker-manifest-digest': digest } };
  return Buffer.from(JSON.stringify({ critical }));
}

function signatureOf(digest: string, key: KeyPair): SignatureMaterial {
  const payload = payloadOf(digest);
  return { form: 'simple', payload, signature: key.sign(payload) };
}

/** A registry in memory, and what a crawl did with it. */
class Stage implements RegistryCatalog, ScanRequests {
  readonly #repositories: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What is behind each digest. */
  readonly behind = new Map<string, readonly PlatformImage[]>();
  readonly #known = new Map<string, readonly PlatformImage[]>();
  readonly failing = new Set<string>();
  readonly scanned = new Set<string>();
  readonly resolved: string[] = [];
  readonly opened: string[] = [];
  readonly requested: ImagePlace[] = [];
  readonly signed = new Map<string, readonly SignatureMaterial[]>();
  readonly checks: SignatureCheck[] = [];
  trust: SignatureTrust = { keys: [], trustRoots: [] };
  readonly noted: { repository: string; tags: readonly TagSighting[]; complete: boolean }[] = [];
  answers: Readonly<Record<string, 'already-queued' | 'dead'>> = {};

  constructor(repositories: Readonly<Record<string, Readonly<Record<string, string>>>>) {
    this.#repositories = repositories;
  }

  async *repositories(): AsyncGenerator<string> {
    this.#mayFail('catalog');
    yield* Object.keys(this.#repositories);
  }

  async *tags(repository: string): AsyncGenerator<string> {
    this.#mayFail(repository);
    yield* Object.keys(this.#repositories[repository] ?? {});
  }

  async resolve(repository: string, tag: string): Promise<string | undefined> {
    this.#mayFail(`${repository}:${tag}`);
    this.resolved.push(`${repository}:${tag}`);
    return this.#repositories[repository]?.[tag];
  }

  async images(_: string, digest: string): Promise<readonly PlatformImage[]> {
    this.opened.push(digest);
    return this.behind.get(digest) ?? [];
  }

  async signatures(_: string, digest: string): Promise<readonly SignatureMaterial[]> {
    this.#mayFail('signatures');
    return this.signed.get(digest) ?? [];
  }

  async request(place: ImagePlace): Promise<'queued' | 'already-queued' | 'dead'> {
    this.#mayFail('queue');
    const answer = this.answers[place.digest];
    if (answer !== undefined) return answer;
    this.requested.push(place);
    return 'queued';
  }

  crawl(over: object = {}, signal = new AbortController().signal): Promise<CrawlReport> {
    const registry = WatchedRegistry.parse({ name: 'hub', host: 'registry.example', ...over });
    const scans: CrawlPorts['scans'] = {
      imagesOf: async (digest) => this.#known.get(digest),
      noteImages: async (digest, images) => void this.#known.set(digest, images),
      noteTags: async (_, repository, tags, complete) => void this.noted.push({ repository, tags, complete }),
      noteSignatures: async (_, checks) => void this.checks.push(...checks),
      unscanned: async (digests) => digests.filter((digest) => !this.scanned.has(digest)),
    };
    const registries: Pick<RegistryStore, 'noteCrawl'> = { noteCrawl: async () => undefined };
    const clock = { now: () => 0 };
    return crawlRegistry(
      registry,
      {
        catalog: this,
        scans,
        registries,
        requests: this,
        trust: { get: async () => this.trust },
        scanners: ['vuln'] as const,
        clock,
      },
      { signal },
    );
  }

  #mayFail(what: string): void {
    if (this.failing.has(what)) throw new Error('it is down');
  }
}
