import { basename } from 'node:path';
import { type ContainerdOptions, DiskLayerCache, openArchive, openImage, parsePlatform } from '@bulkhead/oci';
import { type Dockerfile, type Image, type ImageSource, type ScanOptions, scanImage } from '@bulkhead/scanner';
import { CliError } from '../error.ts';
import type { Io } from '../io.ts';
import type { LiveLine } from '../output/live-line.ts';
import { read } from './inputs.ts';
import type { ImageCommandOptions } from './options.ts';
import { readersOf } from './readers.ts';
import { runScan } from './run-scan.ts';

/** `bulkhead image`: scans an image of a registry or of a file. */
export async function scanImageCommand(
  reference: string | undefined,
  options: ImageCommandOptions,
  io: Io,
  version: string,
): Promise<number> {
  const place = placeOf(reference, options);
  const dockerfile = options.dockerfile === undefined ? undefined : await readDockerfile(options.dockerfile);
  return runScan({
    options,
    io,
    version,
    report: dockerfile === undefined ? {} : { dockerfile },
    read: async (line) => {
      if (options.allowWrongDigests === true) io.stderr.write(WRONG_DIGESTS);
      line.show({ what: `opening ${place.reference ?? place.input ?? ''}` });
      const source = await open(place, options, io);
      try {
        const scan = await scanImage(
          source,
          await readersOf('image', options.scanners),
          new DiskLayerCache(options.cacheDir),
          { signal: io.signal, ...progressOf(source.image, line) },
        );
        return {
          subject: { kind: 'image', name: nameOf(scan.image, place), image: scan.image },
          inventory: scan.inventory,
          phases: scan.phases,
        };
      } finally {
        await source.close();
      }
    },
  });
}

/** The one thing a report of such a scan cannot show. */
const WRONG_DIGESTS = 'note: layers are not compared with the digests that the archive names (--allow-wrong-digests)\n';

/** How much of the image has come: in bytes where its manifest says how many there are, else in layers. */
function progressOf({ name, layers }: Image, line: LiveLine): Pick<ScanOptions, 'onBytes' | 'onLayer'> {
  const what = `reading ${name}`;
  const sizes = layers.map(({ size }) => size);
  let done = 0;
  if (sizes.includes(undefined)) {
    return { onLayer: () => line.show({ what, done: (done += 1), total: layers.length, unit: 'layers' }) };
  }
  const total = sizes.reduce<number>((sum, size = 0) => sum + size, 0);
  return { onBytes: (bytes) => line.show({ what, done: (done += bytes), total, unit: 'bytes' }) };
}

/** An image that says no name of its own is called by its file's. */
function nameOf({ name }: Image, { input }: Place): string {
  return input !== undefined && name.startsWith('sha256:') ? basename(input) : name;
}

interface Place {
  readonly reference?: string;
  readonly input?: string;
}

function placeOf(reference: string | undefined, { input, offline, containerd }: ImageCommandOptions): Place {
  if (input === undefined && reference === undefined) {
    throw new CliError('USAGE', { what: 'no image is named', fix: 'give a reference, or a file with --input' });
  }
  if (input !== undefined && containerd !== undefined) {
    throw new CliError('USAGE', { what: 'the image is named twice', fix: 'give --input or --containerd, not both' });
  }
  if (input !== undefined) return { input, ...(reference !== undefined && { reference }) };
  if (offline === true && containerd === undefined) {
    throw new CliError('USAGE', {
      what: `cannot fetch ${JSON.stringify(reference)}`,
      why: '--offline allows no network',
      fix: 'save the image to a file and name that with --input',
    });
  }
  return reference === undefined ? {} : { reference };
}

async function open(place: Place, options: ImageCommandOptions, io: Io): Promise<ImageSource> {
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform);
  const shared = { signal: io.signal, ...(platform !== undefined && { platform }) };
  if (place.input !== undefined) {
    return openArchive(place.input, {
      ...shared,
      ...(options.allowWrongDigests !== undefined && { allowWrongDigests: options.allowWrongDigests }),
      ...(place.reference !== undefined && { image: place.reference }),
    });
  }
  const ca = options.ca === undefined ? undefined : (await read(options.ca)).toString('utf8');
  return openImage(place.reference ?? '', {
    ...shared,
    ...(options.containerd !== undefined && { containerd: containerdOf(options) }),
    ...(options.mirror !== undefined && { mirrors: options.mirror }),
    ...(ca !== undefined && { ca }),
    ...(options.plainHttp !== undefined && { plainHttp: options.plainHttp }),
  });
}

function containerdOf({ containerd, containerdNamespace }: ImageCommandOptions): ContainerdOptions {
  return {
    ...(typeof containerd === 'string' && { socket: containerd }),
    ...(containerdNamespace !== undefined && { namespace: containerdNamespace }),
  };
}

async function readDockerfile(path: string): Promise<Dockerfile> {
  return { path: path.replace(/^\.\//, ''), text: (await read(path)).toString('utf8') };
}
