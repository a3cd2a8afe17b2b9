import { describe, expect, it } from 'vitest';
import { sampleReport } from '../test/sample.ts';
import { explainFindings } from './explain.ts';

describe('explainFindings', () => {
  it('tells how a vulnerability was matched, by any of its names', () => {
    const text = [...explainFindings(sampleReport(), 'dsa-1-1')].join('');

    expect(text).toMatchInlineSnapshot(`
      "CVE-2024-0001 in registry.example/shop:1.2 (Debian GNU/Linux 12 (bookworm))
        advisory           DSA-1-1 (Debian), severity high
        names              CVE-2024-0001
        binary package     libssl3 1:3.0.9-1 (amd64)
        source package     openssl 1:3.0.9-1
        found in           var/lib/dpkg/status
        matched            openssl, by the source package, in Debian:12
        installed version  1:3.0.9-1
        compared version   1:3.0.9-1
        affected           before 1:3.0.11-1
        comparator         deb
        epochs             compared as they are, or unknown to this comparator
        fix                1:3.0.11-1
        risk               81.4 of 100: cvss 8.1
        CVSS               8.1 CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
        EPSS               50.00 % (above 97 % of all)
        known exploited    since 2024-02-01
        suppressed         no statement suppresses it

      "
    `);
  });

  it('names the statement that suppresses a finding', () => {
    expect([...explainFindings(sampleReport(), 'GHSA-aaaa-bbbb-cccc')].join('')).toContain(
      'suppressed         vex: vex.json#2: vulnerable_code_not_present',
    );
  });

  it('says nothing about what was not found', () => {
    expect([...explainFindings(sampleReport(), 'CVE-1999-0001')]).toEqual([]);
  });
});
