import { OciError } from '../error.ts';

/** Linux's PATH_MAX: nothing longer can be unpacked under its own name. */
export const MAX_PATH_BYTES = 4096;
/** Deeper trees exist in no image; every segment costs a look-up when layers are applied. */
export const MAX_PATH_DEPTH = 255;

/**
 * Makes an entry's name a path from the root: no leading slash, no empty or dot segments. Runtimes unpack absolute names
 * below the root, so these are taken as such; a name that climbs out (`..`) belongs to no honest archive.
 */
export function entryPath(name: string): string {
  if (name.length > MAX_PATH_BYTES) throw badPath(name, `it is longer than ${MAX_PATH_BYTES} bytes`);
  if (name.includes('\0')) throw badPath(name, 'it contains a zero byte');
  const path = isPlain(name) ? name : plain(name);
  let depth = 1;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) depth += 1;
  if (depth > MAX_PATH_DEPTH) throw badPath(name, `it is deeper than ${MAX_PATH_DEPTH} folders`);
  return path;
}

/** True without a false positive; most names are. */
function isPlain(name: string): boolean {
  return (
    !name.startsWith('/') &&
    !name.startsWith('.') &&
    !name.endsWith('/') &&
    !name.includes('//') &&
    !name.includes('/.')
  );
}

function plain(name: string): string {
  const segments = name.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) throw badPath(name, 'it climbs out of the root');
  return segments.join('/');
}

function badPath(name: string, why: string): OciError {
  return new OciError('LAYER_CORRUPT', { what: `the path "${name.slice(0, 100)}" in the layer is refused`, why });
}
