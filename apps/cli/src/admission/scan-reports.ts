import { readFile, stat } from 'node:fs/promises';
import { CONFIDENCES, problemText, SEVERITIES } from '@bulkhead/core';
import { type ImageKnowledge, ImageMemory, type KnownImage, namedImage, summarizeScan } from '@bulkhead/policy';
import { chainOf, MAX_LAYERS } from '@bulkhead/policy/images';
import { z } from 'zod';
import { CliError, unreadableFile } from '../error.ts';

/** A report has a kilobyte or two for each finding. */
const MAX_REPORT_BYTES = 256 * 1024 * 1024;
const MAX_PROBLEMS = 3;

const severity = z.enum(SEVERITIES);
/** What admission asks of a JSON report of `bulkhead image`. What later versions add is passed over. */
const ScanReport = z.object({
  schemaVersion: z.literal(1),
  subject: z.object({
    kind: z.literal('image', { error: 'must be an image: admission goes by reports of "bulkhead image"' }),
    name: z.string(),
    image: z.object({
      name: z.string(),
      digest: z.string(),
      layers: z
        .array(z.object({ diffId: z.string().max(140) }))
        .max(MAX_LAYERS)
        .optional(),
      config: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }),
    }),
  }),
  scanners: z.array(z.string()).optional(),
  hidden: z.int().optional(),
  database: z.unknown().optional(),
  findings: z.array(
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('vulnerability'),
        id: z.string(),
        severity,
        package: z.object({ name: z.string(), version: z.string() }),
        fixedVersions: z.array(z.string()),
        cvss: z.object({ score: z.number() }).optional(),
        epss: z.object({ probability: z.number() }).optional(),
        kev: z.object({}).optional(),
        published: z.string().optional(),
      }),
      z.object({
        kind: z.literal('secret'),
        id: z.string(),
        severity,
        confidence: z.enum(CONFIDENCES),
        location: z.object({ path: z.string() }),
      }),
      z.object({ kind: z.literal('misconfiguration') }),
    ]),
  ),
  gaps: z.array(z.unknown()),
});
type ScanReport = z.output<typeof ScanReport>;

/** What the reports say of their images. Each is named as `FILE`, or `IMAGE=FILE` for an image that it does not name itself. */
export async function readScanReports(values: readonly string[]): Promise<ImageKnowledge> {
  const memory = new ImageMemory();
  const byDigest = new Map<string, KnownImage>();
  for (const value of values) {
    const { file, image } = split(value);
    const report = await readReport(file);
    const known = knownImage(report, image, file);
    const before = byDigest.get(known.digest);
    byDigest.set(known.digest, before === undefined ? known : merged(before, known));
  }
  for (const known of byDigest.values()) memory.set(known);
  memory.doubt = 'no report of it was given';
  return memory;
}

/** An image has no `=` in its name; a path that has one is named with the image before it. */
function split(value: string): { readonly file: string; readonly image?: string } {
  const at = value.indexOf('=');
  if (at < 0) return { file: value };
  const image = value.slice(0, at);
  if (namedImage(image) === undefined) {
    throw new CliError('USAGE', {
      what: `cannot use ${JSON.stringify(value)}`,
      why: `${JSON.stringify(image)} is no reference of an image`,
      fix: 'write --scan-report FILE or --scan-report IMAGE=FILE',
    });
  }
  return { image, file: value.slice(at + 1) };
}

async function readReport(file: string): Promise<ScanReport> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > MAX_REPORT_BYTES) throw noReport(file, `it is larger than ${MAX_REPORT_BYTES / 1024 / 1024} MiB`);
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw cause instanceof CliError ? cause : unreadableFile(file, cause);
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw noReport(file, 'it is no JSON', cause);
  }
  const parsed = ScanReport.safeParse(document);
  if (!parsed.success) throw noReport(file, parsed.error.issues.slice(0, MAX_PROBLEMS).map(problemText).join('; '));
  const { hidden = 0 } = parsed.data;
  if (hidden > 0) {
    throw new CliError('UNREADABLE_FILE', {
      what: `cannot decide by ${JSON.stringify(file)}`,
      why: `it leaves out ${hidden} ${hidden === 1 ? 'finding' : 'findings'}`,
      fix: 'write the report without --severity and --ignore-unfixed',
    });
  }
  return parsed.data;
}

function noReport(file: string, why: string, cause?: unknown): CliError {
  return new CliError(
    'UNREADABLE_FILE',
    {
      what: `cannot use ${JSON.stringify(file)} as the report of a scan`,
      why,
      fix: 'write it with "bulkhead image IMAGE --format json --output FILE"',
    },
    { cause },
  );
}

function knownImage(
  { subject, scanners, database, findings, gaps }: ScanReport,
  image: string | undefined,
  file: string,
): KnownImage {
  const { digest, name, config, layers } = subject.image;
  const references = [image ?? subject.name, ...(image === undefined ? [name] : [])].flatMap((text) => {
    const named = namedImage(text);
    return named === undefined ? [] : [named];
  });
  if (references.length === 0 && !digest.startsWith('sha256:'))
    throw noReport(file, 'it names no image; write IMAGE=FILE');
  // Reports of before say only by the database that vulnerabilities were looked for.
  const wanted = scanners ?? (database === undefined ? [] : ['vuln']);
  return {
    digest,
    platform: [config.os, config.architecture, ...(config.variant === undefined ? [] : [config.variant])].join('/'),
    indexes: references.flatMap((one) => one.digest ?? []),
    names: references.flatMap((one) => (one.tag === undefined ? [] : [`${one.name}:${one.tag}`])),
    ...(layers !== undefined && { chain: chainOf(layers.map(({ diffId }) => diffId)) }),
    scan: summarizeScan({
      scanners: (['vuln', 'secret'] as const).filter((one) => wanted.includes(one)),
      gaps: gaps.length,
      findings,
    }),
  };
}

/** Two reports of one image may name it differently; the later one says what is in it. */
function merged(before: KnownImage, later: KnownImage): KnownImage {
  return {
    ...later,
    indexes: [...before.indexes, ...later.indexes],
    names: [...before.names, ...later.names],
  };
}
