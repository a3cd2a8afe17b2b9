import { errorLine, formatCount, systemClock } from '@bulkhead/core';
import {
  type AdmissionPolicy,
  type AdmissionReport,
  type ImageKnowledge,
  imagesOf,
  type Manifest,
  requireAdmissionPolicies,
  review,
  reviewText,
} from '@bulkhead/policy';
import { CliError } from '../error.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { readSources } from '../policy/sources.ts';
import { refuseTwoReadersOfStdin, STDIN, standardInput } from '../stdin.ts';
import { readScanReports } from './scan-reports.ts';

export interface ReviewOptions {
  policy: string[];
  scanReport?: string[];
  api?: string;
  tokenFile?: string;
  verifySignatures?: boolean;
  ca?: string;
  plainHttp?: boolean;
  namespace: string;
  format: 'table' | 'json';
  exitCode: number;
}

/** The reader of YAML takes no more characters, whatever they are. */
const MAX_INPUT_BYTES = 32 * 1024 * 1024;

/** What is said of every image where no report was given. */
const NO_SCANS: ImageKnowledge = {
  find: () => [],
  basesOf: () => [],
  doubt: 'give its report with --scan-report; for signatures, --verify-signatures; or what an api knows, with --api',
};

/** Answers for manifests as the webhook would for the objects in them. */
export async function reviewFiles(paths: readonly string[], options: ReviewOptions, io: Io): Promise<number> {
  refuseTwoReadersOfStdin(paths);
  const policies = requireAdmissionPolicies((await Promise.all(options.policy.map(readSources))).flat());
  if (policies.length === 0) {
    throw new CliError('USAGE', {
      what: 'there is no policy to review by',
      why: `no AdmissionPolicy is in ${options.policy.join(', ')}`,
      fix: 'name files that have one; docs/reference/admission.md shows how to write it',
    });
  }
  const manifests = (await Promise.all(paths.map((path) => readManifests(path, io.signal)))).flat();
  const scans = await scansOf(options, io);
  const images = options.verifySignatures === true ? await verified(manifests, policies, scans, options, io) : scans;
  const report = review(manifests, policies, { namespace: options.namespace, now: systemClock.now(), images });
  if (report.objects.length === 0 && report.errors.length === 0 && Object.keys(report.others).length === 0) {
    throw new CliError('NOTHING_INSPECTED', {
      what: 'there is nothing to review',
      why: `no object is in ${paths.join(', ')}`,
      fix: 'name manifests',
    });
  }

  await writeAll(io.stdout, [options.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : reviewText(report)]);
  await writeAll(
    io.stderr,
    report.errors.map((error) => `${errorLine(problemText(error))}\n`),
  );
  await writeAll(io.stderr, [`${summary(report)}\n`]);
  if (report.errors.length > 0) return EXIT_FAILURE;
  return report.verdict === 'deny' ? options.exitCode : EXIT_OK;
}

/** What is known of images, by reports or by an api. */
async function scansOf({ scanReport, api, tokenFile, ca }: ReviewOptions, io: Io): Promise<ImageKnowledge> {
  if (scanReport !== undefined) return readScanReports(scanReport);
  if (api === undefined) return NO_SCANS;
  if (tokenFile === undefined) {
    throw new CliError('USAGE', {
      what: 'the api is not asked',
      why: 'there is no token for it',
      fix: 'give --token-file with --api',
    });
  }
  const { readApiImages } = await import('./api-images.ts');
  return readApiImages({ api, tokenFile, ...(ca !== undefined && { ca }) }, io);
}

/** Registries are asked only for whom wants that: its modules take time to load. */
async function verified(
  manifests: readonly Manifest[],
  policies: readonly AdmissionPolicy[],
  scans: ImageKnowledge,
  options: ReviewOptions,
  io: Io,
): Promise<ImageKnowledge> {
  const { verifiedImages } = await import('./signed-images.ts');
  return verifiedImages(imagesOf(manifests), policies, scans, options, io);
}

async function readManifests(path: string, signal: AbortSignal): Promise<readonly Manifest[]> {
  if (path !== STDIN) return readSources(path);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of standardInput(signal)) {
    size += chunk.length;
    if (size > MAX_INPUT_BYTES) {
      throw new CliError('UNREADABLE_FILE', {
        what: 'cannot read standard input',
        why: `it is larger than ${MAX_INPUT_BYTES / 1024 / 1024} MiB`,
        fix: 'review it in parts',
      });
    }
    chunks.push(chunk);
  }
  return [{ file: STDIN, text: Buffer.concat(chunks).toString('utf8') }];
}

function problemText({ file, line, document, message }: AdmissionReport['errors'][number]): string {
  const where = line === undefined ? file : `${file}:${line}`;
  return [where, ...(document === undefined ? [] : [`document ${document}`]), message].join(': ');
}

function summary({ objects, others, errors }: AdmissionReport): string {
  const count = (verdict: string): number => objects.filter((one) => one.verdict === verdict).length;
  const passed = Object.values(others).reduce((sum, one) => sum + one, 0);
  const words = [
    `${formatCount(objects.length, 'object')} reviewed: ${count('deny')} denied, ${count('warn')} warned of, ${count('allow')} allowed`,
    ...(passed === 0 ? [] : [`${passed} without a pod passed over`]),
    ...(errors.length === 0 ? [] : [`${formatCount(errors.length, 'problem')}: not everything was reviewed`]),
  ];
  return words.join('; ');
}
