import { closeSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CONTAINER_STORES, openProcessRoot } from '@bulkhead/filesystem';
import { buildReport, readersFor, renderReport, scanTree } from '@bulkhead/scanner';
import { ScanJob, type ScanResult } from './scan-job.ts';

/** An SBOM of a machine with ten thousand packages has some ten MiB. */
const MAX_SBOM_BYTES = 64 * 2 ** 20;

/**
 * Does what one line of standard input says, and says on standard output what came of it. Ends with whoever started it: its
 * standard input ends with them. Resolves with the exit code.
 */
export async function runScanJob(): Promise<number> {
  const lines = createInterface({ input: process.stdin });
  const { promise, resolve } = Promise.withResolvers<string>();
  lines.once('line', resolve);
  lines.once('close', () => process.exit(1));
  try {
    const result = await scan(ScanJob.parse(JSON.parse(await promise)));
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return 0;
  } finally {
    // Standard input stays open as long as the agent runs, and would keep a scan that has failed from ending.
    lines.removeAllListeners('close');
    lines.close();
  }
}

async function scan({ kind, pid, name, output, version }: ScanJob): Promise<ScanResult> {
  const tree =
    kind === 'node'
      ? openProcessRoot(pid, { leaveOut: CONTAINER_STORES, leaveOutMounts: ['network', 'container'] })
      : // Volumes are not what the container was made of, and may be endless.
        openProcessRoot(pid, { leaveOutMounts: 'all' });
  const subject = kind === 'node' ? 'host' : 'rootfs';
  const { inventory, read } = await scanTree(tree, await readersFor(subject));
  const report = buildReport({ subject: { kind: subject, name }, inventory, findings: [], scanners: [] });
  const [sbom = []] = await renderReport('cyclonedx', report, {
    tool: { name: 'bulkhead', version },
    createdAt: Date.now(),
  });
  write(output, sbom);
  return { packages: inventory.packages.length, gaps: inventory.gaps.length, files: read.entries };
}

function write(file: string, pieces: Iterable<string>): void {
  const descriptor = openSync(file, 'wx', 0o600);
  let bytes = 0;
  try {
    for (const piece of pieces) {
      bytes += Buffer.byteLength(piece);
      if (bytes > MAX_SBOM_BYTES) throw new Error(`its SBOM has more than ${MAX_SBOM_BYTES} bytes`);
      writeSync(descriptor, piece);
    }
  } finally {
    closeSync(descriptor);
  }
}
