import { CONFIDENCES, SEVERITIES } from '@bulkhead/core';
import { z } from 'zod';
import { PACKAGE_TYPES } from '../../package/package.ts';
import { GAP_CODES } from '../../reader/gap.ts';
import { SCANNER_NAMES } from '../scan-report.ts';

/** Raised when a field changes meaning or disappears; new fields do not raise it. */
export const SCHEMA_VERSION = 1;

const text = z.string();
const share = z.number().min(0).max(1);

const Location = z.strictObject({
  path: text.describe('relative to the root of what was scanned, without leading slash'),
  within: z.array(text).optional().describe('archives inside the file, outermost first'),
  line: z.int().optional(),
  layer: text.optional().describe('diff id of the layer that brought the file'),
});

export const Package = z.strictObject({
  purl: text,
  type: z.enum(PACKAGE_TYPES),
  namespace: text.optional(),
  name: text,
  version: text.describe('with its epoch, where there is one'),
  arch: text.optional(),
  source: z.strictObject({ name: text, version: text.optional() }).optional(),
  licenses: z.array(text).optional(),
  vendor: text.optional(),
  modularity: text.optional(),
  scope: z.enum(['development', 'optional']).optional(),
  integrity: text.optional(),
  reader: text.describe('who found it'),
  location: Location,
});

const Suppression = z.strictObject({
  by: z.enum(['vex', 'ignore-file', 'distribution', 'not-affected']),
  statement: text.describe('which statement: file and line, VEX id, or owning package'),
  reason: text,
});

const shared = {
  id: text,
  severity: z.enum(SEVERITIES),
  fingerprint: text.describe('the same in every scan of the same thing, whatever the version and the layer'),
  suppressed: Suppression.optional(),
};

export const Vulnerability = z.strictObject({
  kind: z.literal('vulnerability'),
  ...shared,
  advisory: text,
  source: text,
  aliases: z.array(text),
  package: Package,
  fixedVersions: z.array(text).describe('nearest first'),
  status: z.enum(['affected', 'fixed', 'will-not-fix', 'end-of-life']),
  cvss: z.strictObject({ vector: text, score: z.number() }).optional(),
  epss: z.strictObject({ probability: share, percentile: share }).optional(),
  kev: z.strictObject({ dateAdded: text, dueDate: text.optional(), ransomware: z.boolean() }).optional(),
  risk: z.strictObject({
    score: z.number().describe('0 to 100'),
    terms: z.array(z.strictObject({ name: text, value: z.number() })),
  }),
  title: text,
  references: z.array(text),
  published: text.optional(),
  explanation: z.strictObject({
    matchedName: text,
    by: z.enum(['source', 'binary']),
    installedVersion: text,
    comparedVersion: text,
    scheme: text,
    epochRule: z.enum(['missing-is-zero', 'ignored-on-both-sides']).optional(),
    range: text,
    ecosystem: text,
  }),
});

export const Secret = z.strictObject({
  kind: z.literal('secret'),
  ...shared,
  confidence: z.enum(CONFIDENCES),
  masked: text.describe('never the secret'),
  location: Location,
});

export const Misconfiguration = z.strictObject({
  kind: z.literal('misconfiguration'),
  ...shared,
  title: text,
  message: text,
  why: text,
  fix: text,
  subject: text.optional(),
  references: z.array(text),
  location: Location,
});

const Finding = z.discriminatedUnion('kind', [Vulnerability, Secret, Misconfiguration]);

const Image = z.strictObject({
  name: text,
  digest: text,
  config: z.strictObject({
    digest: text,
    os: text,
    architecture: text,
    variant: text.optional(),
    created: text.optional(),
    user: text.optional(),
    env: z.array(text),
    labels: z.record(text, text),
  }),
  layers: z.array(
    z.strictObject({
      diffId: text,
      digest: text,
      mediaType: text,
      size: z.int().optional(),
      createdBy: text.optional(),
    }),
  ),
});

/** The JSON report of one scan. */
export const JsonScanReport = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  tool: z.strictObject({ name: text, version: text }),
  subject: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('image'), name: text, image: Image }),
    z.strictObject({ kind: z.enum(['filesystem', 'rootfs', 'host']), name: text }),
    z.strictObject({ kind: z.literal('sbom'), name: text, format: text }),
  ]),
  os: z
    .strictObject({
      id: text,
      idLike: z.array(text),
      versionId: text.optional(),
      versionCodename: text.optional(),
      prettyName: text.optional(),
      cpeName: text.optional(),
      endOfLife: text.optional().describe('the day security updates end or ended'),
      endOfLifeReached: z.boolean().optional(),
    })
    .optional(),
  status: z.enum(['complete', 'partial']).describe('partial where there is a gap: more may be there'),
  database: z
    .strictObject({
      schema: z.int(),
      builtAt: text,
      checkedAt: text.describe('when the advisories were brought up to date; of several feeds the earliest'),
      newest: text.describe('when the newest advisory was changed'),
      sources: z.array(z.strictObject({ name: text, records: z.int(), newest: text, checkedAt: text })),
    })
    .optional()
    .describe('absent where vulnerabilities were not looked for'),
  scanners: z.array(z.enum(SCANNER_NAMES)).optional().describe('what was looked for'),
  hidden: z.int().optional().describe('how many findings --severity and --ignore-unfixed left out; absent for none'),
  packageCount: z.int(),
  findings: z.array(Finding),
  suppressed: z.array(Finding).describe('findings that do not count, with the statement that says so'),
  gaps: z.array(
    z.strictObject({
      code: z.enum(GAP_CODES),
      message: text,
      path: text.optional(),
      reader: text.optional(),
      layer: text.optional(),
    }),
  ),
  packages: z.array(Package).optional().describe('every package, with --list-all-pkgs'),
});
export type JsonScanReport = z.infer<typeof JsonScanReport>;
