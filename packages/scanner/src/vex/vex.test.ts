import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderReport } from '../report/render.ts';
import { lodash, OPTIONS, openssl, sampleReport, vulnerability } from '../report/test/sample.ts';
import { applyVex } from './apply.ts';
import { readVex } from './read-vex.ts';
import type { VexStatement } from './statement.ts';

const DIGEST = `sha256:${'c'.repeat(64)}`;
const ABOUT_SSL = 'pkg:deb/debian/libssl3';
const { subject } = sampleReport();
const rhel = { id: 'rhel', idLike: [], cpeName: 'cpe:/o:redhat:enterprise_linux:8::baseos' };

describe('OpenVEX', () => {
  it.each([
    ['the package itself', { '@id': ABOUT_SSL }],
    ['the package in its version', { '@id': `${ABOUT_SSL}@1:3.0.9-1?arch=amd64&distro=debian-12` }],
    ['the image by its digest', { '@id': `pkg:oci/shop@${encodeURIComponent(DIGEST)}` }],
    ['the image by its repository and tag', { '@id': 'pkg:oci/shop?repository_url=registry.example/shop&tag=1.2' }],
    ['the image by its hash', { '@id': 'x', hashes: { 'sha-256': 'c'.repeat(64) } }],
    ['a package of the image', { '@id': `pkg:oci/shop@${DIGEST}`, subcomponents: [{ '@id': ABOUT_SSL }] }],
    ['an identifier', { '@id': 'x', identifiers: { purl: ABOUT_SSL } }],
  ])('suppresses what it names: %s', (_, product) => {
    expect(judged([openVex({ products: [product] })])).toEqual({
      by: 'vex',
      statement: 'https://example.com/vex#1',
      reason: 'vulnerable_code_not_present',
    });
  });

  it.each([
    ['another package', { '@id': 'pkg:deb/debian/other' }],
    ['another version', { '@id': `${ABOUT_SSL}@1` }],
    ['another architecture', { '@id': `${ABOUT_SSL}?arch=arm64` }],
    ['another image', { '@id': `pkg:oci/shop@sha256:${'0'.repeat(64)}` }],
    ['another tag', { '@id': 'pkg:oci/shop?tag=1.3' }],
    ['another repository', { '@id': 'pkg:oci/shop?repository_url=elsewhere.example/shop' }],
    ['a package of another image', { '@id': 'pkg:oci/other', subcomponents: [{ '@id': ABOUT_SSL }] }],
    ['another package of the image', { '@id': 'pkg:oci/shop', subcomponents: [{ '@id': 'pkg:deb/debian/other' }] }],
    ['nothing', undefined],
  ])('leaves alone what it does not name: %s', (_, product) => {
    expect(judged([openVex({ products: product === undefined ? [] : [product] })])).toBeUndefined();
  });

  it.each(['affected', 'under_investigation'])('leaves what is %s', (status) => {
    expect(judged([openVex({ status })])).toBeUndefined();
  });

  it('finds a vulnerability by any of its names', () => {
    const statement = openVex({
      vulnerability: { '@id': 'https://nvd.example/CVE-2024-0001', name: 'X', aliases: ['DSA-1-1'] },
    });

    expect(judged([statement])).toBeDefined();
    expect(judged([openVex({ vulnerability: 'CVE-2024-0001' })])).toBeDefined();
    expect(judged([openVex({ vulnerability: { name: 'CVE-2024-9999' } })])).toBeUndefined();
  });

  it('lets the latest statement win, whatever the order and the status', () => {
    const early = openVex({ timestamp: '2024-01-01T00:00:00Z' });
    const late = openVex({ status: 'affected', timestamp: '2024-02-01T00:00:00Z' });
    const latest = openVex({ status: 'fixed', timestamp: '2024-03-01T00:00:00Z' });

    fc.assert(
      fc.property(fc.shuffledSubarray([early, late, latest]), (documents) => {
        const suppressed = documents.includes(latest) || (documents.includes(early) && !documents.includes(late));
        expect(judged(documents) !== undefined).toBe(suppressed);
      }),
    );
  });

  it('leaves what is suppressed already, and other kinds of findings', () => {
    const suppressed = { by: 'distribution', statement: 'dpkg', reason: '' } as const;
    const findings = [vulnerability({ suppressed })];

    expect(applyVex(findings, read(openVex({})), { subject })).toEqual(findings);
  });
});

describe('a CycloneDX VEX', () => {
  const bom = (over: object, affects: string): object => ({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: 'urn:uuid:1',
    components: [{ 'bom-ref': 'ssl', purl: ABOUT_SSL }],
    vulnerabilities: [
      { id: 'CVE-2024-0001', analysis: { state: 'not_affected', ...over }, affects: [{ ref: affects }] },
    ],
  });

  it.each(['ssl', ABOUT_SSL, `urn:cdx:f08a/1#${encodeURIComponent(ABOUT_SSL)}`])('names its package as %s', (ref) => {
    expect(judged([bom({ justification: 'code_not_reachable', detail: 'never called' }, ref)])).toEqual({
      by: 'vex',
      statement: 'urn:uuid:1#1',
      reason: 'vulnerable_code_not_in_execute_path: never called',
    });
  });

  it.each(['exploitable', 'in_triage', undefined])('leaves what is %s', (state) => {
    expect(judged([bom({ state }, 'ssl')])).toBeUndefined();
  });

  it('holds for no package where it names none', () => {
    expect(judged([bom({}, 'unknown')])).toBeUndefined();
  });
});

describe('a CSAF VEX', () => {
  const csaf = (over: object = {}): object => ({
    document: {
      category: 'csaf_vex',
      csaf_version: '2.0',
      tracking: { id: 'V-1', current_release_date: '2024-01-01T00:00:00Z' },
    },
    product_tree: {
      branches: [
        {
          branches: [
            {
              product: {
                product_id: 'el8',
                product_identification_helper: { cpe: 'cpe:/o:redhat:enterprise_linux:8' },
              },
            },
            { product: { product_id: 'ssl', product_identification_helper: { purl: ABOUT_SSL } } },
          ],
        },
      ],
      relationships: [
        {
          category: 'default_component_of',
          product_reference: 'ssl',
          relates_to_product_reference: 'el8',
          full_product_name: { product_id: 'el8:ssl' },
        },
      ],
    },
    vulnerabilities: [
      {
        cve: 'CVE-2024-0001',
        product_status: { known_not_affected: ['el8:ssl'] },
        flags: [{ label: 'component_not_present', product_ids: ['el8:ssl'] }],
        threats: [{ category: 'impact', details: 'built without it', product_ids: ['el8:ssl'] }],
        ...over,
      },
    ],
  });

  it('holds for a component of the platform that was scanned, and no other', () => {
    expect(judged([csaf()], rhel)).toEqual({
      by: 'vex',
      statement: 'V-1 (CVE-2024-0001)',
      reason: 'component_not_present: built without it',
    });
    expect(judged([csaf()], { ...rhel, cpeName: 'cpe:/o:redhat:enterprise_linux:9::baseos' })).toBeUndefined();
    expect(judged([csaf()])).toBeUndefined();
  });

  it.each([
    [{ fixed: ['ssl'] }, true],
    [{ known_affected: ['ssl'] }, false],
    [{ under_investigation: ['ssl'] }, false],
  ])('reads the status %j', (status, suppressed) => {
    expect(judged([csaf({ product_status: status })]) !== undefined).toBe(suppressed);
  });
});

describe('readVex', () => {
  it.each([
    ['{', 'it is no JSON'],
    ['[]', 'it is JSON, but no object'],
    ['{}', 'it is neither OpenVEX, CycloneDX nor CSAF'],
    ['{"document":{"csaf_version":"3.0"}}', 'document.csaf_version: only CSAF 2.0 is read'],
    [JSON.stringify(openVex({ status: 'maybe' })), 'statements[0].status'],
    [JSON.stringify(openVex({ justification: 'because' })), 'statements[0].justification'],
    [
      JSON.stringify(openVex({ justification: undefined })),
      'not_affected needs a justification or an impact_statement',
    ],
  ])('refuses %j with one reason', (text, why) => {
    expect(() => readVex(Buffer.from(text), 'a.json')).toThrow(why);
  });

  it('reads back what a report says as OpenVEX and as CycloneDX', async () => {
    for (const format of ['openvex', 'cyclonedx'] as const) {
      const [text = []] = await renderReport(format, sampleReport(), OPTIONS);
      const plain = sampleReport({
        findings: [
          vulnerability(),
          vulnerability({ id: 'GHSA-aaaa-bbbb-cccc', advisory: 'GHSA-aaaa-bbbb-cccc', aliases: [], package: lodash }),
        ],
      });

      const judgedAgain = applyVex(plain.findings, readVex(Buffer.from([...text].join('')), 'a.json'), plain);

      expect(judgedAgain.map(({ suppressed }) => suppressed?.by)).toEqual([undefined, 'vex']);
    }
  });

  it('reads any JSON of the right kind or refuses it with its own error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        for (const document of [
          { '@context': 'openvex', statements: a },
          { bomFormat: 'CycloneDX', vulnerabilities: a, components: b },
          { document: { csaf_version: '2.0' }, vulnerabilities: a, product_tree: b },
          { document: { csaf_version: '2.0' }, product_tree: { branches: a, relationships: b } },
        ]) {
          expect(refusal(() => readVex(Buffer.from(JSON.stringify(document)), 'a.json'))).toBeOneOf([
            undefined,
            'INVALID_VEX',
          ]);
        }
      }),
    );
  });
});

function openVex(over: object): object {
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example.com/vex',
    timestamp: '2024-01-01T00:00:00Z',
    statements: [
      {
        vulnerability: { name: 'CVE-2024-0001' },
        products: [{ '@id': ABOUT_SSL }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_present',
        ...over,
      },
    ],
  };
}

function read(document: object): readonly VexStatement[] {
  return readVex(Buffer.from(JSON.stringify(document)), 'a.json');
}

function judged(documents: readonly object[], os?: typeof rhel) {
  const scanned = { subject, ...(os !== undefined && { os }) };
  const [finding] = applyVex([vulnerability({ package: openssl })], documents.flatMap(read), scanned);
  return finding?.suppressed;
}

/** The code of the error that a call ends with, if it ends with one. */
function refusal(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? error;
  }
}
