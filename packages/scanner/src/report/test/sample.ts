import type { Finding, MisconfigurationFinding, SecretFinding, VulnerabilityFinding } from '../../finding/finding.ts';
import type { LocatedPackage } from '../../package/package.ts';
import type { ReportOptions } from '../format.ts';
import type { ScanReport } from '../scan-report.ts';

/** Digests of two layers: the base image's and the application's. */
export const BASE_LAYER = `sha256:${'a'.repeat(64)}`;
export const APP_LAYER = `sha256:${'b'.repeat(64)}`;

export const OPTIONS: ReportOptions = {
  tool: { name: 'bulkhead', version: '1.2.3' },
  createdAt: Date.UTC(2026, 10, 25, 12),
};

export const openssl: LocatedPackage = {
  type: 'deb',
  name: 'libssl3',
  version: '1:3.0.9-1',
  arch: 'amd64',
  source: { name: 'openssl', version: '1:3.0.9-1' },
  licenses: ['Apache-2.0', 'Some licence of "ours" & theirs'],
  vendor: 'Debian OpenSSL Team',
  reader: 'dpkg',
  location: { path: 'var/lib/dpkg/status', layer: BASE_LAYER },
};

export const lodash: LocatedPackage = {
  type: 'npm',
  namespace: '@scope',
  name: 'lodash',
  version: '4.17.20+x',
  integrity: `sha512-${Buffer.alloc(64, 7).toString('base64')}`,
  scope: 'optional',
  reader: 'npm-lock',
  location: { path: 'app/lib.jar', within: ['web/package-lock.json'], layer: APP_LAYER },
};

/** A vulnerability with everything a feed can say about one. */
export function vulnerability(over: Partial<VulnerabilityFinding> = {}): VulnerabilityFinding {
  return {
    kind: 'vulnerability',
    id: 'CVE-2024-0001',
    advisory: 'DSA-1-1',
    source: 'Debian',
    aliases: ['CVE-2024-0001'],
    package: openssl,
    fixedVersions: ['1:3.0.11-1'],
    status: 'affected',
    severity: 'high',
    cvss: { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: 8.1 },
    epss: { probability: 0.5, percentile: 0.97 },
    kev: { dateAdded: '2024-02-01', ransomware: false },
    risk: { score: 81.4, terms: [{ name: 'cvss', value: 8.1 }] },
    title: 'Reading beyond the end of a buffer',
    references: ['https://example.com/advisory', 'javascript:alert(1)'],
    published: '2024-01-02T00:00:00Z',
    explanation: {
      matchedName: 'openssl',
      by: 'source',
      installedVersion: '1:3.0.9-1',
      comparedVersion: '1:3.0.9-1',
      scheme: 'deb',
      range: 'before 1:3.0.11-1',
      ecosystem: 'Debian:12',
    },
    ...over,
  };
}

export const secret: SecretFinding = {
  kind: 'secret',
  id: 'github-token',
  severity: 'critical',
  confidence: 'high',
  masked: 'ghp_****',
  location: { path: 'app/.env', line: 3, layer: APP_LAYER },
};

export const misconfiguration: MisconfigurationFinding = {
  kind: 'misconfiguration',
  id: 'dockerfile-root-user',
  severity: 'medium',
  title: 'The image runs as root',
  message: 'no USER instruction',
  why: 'whoever breaks out of the process is root',
  fix: 'Add USER with an unprivileged user',
  references: [],
  location: { path: 'Dockerfile', line: 9 },
};

/** An image with one finding of each kind, one that is suppressed, and one gap. */
export function sampleReport(over: Partial<ScanReport> = {}): ScanReport {
  const findings: readonly Finding[] = [
    vulnerability(),
    vulnerability({
      id: 'GHSA-aaaa-bbbb-cccc',
      advisory: 'GHSA-aaaa-bbbb-cccc',
      package: lodash,
      severity: 'low',
      fixedVersions: [],
      suppressed: { by: 'vex', statement: 'vex.json#2', reason: 'vulnerable_code_not_present' },
    }),
    misconfiguration,
    secret,
  ];
  return {
    subject: {
      kind: 'image',
      name: 'registry.example/shop:1.2',
      image: {
        name: 'registry.example/shop:1.2',
        digest: `sha256:${'c'.repeat(64)}`,
        config: { digest: `sha256:${'d'.repeat(64)}`, os: 'linux', architecture: 'amd64', env: [], labels: {} },
        layers: [
          layer(BASE_LAYER, '/bin/sh -c #(nop) ADD file:12 in / '),
          layer(APP_LAYER, 'COPY app /app # buildkit'),
        ],
      },
    },
    os: { id: 'debian', idLike: [], versionId: '12', prettyName: 'Debian GNU/Linux 12 (bookworm)' },
    status: 'partial',
    packages: [openssl, lodash],
    findings,
    gaps: [{ code: 'corrupt', message: 'the archive ends early', path: 'app/broken.jar', reader: 'java' }],
    database: {
      schema: 1,
      builtAt: '2026-11-20T00:00:00Z',
      checkedAt: '2026-11-20T00:00:00Z',
      newest: '2026-11-19T00:00:00Z',
      sources: [{ name: 'Debian', records: 12_345, newest: '2026-11-19T00:00:00Z', checkedAt: '2026-11-20T00:00:00Z' }],
    },
    ...over,
  };
}

/** Names that a careless writer would let through: markup, control characters, half a character, terminal codes. */
export const HOSTILE = '</title><script>alert(1)</script>"\'`&{{x}}[a](b)\u0000\u001b[2J\ud800\ufffe=cmd|';

/** A report whose every text from outside is hostile. */
export function hostileReport(): ScanReport {
  const report = sampleReport();
  const bad = { ...openssl, name: HOSTILE, version: HOSTILE, location: { path: HOSTILE } };
  return {
    ...report,
    subject: { kind: 'filesystem', name: HOSTILE },
    os: { id: HOSTILE, idLike: [], prettyName: HOSTILE },
    packages: [bad],
    findings: [
      vulnerability({ id: HOSTILE, title: HOSTILE, package: bad, fixedVersions: [HOSTILE], references: [HOSTILE] }),
      {
        ...misconfiguration,
        title: HOSTILE,
        message: HOSTILE,
        why: HOSTILE,
        fix: HOSTILE,
        location: { path: HOSTILE },
      },
      { ...secret, masked: HOSTILE, suppressed: { by: 'ignore-file', statement: HOSTILE, reason: HOSTILE } },
    ],
    gaps: [{ code: 'corrupt', message: HOSTILE, path: HOSTILE }],
  };
}

/** A report without packages, findings, gaps, system and database. */
export function emptyReport(): ScanReport {
  return { subject: { kind: 'filesystem', name: '' }, status: 'complete', packages: [], findings: [], gaps: [] };
}

function layer(diffId: string, createdBy: string) {
  return { diffId, digest: diffId, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', createdBy };
}
