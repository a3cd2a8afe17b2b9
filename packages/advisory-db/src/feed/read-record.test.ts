import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affected, osvRecord } from '../test-support/osv.ts';
import { readRecord } from './read-record.ts';

const encoder = new TextEncoder();
const read = (source: string, json: string): ReturnType<typeof readRecord> => readRecord(source, encoder.encode(json));

describe('readRecord', () => {
  it('takes CVEs from related for AlmaLinux alone, since elsewhere they are other vulnerabilities', () => {
    const record = osvRecord('ALSA-1', { related: ['CVE-2026-1'] });

    expect(read('AlmaLinux', record)).toMatchObject({ advisory: { aliases: ['CVE-2026-1'] } });
    expect(read('Debian', record)).toMatchObject({ advisory: { aliases: [] } });
  });

  it.each`
    id                | security
    ${'ALSA-2024:1'}  | ${true}
    ${'ALBA-2024:1'}  | ${false}
    ${'ALEA-2024:1'}  | ${false}
    ${'RHBA-2024:1'}  | ${false}
    ${'RLSA-2024:1'}  | ${true}
    ${'CVE-2024-100'} | ${true}
  `('knows whether $id is about security: $security', ({ id, security }) => {
    expect(read('AlmaLinux', osvRecord(id))).toMatchObject({ advisory: { security } });
  });

  it('takes the module streams from the summary where the builds are modular', () => {
    const modular = [affected('AlmaLinux:8', 'libvirt', '6.0.0-37.module_el8.5.0+2632+14ced695')];
    const of = (summary: string, about: readonly object[] = modular): unknown => {
      const reading = read('AlmaLinux', osvRecord('ALSA-1', { summary, affected: about }));
      return reading.outcome === 'advisory' ? reading.affected[0]?.qualifiers?.['modularity'] : reading;
    };

    expect(of('Important: virt:rhel and virt-devel:rhel security, bug fix, and enhancement update')).toEqual([
      'virt:rhel',
      'virt-devel:rhel',
    ]);
    expect(of('Important: varnish security update')).toEqual([]);
    expect(of('new packages: curl:1 update', [affected('AlmaLinux:9', 'curl')])).toBeUndefined();
  });

  it.each`
    over                                                                        | severity
    ${{ summary: 'Important: curl security update' }}                           | ${'high'}
    ${{ summary: 'Important work' }}                                            | ${'unknown'}
    ${{ database_specific: { severity: 'MODERATE' } }}                          | ${'medium'}
    ${{ severity: [{ type: 'Ubuntu', score: 'negligible' }] }}                  | ${'negligible'}
    ${{ severity: [{ type: 'CVSS_V2', score: 'AV:N/AC:L/Au:N/C:C/I:C/A:C' }] }} | ${'critical'}
    ${{ severity: [{ type: 'CVSS_V3', score: 'nonsense' }] }}                   | ${'unknown'}
    ${{ database_specific: { severity: 'constructor' } }}                       | ${'unknown'}
  `('rates $over as $severity', ({ over, severity }) => {
    expect(read('Go', osvRecord('GO-1', over))).toMatchObject({ advisory: { severity } });
  });

  it('drops the versions that a distribution lists beside its ranges, and no others', () => {
    const listed = (ecosystem: string): unknown => {
      const entry = { ...affected(ecosystem, 'curl'), versions: ['1', '2'] };
      const reading = read('Ubuntu', osvRecord('UBUNTU-1', { affected: [entry] }));
      return reading.outcome === 'advisory' ? reading.affected[0]?.versions : reading;
    };

    expect(listed('Ubuntu:22.04:LTS')).toEqual([]);
    expect(listed('PyPI')).toEqual(['1', '2']);
  });

  it('keeps a feed’s word that no fix will come, and the functions that are vulnerable', () => {
    const old = { ...affected('Debian:10', 'curl'), ecosystem_specific: { urgency: 'end-of-life' } };
    const imports = [{ path: 'net/http', symbols: ['Get', 'Client.Do'] }, { path: 'net/url' }];
    const go = { ...affected('Go', 'stdlib'), ecosystem_specific: { imports } };

    expect(read('Debian', osvRecord('DEBIAN-1', { affected: [old, go] }))).toMatchObject({
      affected: [
        { status: 'end-of-life' },
        { qualifiers: { symbols: ['net/http.Get', 'net/http.Client.Do', 'net/url'] } },
      ],
    });
  });

  it.each([
    ['{"id":"GO-1"', /no JSON/],
    ['\xff\xfe', /no JSON/],
    ['[]', /expected object/i],
    [osvRecord('../../etc/passwd'), /^id: is no identifier/],
    [osvRecord('GO-1', { affected: [affected('Go', 'a\u0000b')] }), /control characters/],
    [osvRecord('GO-1', { affected: [affected('Go', 'x'.repeat(2000))] }), /^affected.0.package.name: /],
    [
      osvRecord('GO-1', {
        affected: [
          {
            package: { ecosystem: 'Go', name: 'a' },
            ranges: [{ type: 'SEMVER', events: [{ introduced: '0', fixed: '1' }] }],
          },
        ],
      }),
      /^affected.0.ranges.0.events.0/,
    ],
    [
      osvRecord('GO-1', {
        affected: [
          { package: { ecosystem: 'Go', name: 'a' }, ranges: [{ type: 'SEMVER', events: [{ sometimes: '1' }] }] },
        ],
      }),
      /^affected.0.ranges.0.events.0/,
    ],
  ])('rejects %.60j with the place and the reason', (json, reason) => {
    expect(read('Go', json)).toEqual({ outcome: 'rejected', reason: expect.stringMatching(reason) });
  });

  it('survives nesting, lengths and numbers that no sane record has', () => {
    const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`;
    const withDeep = osvRecord('GO-1').replace('"summary"', `"database_specific":${deep},"summary"`);
    const many = { ...affected('npm', 'a'), versions: Array.from({ length: 600_000 }, (_, index) => `1.${index}`) };
    const cyclic = osvRecord('GO-1', { aliases: ['GO-1', 'GO-2', 'GO-1'] });

    expect(read('Go', withDeep)).toMatchObject({ outcome: 'advisory' });
    expect(read('npm', osvRecord('GHSA-1', { affected: [many] }))).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringMatching(/^affected.0.versions: Too big/),
    });
    expect(read('Go', osvRecord('GO-1', { summary: 'x'.repeat(500_000) }))).toMatchObject({
      advisory: { summary: expect.stringMatching(/^x{299}…$/) },
    });
    expect(read('Go', cyclic)).toMatchObject({ advisory: { aliases: ['GO-2'] } });
    expect(readRecord('Go', Buffer.alloc(33 * 1024 * 1024))).toMatchObject({ outcome: 'rejected' });
  });

  it('never throws and never passes on what does not fit, whatever a feed sends', () => {
    const junk = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.constant(null), fc.string());
    const records = fc.record(
      {
        id: fc.oneof(fc.constant('GO-1'), junk),
        modified: fc.oneof(fc.constant('2026-01-01T00:00:00Z'), junk),
        withdrawn: junk,
        aliases: fc.oneof(fc.array(fc.string()), junk),
        summary: fc.oneof(fc.string(), junk),
        severity: junk,
        affected: fc.oneof(
          fc.array(
            fc.record(
              {
                package: fc.oneof(fc.constant({ ecosystem: 'Go', name: 'a' }), junk),
                ranges: fc.oneof(fc.constant([{ type: 'SEMVER', events: [{ introduced: '0' }] }]), junk),
                versions: junk,
                ecosystem_specific: fc.oneof(fc.record({ imports: junk, binaries: junk, urgency: junk }), junk),
              },
              { requiredKeys: [] },
            ),
          ),
          junk,
        ),
        references: junk,
        database_specific: fc.oneof(fc.record({ severity: junk, cwe_ids: junk }), junk),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(records, (record) => {
        const reading = read('Go', JSON.stringify(record));

        expect(['advisory', 'withdrawn', 'unmatchable', 'rejected']).toContain(reading.outcome);
        const names = reading.outcome === 'advisory' ? reading.affected.map(({ name }) => name) : ['none'];
        expect(names.length).toBeGreaterThan(0);
        expect(names.every((name) => /^\P{Cc}+$/u.test(name))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
