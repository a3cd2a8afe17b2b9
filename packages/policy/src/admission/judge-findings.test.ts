import { objectOf, plainValue } from '@bulkhead/pod-rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageMemory } from './image/image-memory.ts';
import type { ImageSecret, ImageVulnerability, KnownImage } from './image/known-image.ts';
import { type AdmissionDecision, judge } from './judge.ts';
import { parseAdmissionPolicy } from './kind.ts';

type Json = Readonly<Record<string, unknown>>;

const NOW = Date.parse('2026-11-26T12:00:00Z');
const DIGEST = `sha256:${'a'.repeat(64)}`;
const WEB = 'r.example/web:1';

const LOG4J: ImageVulnerability = {
  id: 'CVE-2021-44228',
  package: 'log4j-core 2.14.1',
  severity: 'critical',
  fix: '2.15.0',
  score: 10,
  epss: 0.97,
  kev: true,
  published: '2021-12-10T00:00:00Z',
};
const UNFIXED: ImageVulnerability = { id: 'CVE-2026-1', package: 'zlib 1.3', severity: 'high' };

describe('a rule about vulnerabilities', () => {
  it('denies with the image, the findings that matter and the fix', () => {
    const decision = decide([{ name: 'v', vulnerabilities: { severity: 'high' } }], { found: [LOG4J, UNFIXED] });

    expect(decision).toMatchObject({
      verdict: 'deny',
      violations: [
        {
          policy: 'p',
          rule: 'v',
          verdict: 'deny',
          subject: 'Pod/a container app',
          image: DIGEST,
          findings: [
            { id: 'CVE-2021-44228', severity: 'critical', in: 'log4j-core 2.14.1', fix: '2.15.0' },
            { id: 'CVE-2026-1', severity: 'high', in: 'zlib 1.3' },
          ],
        },
      ],
    });
    expect(decision.violations[0]?.message).toBe(
      'image r.example/web:1 (its tag led to sha256:aaaaaaaaaaaa when the registry was looked at last) ' +
        'has 2 vulnerabilities (high or worse): CVE-2021-44228 (log4j-core 2.14.1, critical 10.0, exploited, fixed in 2.15.0), ' +
        'CVE-2026-1 (zlib 1.3, high, no fix yet)',
    );
    expect(decision.violations[0]?.fix).toBe('Update log4j-core 2.14.1 to 2.15.0 in the image');
  });

  it.each([
    [{}, LOG4J, true],
    [{ severity: 'critical' }, LOG4J, true],
    [{ severity: 'critical' }, UNFIXED, false],
    [{ severity: 'low' }, { ...UNFIXED, severity: 'unknown' as const }, false],
    [{ score: 9 }, LOG4J, true],
    [{ score: 9 }, { ...LOG4J, score: 8.9 }, false],
    [{ score: 0 }, UNFIXED, false],
    [{ epss: 0.9 }, LOG4J, true],
    [{ epss: 0.98 }, LOG4J, false],
    [{ kev: true }, LOG4J, true],
    [{ kev: true }, UNFIXED, false],
    [{ withFix: true }, LOG4J, true],
    [{ withFix: true }, UNFIXED, false],
    [{ olderThanDays: 30 }, LOG4J, true],
    [{ olderThanDays: 30 }, { ...LOG4J, published: '2026-11-01T00:00:00Z' }, false],
    [{ olderThanDays: 30 }, UNFIXED, true],
    [{ olderThanDays: 30 }, { ...LOG4J, published: 'last year' }, true],
    [{ ids: ['CVE-2021-44228'] }, LOG4J, true],
    [{ ids: ['CVE-2021-44228'] }, UNFIXED, false],
    [{ severity: 'critical', withFix: true, kev: true }, { ...LOG4J, fix: '' }, true],
    [{ maximum: 1 }, LOG4J, false],
  ])('%j counts %j: %s', (vulnerabilities, one, counts) => {
    expect(decide([{ name: 'v', vulnerabilities }], { found: [one] }).verdict).toBe(counts ? 'deny' : 'allow');
  });

  it('counts a vulnerability once, in however many packages it is', () => {
    const rules = [{ name: 'v', vulnerabilities: { maximum: 1 } }];
    const again = { ...LOG4J, package: 'log4j-api 2.14.1' };

    expect(decide(rules, { found: [LOG4J, again] }).verdict).toBe('allow');
    expect(decide(rules, { found: [LOG4J, again, UNFIXED] }).violations[0]?.message).toContain(
      'has 2 vulnerabilities: CVE-2021-44228',
    );
  });

  it('counts what is not listed, unless what is listed shows that it cannot be meant', () => {
    const omitted = { vulnerabilities: 3, secrets: 0 };
    const verdict = (vulnerabilities: Json): string =>
      decide([{ name: 'v', vulnerabilities }], { found: [UNFIXED], omitted }).verdict;

    expect(verdict({ maximum: 3 })).toBe('deny');
    expect(verdict({ epss: 0.5 })).toBe('deny');
    expect(verdict({ severity: 'critical' })).toBe('allow');
    expect(verdict({ kev: true })).toBe('allow');
  });

  it('looks into every container of every owner', () => {
    const spec = { containers: [{ name: 'a', image: 'r.example/a' }], initContainers: [{ name: 'b', image: WEB }] };
    const cronJob = { kind: 'CronJob', spec: { jobTemplate: { spec: { template: { spec } } } } };
    const rules = [{ name: 'v', vulnerabilities: { notScanned: 'allow' } }];

    expect(decide(rules, { found: [LOG4J] }, cronJob).violations.map(({ subject }) => subject)).toEqual([
      'CronJob/a init container b',
    ]);
  });

  it('only warns in monitor', () => {
    const rules = [{ name: 'v', vulnerabilities: { notScanned: 'wait' } }];

    expect(decide(rules, { found: [LOG4J] }, pod(WEB), { mode: 'monitor' }).verdict).toBe('warn');
    expect(decide(rules, {}, pod('r.example/other'), { mode: 'monitor' }).verdict).toBe('warn');
  });

  it('says nothing of a tag where the digest is written', () => {
    const pinned = pod(`r.example/web@${DIGEST}`);

    expect(decide([{ name: 'v', vulnerabilities: {} }], { found: [LOG4J] }, pinned).violations[0]?.message).toMatch(
      /^image r\.example\/web@sha256:a+ has 1 vulnerability: /,
    );
  });

  it('goes by all platforms of an image, or by the one that the pod names', () => {
    const arm = { ...known([UNFIXED]), digest: `sha256:${'b'.repeat(64)}`, platform: 'linux/arm64' };
    const rules = [{ name: 'v', vulnerabilities: { severity: 'critical', notScanned: 'deny' } }];
    const on = (arch?: string): string =>
      decide(rules, { found: [LOG4J], others: [arm] }, pod(WEB, arch && { 'kubernetes.io/arch': arch })).verdict;

    expect([on(), on('amd64'), on('arm64'), on('riscv64')]).toEqual(['deny', 'deny', 'allow', 'deny']);
  });

  describe('about an image that was not scanned', () => {
    it.each([
      ['allow', 'allow', []],
      ['warn', 'warn', [undefined]],
      ['deny', 'deny', [undefined]],
      ['wait', 'deny', [true]],
    ])('with notScanned: %s says %s', (notScanned, verdict, retry) => {
      const decision = decide([{ name: 'v', vulnerabilities: { notScanned } }], {}, pod('r.example/new:1'));

      expect(decision.verdict).toBe(verdict);
      expect(decision.violations.map((one) => one.retry)).toEqual(retry);
      for (const { message } of decision.violations)
        expect(message).toContain('image r.example/new:1 has not been scanned yet');
    });

    it('warns where nothing is said, and never denies where the rule warns', () => {
      expect(decide([{ name: 'v', vulnerabilities: {} }], {}, pod('r.example/new')).verdict).toBe('warn');
      const rules = [{ name: 'v', verdict: 'warn', vulnerabilities: { notScanned: 'wait' } }];
      expect(decide(rules, {}, pod('r.example/new')).verdict).toBe('warn');
    });

    it('does not let wait for one whose scan failed for good, and says why it did', () => {
      const { scan: _, ...failed } = { ...known([]), failure: 'its layers are gone' };
      const [violation] = decide([{ name: 'v', vulnerabilities: { notScanned: 'wait' } }], {
        image: failed,
      }).violations;

      expect(violation).toMatchObject({
        verdict: 'deny',
        message: `image ${WEB} could not be scanned: its layers are gone`,
      });
      expect(violation?.retry).toBeUndefined();
    });

    it('says that nothing can be said of what is no reference', () => {
      expect(decide([{ name: 'v', vulnerabilities: {} }], {}, pod('No Image')).verdict).toBe('deny');
    });
  });

  it.each([
    ['allow', 'allow'],
    ['warn', 'warn'],
    ['deny', 'deny'],
    [undefined, 'warn'],
  ])('with incomplete: %s says of a scan with gaps: %s', (incomplete, verdict) => {
    expect(decide([{ name: 'v', vulnerabilities: { incomplete } }], { found: [], gaps: 2 }).verdict).toBe(verdict);
  });

  describe('an exception', () => {
    const base = { name: 'e', rules: ['v'], owner: 'ops@example.com', reason: 'not reached', expires: '2027-01-01' };
    const rules = [{ name: 'v', vulnerabilities: {} }];

    it('for a vulnerability lets it pass and no other, and is named', () => {
      const exceptions = [{ ...base, vulnerabilities: [LOG4J.id], images: ['r.example/web'] }];
      const both = decide(rules, { found: [LOG4J, UNFIXED] }, pod(WEB), { exceptions });

      expect(both.violations.map(({ findings }) => findings?.map(({ id }) => id))).toEqual([[UNFIXED.id]]);
      expect(both.excused.map(({ findings, exception }) => [findings?.map(({ id }) => id), exception.name])).toEqual([
        [[LOG4J.id], 'e'],
      ]);
      expect(decide(rules, { found: [LOG4J] }, pod(WEB), { exceptions })).toMatchObject({ verdict: 'allow' });
    });

    it('for a vulnerability lets nothing else of the rule pass', () => {
      const exceptions = [{ ...base, vulnerabilities: [LOG4J.id], images: ['r.example/*'] }];
      const strict = [{ name: 'v', vulnerabilities: { notScanned: 'deny' } }];

      expect(decide(strict, {}, pod('r.example/new'), { exceptions }).verdict).toBe('deny');
      const elsewhere = [{ ...base, vulnerabilities: [LOG4J.id], images: ['r.example/other'] }];
      expect(decide(rules, { found: [LOG4J] }, pod(WEB), { exceptions: elsewhere }).verdict).toBe('deny');
    });

    it('that has expired lets nothing pass, and is named', () => {
      const exceptions = [{ ...base, vulnerabilities: [LOG4J.id], images: ['*'], expires: '2026-11-25' }];
      const decision = decide(rules, { found: [LOG4J] }, pod(WEB), { exceptions });

      expect(decision.violations.map(({ expired }) => expired?.owner)).toEqual(['ops@example.com']);
    });

    it('without vulnerabilities lets the whole image pass', () => {
      const exceptions = [{ ...base, containers: ['app'] }];

      expect(decide(rules, { found: [LOG4J] }, pod(WEB), { exceptions })).toMatchObject({
        verdict: 'allow',
        excused: [{ exception: { name: 'e' } }],
      });
    });
  });

  it('never says less for one more finding, nor for a lower threshold', () => {
    const severity = fc.constantFrom('low' as const, 'medium' as const, 'high' as const, 'critical' as const);
    const one = fc.record({ id: fc.constantFrom('CVE-1', 'CVE-2', 'CVE-3'), package: fc.constant('a 1'), severity });
    const rank = (found: readonly ImageVulnerability[], vulnerabilities: Json): number =>
      ['allow', 'warn', 'deny'].indexOf(decide([{ name: 'v', vulnerabilities }], { found }).verdict);
    fc.assert(
      fc.property(fc.array(one), one, severity, fc.nat(2), (found, more, wanted, maximum) => {
        const before = rank(found, { severity: wanted, maximum });

        expect(rank([...found, more], { severity: wanted, maximum })).toBeGreaterThanOrEqual(before);
        expect(rank(found, { maximum })).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});

describe('a rule about secrets', () => {
  const KEY: ImageSecret = { id: 'private-key', path: 'root/.ssh/id', severity: 'high', confidence: 'high' };

  it.each([
    [{}, 'deny'],
    [{ severity: 'critical' }, 'allow'],
    [{ confidence: 'high', severity: 'high' }, 'deny'],
    [{ maximum: 1 }, 'allow'],
  ])('%j says %s', (secrets, verdict) => {
    const decision = decide([{ name: 's', secrets }], { secrets: [KEY] });

    expect(decision.verdict).toBe(verdict);
    for (const { message, findings } of decision.violations) {
      expect(message).toContain('holds 1 secret: private-key in root/.ssh/id');
      expect(findings).toEqual([{ id: 'private-key', severity: 'high', in: 'root/.ssh/id' }]);
    }
  });

  it('takes an image in which nobody looked for secrets for one that was not scanned', () => {
    const image = { ...known([]), scan: { ...scan([]), scanners: ['vuln' as const] } };
    const decision = decide([{ name: 's', secrets: { notScanned: 'deny' } }], { image });

    expect(decision.violations.map(({ message }) => message)).toEqual([`image ${WEB} was not scanned for secrets`]);
  });
});

interface Stage {
  readonly found?: readonly ImageVulnerability[];
  readonly secrets?: readonly ImageSecret[];
  readonly gaps?: number;
  readonly omitted?: { readonly vulnerabilities: number; readonly secrets: number };
  readonly image?: KnownImage;
  readonly others?: readonly KnownImage[];
}

function scan(found: readonly ImageVulnerability[], over: Stage = {}): NonNullable<KnownImage['scan']> {
  const { secrets = [], gaps = 0, omitted = { vulnerabilities: 0, secrets: 0 } } = over;
  return { scanners: ['vuln', 'secret'], gaps, vulnerabilities: [...found], secrets: [...secrets], omitted };
}

function known(found: readonly ImageVulnerability[], over: Stage = {}): KnownImage {
  return { digest: DIGEST, platform: 'linux/amd64', indexes: [], names: [WEB], scan: scan(found, over) };
}

function decide(rules: readonly Json[], stage: Stage, object: Json = pod(WEB), spec: Json = {}): AdmissionDecision {
  const parsed = parseAdmissionPolicy({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'AdmissionPolicy',
    metadata: { name: 'p' },
    spec: { mode: 'protect', rules, ...spec },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const images = new ImageMemory();
  images.set(stage.image ?? known(stage.found ?? [], stage));
  for (const other of stage.others ?? []) images.set(other);
  const subject = objectOf(plainValue({ apiVersion: 'v1', metadata: { name: 'a' }, ...object }));
  const decision = subject && judge(subject, 'default', [parsed.value], NOW, images);
  if (decision === undefined) throw new Error('it is no pod');
  return decision;
}

function pod(image: string, nodeSelector?: Json | ''): Json {
  return { kind: 'Pod', spec: { containers: [{ name: 'app', image }], ...(nodeSelector && { nodeSelector }) } };
}
