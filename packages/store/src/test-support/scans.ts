import { createHash } from 'node:crypto';
import type {
  Finding,
  Inventory,
  LocatedPackage,
  PlatformImage,
  StoredScan,
  VulnerabilityFinding,
} from '@bulkhead/scanner';

/** A digest that stands for a word. */
export function digestOf(word: string): string {
  return `sha256:${createHash('sha256').update(word).digest('hex')}`;
}

export function image(word: string, over: Partial<PlatformImage> = {}): PlatformImage {
  return { digest: digestOf(word), os: 'linux', architecture: 'amd64', ...over };
}

export function debPackage(name: string, version = '1.0-1'): LocatedPackage {
  return { type: 'deb', name, version, arch: 'amd64', reader: 'dpkg', location: { path: 'var/lib/dpkg/status' } };
}

export function inventory(over: Partial<Inventory> = {}): Inventory {
  return {
    os: { id: 'debian', idLike: [], versionId: '12' },
    packages: [debPackage('openssl'), debPackage('zlib')],
    ownerByPath: new Map(),
    secrets: [],
    misconfigurations: [],
    gaps: [],
    ...over,
  };
}

/** A vulnerability that counts, of a Debian package that a newer version fixes. */
export function vulnerability(id: string, name: string, over: Partial<VulnerabilityFinding> = {}): Finding {
  return {
    kind: 'vulnerability',
    id,
    advisory: `DSA-${id}`,
    source: 'Debian',
    aliases: [],
    package: debPackage(name),
    fixedVersions: ['2.0'],
    // A fix is there, and the image does not have it.
    status: 'fixed',
    severity: 'high',
    risk: { score: 50, terms: [] },
    title: `something in ${name}`,
    references: [],
    explanation: {
      matchedName: name,
      by: 'binary',
      installedVersion: '1.0-1',
      comparedVersion: '1.0-1',
      scheme: 'deb',
      range: '< 2.0',
      ecosystem: 'Debian:12',
    },
    ...over,
  };
}

export function secret(detector: string): Finding {
  const location = { path: 'app/.env', line: 1 };
  return { kind: 'secret', id: detector, severity: 'critical', confidence: 'high', masked: '****', location };
}

/** A scan of an image in which every package was looked up as Debian 12 names it. */
export function scanOf(word: string, over: Partial<StoredScan> = {}): StoredScan {
  const held = over.inventory ?? inventory();
  return {
    image: image(word),
    scanners: ['vuln', 'secret'],
    scannedAt: '2026-11-25T12:00:00.000Z',
    inventory: held,
    layers: [digestOf(`the layer of ${word}`)],
    findings: [],
    lookedUp: held.packages.map(({ name }) => ({ ecosystem: 'Debian:12', name })),
    database: 'state-1',
    ...over,
  };
}
