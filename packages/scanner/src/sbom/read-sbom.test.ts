import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OsRelease } from '../package/os-release.ts';
import { type LocatedPackage, PACKAGE_TYPES } from '../package/package.ts';
import { comparePackages } from '../report/model/order.ts';
import { renderReport } from '../report/render.ts';
import { emptyReport, HOSTILE, lodash, OPTIONS, openssl, sampleReport } from '../report/test/sample.ts';
import { readSbom } from './read-sbom.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9.+-]{0,10}$/);
const optional = { requiredKeys: ['path'] as 'path'[] };
const anyPackage: fc.Arbitrary<LocatedPackage> = fc.record(
  {
    type: fc.constantFrom(...PACKAGE_TYPES),
    name: word,
    version: fc.stringMatching(/^[0-9]{1,2}\.[0-9]{1,2}(-[0-9])?$/),
    arch: fc.constantFrom('amd64', 'x86_64'),
    source: fc.record({ name: word, version: word }, { requiredKeys: ['name'] }),
    licenses: fc.array(fc.constantFrom('MIT', 'GPL-2+', 'a "licence"'), { minLength: 1 }),
    vendor: word,
    modularity: word,
    scope: fc.constantFrom('development', 'optional'),
    integrity: word,
    reader: word,
    location: fc.record({ path: word, within: fc.array(word), line: fc.nat(), layer: word }, optional),
  },
  { requiredKeys: ['type', 'name', 'version', 'reader', 'location'] },
);
const anyOs: fc.Arbitrary<OsRelease> = fc.record(
  {
    id: fc.constantFrom('debian', 'alpine', 'rhel', 'opensuse-leap'),
    idLike: fc.array(word),
    versionId: fc.constantFrom('12', '3.20.1', '9.4'),
    prettyName: word,
    cpeName: word,
  },
  { requiredKeys: ['id', 'idLike'] },
);

describe('an SBOM of ours read back', () => {
  it.each(['cyclonedx', 'spdx-json'] as const)(
    'gives the packages and the system it was made from: %s',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyPackage, { maxLength: 6 }),
          fc.option(anyOs, { nil: undefined }),
          async (packages, os) => {
            const report = { ...emptyReport(), packages, ...(os !== undefined && { os }) };

            const { inventory } = await roundTrip(format, report);

            expect(inventory.packages).toEqual(packages.toSorted(comparePackages));
            expect(inventory.os).toEqual(os);
            expect(inventory.gaps).toEqual([]);
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  it.each([
    ['cyclonedx', 'CycloneDX 1.6'],
    ['spdx-json', 'SPDX 2.3'],
  ] as const)('says its format: %s', async (format, name) => {
    const read = await roundTrip(format, sampleReport());

    expect(read.format).toBe(name);
    expect(read.inventory.packages).toEqual([openssl, lodash]);
  });

  it('believes the package URL where somebody changed it', async () => {
    const [text = []] = await renderReport('cyclonedx', sampleReport(), OPTIONS);
    const edited = [...text].join('').replaceAll('libssl3@1:3.0.9-1', 'libssl3@1:3.0.11-1');

    expect(readSbom(Buffer.from(edited), 'a.json').inventory.packages[0]).toMatchObject({
      version: '1:3.0.11-1',
      reader: 'sbom',
      location: { path: 'a.json' },
    });
  });
});

describe('readSbom', () => {
  it('reads what trivy writes: source packages in properties, lock files that are no packages', () => {
    const { inventory } = cyclonedx([
      { type: 'operating-system', name: 'debian', version: '12.5' },
      { type: 'application', name: 'app/package-lock.json' },
      {
        type: 'library',
        name: 'libssl3',
        purl: 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12.5',
        licenses: [{ license: { name: 'GPL-2' } }, { expression: 'MIT OR X11' }],
        properties: [
          { name: 'aquasecurity:trivy:SrcName', value: 'openssl' },
          { name: 'aquasecurity:trivy:SrcVersion', value: '3.0.11' },
          { name: 'aquasecurity:trivy:SrcRelease', value: '1' },
          { name: 'aquasecurity:trivy:FilePath', value: '/var/lib/dpkg/status' },
        ],
      },
    ]);

    expect(inventory.os).toEqual({ id: 'debian', idLike: [], versionId: '12.5' });
    expect(inventory.packages).toEqual([
      {
        type: 'deb',
        name: 'libssl3',
        version: '3.0.11-1',
        arch: 'amd64',
        source: { name: 'openssl', version: '3.0.11-1' },
        licenses: ['GPL-2', 'MIT OR X11'],
        reader: 'sbom',
        location: { path: 'var/lib/dpkg/status' },
      },
    ]);
    expect(inventory.gaps).toEqual([]);
  });

  it('takes the system from the packages where nothing else says it, and says what it cannot judge', () => {
    const { inventory } = cyclonedx([
      { type: 'library', name: 'musl', purl: 'pkg:apk/alpine/musl@1.2.4-r2?distro=alpine-3.18.4' },
      { type: 'library', name: 'mystery', version: '1' },
      { type: 'library', name: 'action', purl: 'pkg:githubactions/a/b@v1' },
      { type: 'library', name: 'fresh', purl: 'pkg:npm/fresh' },
    ]);

    expect(inventory.os).toEqual({ id: 'alpine', idLike: [], versionId: '3.18.4' });
    expect(inventory.gaps.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'unresolved: 1 component without a package URL: mystery',
      'unresolved: 1 component without a version: fresh',
      'unsupported: 1 component of a type that is not judged: action',
    ]);
  });

  it('reads SPDX without what it describes, and trivy’s source packages in it', () => {
    const purl = (locator: string) => [
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: locator },
    ];
    const document = {
      spdxVersion: 'SPDX-2.2',
      packages: [
        { SPDXID: 'SPDXRef-root', name: 'shop' },
        { SPDXID: 'SPDXRef-os', name: 'debian', versionInfo: '12', primaryPackagePurpose: 'OPERATING-SYSTEM' },
        {
          SPDXID: 'SPDXRef-1',
          name: 'libssl3',
          externalRefs: purl('pkg:deb/debian/libssl3@3?distro=debian-12'),
          sourceInfo: 'built package from: openssl 3.1',
          licenseDeclared: 'MIT',
        },
      ],
      relationships: [
        { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-root' },
      ],
    };

    const { inventory, format } = readSbom(Buffer.from(JSON.stringify(document)), 'a.json');

    expect(format).toBe('SPDX 2.2');
    expect(inventory.gaps).toEqual([]);
    expect(inventory.packages).toMatchObject([
      { name: 'libssl3', source: { name: 'openssl', version: '3.1' }, licenses: ['MIT'] },
    ]);
  });

  it('unwraps an attestation', () => {
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      predicate: { bomFormat: 'CycloneDX', specVersion: '1.5' },
    };

    expect(readSbom(Buffer.from(JSON.stringify(statement)), 'a.json').format).toBe('CycloneDX 1.5');
  });

  it.each([
    ['', 'it is empty'],
    ['{', 'it is no JSON'],
    ['[]', 'it is JSON, but no object'],
    ['<?xml version="1.0"?><bom/>', 'it is XML, and only JSON is read'],
    ['SPDXVersion: SPDX-2.3\n', 'it is SPDX tag-value, and only JSON is read'],
    ['{"bomFormat":"CycloneDX","specVersion":"1.1"}', 'it is CycloneDX "1.1", and only 1.4 to 1.7 are read'],
    ['{"spdxVersion":"SPDX-2.1"}', 'it is "SPDX-2.1", and only SPDX-2.2 and SPDX-2.3 are read'],
    [
      '{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}',
      'it is SPDX 3, and only SPDX-2.2 and SPDX-2.3 are read',
    ],
    ['{"@context":"https://openvex.dev/ns/v0.2.0"}', 'it is an OpenVEX document, which goes to --vex'],
    ['{"document":{"csaf_version":"2.0"}}', 'it is a CSAF document, which goes to --vex'],
    ['{"runs":[]}', 'it is a SARIF report'],
    ['{"name":"shop","lockfileVersion":3}', 'it is neither CycloneDX nor SPDX'],
    ['{"bomFormat":"CycloneDX","specVersion":"1.6","components":{}}', 'its "components" are no list'],
    ['{"spdxVersion":"SPDX-2.3","packages":"all"}', 'its "packages" are no list'],
  ])('refuses %j with one reason', (text, why) => {
    expect(() => readSbom(Buffer.from(text), 'a.json')).toThrow(`cannot read "a.json" as an SBOM: ${why}`);
  });

  it('refuses components nested without end', () => {
    let component: object = { type: 'library', name: 'innermost' };
    for (let depth = 0; depth < 100; depth += 1)
      component = { type: 'library', name: 'x', purl: 'pkg:npm/x@1', components: [component] };

    expect(() => cyclonedx([component])).toThrow('nested deeper than 64');
  });

  it('takes any JSON of the right kind without an exception', () => {
    const junk = fc.jsonValue();
    fc.assert(
      fc.property(junk, junk, junk, (a, b, c) => {
        const component = { type: a, name: b, version: c, purl: a, properties: b, licenses: c, components: [a] };
        for (const document of [
          { bomFormat: 'CycloneDX', specVersion: '1.6', components: [component, a] },
          { bomFormat: 'CycloneDX', specVersion: '1.6', components: [b] },
          {
            spdxVersion: 'SPDX-2.3',
            packages: [{ name: a, externalRefs: b, annotations: c, sourceInfo: a }, b],
            relationships: c,
          },
        ]) {
          expect(Array.isArray(readSbom(Buffer.from(JSON.stringify(document)), HOSTILE).inventory.packages)).toBe(true);
        }
      }),
    );
  });
});

async function roundTrip(format: 'cyclonedx' | 'spdx-json', report: Parameters<typeof renderReport>[1]) {
  const [text = []] = await renderReport(format, report, OPTIONS);
  return readSbom(Buffer.from([...text].join('')), 'sbom.json');
}

function cyclonedx(components: readonly object[]) {
  const bom = { bomFormat: 'CycloneDX', specVersion: '1.6', components };
  return readSbom(Buffer.from(JSON.stringify(bom)), 'a.json');
}
