import { DiskLayerCache, openArchive } from '@bulkhead/oci';
import { readersFor, scanImage } from '@bulkhead/scanner';

// A process of its own for one scan: usage `scan-once ARCHIVE [CACHE]`. Prints a line of JSON.

const [archive = '', cache] = process.argv.slice(2);
const source = await openArchive(archive);
const scan = await scanImage(
  source,
  await readersFor('image'),
  cache === undefined ? undefined : new DiskLayerCache(cache),
);
await source.close();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(
  `${JSON.stringify({
    packages: scan.inventory.packages.length,
    gaps: scan.inventory.gaps.length,
    cached: scan.layers.every((layer) => layer.cached),
    readersMs: scan.layers.reduce((sum, layer) => sum + layer.readersMs, 0),
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    peakBytes: maxRSS * 1024,
  })}\n`,
);
