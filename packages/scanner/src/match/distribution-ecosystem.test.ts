import { describe, expect, it } from 'vitest';
import { distributionEcosystem } from './distribution-ecosystem.ts';

const NONE: ReadonlySet<string> = new Set();

describe('distributionEcosystem', () => {
  it.each`
    id                       | versionId               | prettyName                     | wanted
    ${'debian'}              | ${'12'}                 | ${undefined}                   | ${'Debian:12'}
    ${'ubuntu'}              | ${'22.04'}              | ${undefined}                   | ${'Ubuntu:22.04:LTS'}
    ${'ubuntu'}              | ${'23.10'}              | ${undefined}                   | ${'Ubuntu:23.10'}
    ${'ubuntu'}              | ${'25.04'}              | ${undefined}                   | ${'Ubuntu:25.04'}
    ${'alpine'}              | ${'3.20.3'}             | ${undefined}                   | ${'Alpine:v3.20'}
    ${'alpine'}              | ${'3.21_alpha20240923'} | ${undefined}                   | ${'Alpine:edge'}
    ${'almalinux'}           | ${'9.4'}                | ${undefined}                   | ${'AlmaLinux:9'}
    ${'rocky'}               | ${'9.3'}                | ${undefined}                   | ${'Rocky Linux:9'}
    ${'rhel'}                | ${'9.4'}                | ${undefined}                   | ${'Red Hat:enterprise_linux:9'}
    ${'wolfi'}               | ${'20230201'}           | ${undefined}                   | ${'Wolfi'}
    ${'opensuse-leap'}       | ${'15.6'}               | ${undefined}                   | ${'openSUSE:Leap 15.6'}
    ${'opensuse-tumbleweed'} | ${'20240612'}           | ${undefined}                   | ${'openSUSE:Tumbleweed'}
    ${'sles'}                | ${'15.5'}               | ${undefined}                   | ${'SUSE:Linux Enterprise Server 15 SP5'}
    ${'azurelinux'}          | ${'3.0'}                | ${undefined}                   | ${'Azure Linux:3'}
    ${'mageia'}              | ${'9'}                  | ${undefined}                   | ${'Mageia:9'}
    ${'openeuler'}           | ${'24.03'}              | ${'openEuler 24.03 (LTS-SP1)'} | ${'openEuler:24.03-LTS-SP1'}
  `('looks $id $versionId up in $wanted', ({ id, versionId, prettyName, wanted }) => {
    const os = { id, idLike: [], versionId, ...(prettyName && { prettyName }) };

    expect(distributionEcosystem(os, NONE)).toMatchObject({ wanted, ecosystems: [] });
    expect(distributionEcosystem(os, new Set([wanted, 'Other']))?.ecosystems).toEqual([wanted]);
  });

  it('reads a Debian without a version by its code name', () => {
    const os = { id: 'debian', idLike: [], versionCodename: 'sid' };

    expect(distributionEcosystem(os, NONE)?.wanted).toBe('Debian:sid');
  });

  it('takes all repositories of one release of Red Hat, and no extended support', () => {
    const available = [
      'Red Hat:enterprise_linux:9::appstream',
      'Red Hat:enterprise_linux:9::baseos',
      'Red Hat:enterprise_linux:90::baseos',
      'Red Hat:rhel_eus:9.2::baseos',
    ];

    expect(distributionEcosystem({ id: 'rhel', idLike: [], versionId: '9.4' }, new Set(available))?.ecosystems).toEqual(
      available.slice(0, 2),
    );
  });

  it('takes all modules of one service pack of SUSE', () => {
    const available = [
      'SUSE:Linux Enterprise Module for Basesystem 15 SP5',
      'SUSE:Linux Enterprise Server 15 SP5',
      'SUSE:Linux Enterprise Server 15 SP5-LTSS',
      'SUSE:Linux Enterprise Server 15 SP4',
    ];

    expect(
      distributionEcosystem({ id: 'sles', idLike: [], versionId: '15.5' }, new Set(available))?.ecosystems,
    ).toEqual(available.slice(0, 2));
  });

  it.each(['amzn', 'fedora', 'arch', 'constructor', '__proto__'])('knows no advisories of %s', (id) => {
    expect(distributionEcosystem({ id, idLike: [], versionId: '1' }, NONE)).toBeUndefined();
  });
});
