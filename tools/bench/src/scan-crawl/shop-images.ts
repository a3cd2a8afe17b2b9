import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { type PushedLayer, type RegistryServer, tarOf } from '@bulkhead/lab';
import { Random } from '../capture/random.ts';

const compress = promisify(gzip);

/** As in a company's registry: few bases, some runtimes over each, and much that is a service's own. */
const BASES = 4;
const RUNTIMES = 3;
const BASE_PACKAGES = 300;
const BASE_FILES = 800;
const RUNTIME_MODULES = 400;
const OWN_FILES = 150;
const FILE_BYTES = 24 * 1024;
const WORDS = 4000;
const BOOK_BYTES = 8 << 20;

/** How many images a repository has: its releases. */
const RELEASES = 10;
const PUSHES_AT_ONCE = 4;

/** Pushes images of three layers (a base, a runtime, a service's own files); gives the bytes of all different layers. */
export async function pushShopImages(registry: RegistryServer, images: number): Promise<number> {
  const sizes = new Map<string, number>();
  const shared = new Map<string, Promise<PushedLayer>>();
  const once = (name: string, files: () => Record<string, string>): Promise<PushedLayer> => {
    const known = shared.get(name) ?? layerOf(files());
    shared.set(name, known);
    return known;
  };
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < images; index = next++) {
      const [base, runtime] = [index % BASES, (index >> 2) % RUNTIMES];
      const layers = await Promise.all([
        once(`base ${base}`, () => baseFiles(base)),
        once(`runtime ${base} ${runtime}`, () => runtimeFiles(base * RUNTIMES + runtime)),
        layerOf(ownFiles(index)),
      ]);
      for (const { diffId, content } of layers) sizes.set(diffId, content.length);
      await registry.pushLayers(`shop/service-${Math.floor(index / RELEASES)}`, `1.${index % RELEASES}`, layers);
    }
  };
  await Promise.all(Array.from({ length: PUSHES_AT_ONCE }, lane));
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

async function layerOf(files: Readonly<Record<string, string>>): Promise<PushedLayer> {
  const tar = tarOf(files);
  const content = await compress(tar, { level: constants.Z_BEST_SPEED });
  return { content, diffId: `sha256:${createHash('sha256').update(tar).digest('hex')}` };
}

function baseFiles(base: number): Record<string, string> {
  const random = new Random(base + 1);
  const packages = Array.from(
    { length: BASE_PACKAGES },
    (_, index) =>
      `Package: lib-${index}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${base + 1}.${random.below(20)}-1\n`,
  );
  return {
    'etc/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    'var/lib/dpkg/status': packages.join('\n'),
    ...textFiles('usr/share/doc', BASE_FILES, random),
  };
}

function runtimeFiles(seed: number): Record<string, string> {
  const random = new Random(seed + 100);
  const files: Record<string, string> = {};
  for (let index = 0; index < RUNTIME_MODULES; index += 1) {
    const name = `module-${random.below(2000)}`;
    const folder = `usr/lib/node_modules/${name}`;
    files[`${folder}/package.json`] = JSON.stringify({ name, version: `1.${random.below(9)}.0`, license: 'MIT' });
    files[`${folder}/index.js`] = text(random, FILE_BYTES);
  }
  return files;
}

function ownFiles(index: number): Record<string, string> {
  const random = new Random(index + 1000);
  const packages = Object.fromEntries(
    Array.from({ length: 200 }, () => [
      `node_modules/module-${random.below(2000)}`,
      { version: `2.${random.below(9)}.0`, resolved: 'https://registry.example/', integrity: random.hex(64) },
    ]),
  );
  return {
    'app/package-lock.json': JSON.stringify({ name: 'service', lockfileVersion: 3, packages }),
    ...textFiles('app/src', OWN_FILES, random),
  };
}

function textFiles(folder: string, count: number, random: Random): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${folder}/file-${index}.txt`, text(random, FILE_BYTES)]),
  );
}

function text(random: Random, bytes: number): string {
  const at = random.below(BOOK.length - bytes);
  return BOOK.slice(at, at + bytes);
}

/** Made-up words that compress about as sources do; files are passages of it. */
const BOOK = ((): string => {
  const random = new Random(7);
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: 2 + random.below(9) }, () => 'etaoinshrdlucmfwypvbgkqjxz'[random.below(26)]).join(''),
  );
  let out = '';
  while (out.length < BOOK_BYTES) out += `${words[random.below(WORDS)]}${random.below(12) === 0 ? '\n' : ' '}`;
  return out;
})();
