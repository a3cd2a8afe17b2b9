import { OciError } from '../error.ts';

/** An image of an archive and the names it has there. */
export interface Candidate<T> {
  readonly names: readonly string[];
  readonly value: T;
}

/** Picks the image a user means: the only one, or the one with the wanted name or the end of its name. */
export function selectImage<T>(candidates: readonly Candidate<T>[], wanted: string | undefined, archive: string): T {
  const names = candidates.flatMap((candidate) => candidate.names);
  const offered = names.length === 0 ? `${candidates.length} images without names` : names.slice(0, 20).join(', ');
  if (wanted !== undefined) {
    const found = candidates.find((candidate) => candidate.names.some((name) => isName(name, wanted)));
    if (found !== undefined) return found.value;
    throw new OciError('IMAGE_NOT_FOUND', {
      what: `"${wanted}" is not in the archive "${archive}"`,
      why: `it holds ${offered}`,
    });
  }
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only.value;
  if (only === undefined) throw new OciError('NOT_AN_IMAGE', `the archive "${archive}" holds no image`);
  throw new OciError('IMAGE_NOT_FOUND', {
    what: `the archive "${archive}" holds several images`,
    why: `they are ${offered}`,
    fix: 'say which one is meant by its name',
  });
}

/** `alpine:3.14` means `docker.io/library/alpine:3.14` too, and `3.14` an image that is only called by its tag. */
function isName(name: string, wanted: string): boolean {
  return name === wanted || name.endsWith(`/${wanted}`);
}
