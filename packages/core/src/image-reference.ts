/** Where an image is and which one it is: `registry/repository:tag@digest`. At least one of tag and digest is there. */
export interface ImageReference {
  /** Host and port, `docker.io` where none is written. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

export type ReferenceOutcome =
  | { readonly ok: true; readonly reference: ImageReference }
  | { readonly ok: false; readonly why: string };

/** Docker Hub, as runtimes call it. */
export const DEFAULT_REGISTRY = 'docker.io';

// OCI distribution specification, "Pulling manifests". Whatever passes can stand in a URL as it is.
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
/** What the specification recommends for host and repository together. */
const MAX_NAME_LENGTH = 255;
/** The algorithms the OCI image specification registers. */
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Whether a text is a digest of an algorithm that is known: only such a text may become part of a path or URL. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Reads a reference as `docker pull` does: what names no registry is Docker Hub's, `latest` where nothing is chosen. */
export function readImageReference(text: string): ReferenceOutcome {
  const [name = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) return { ok: false, why: 'its digest is none' };
  if (name.length > MAX_NAME_LENGTH) return { ok: false, why: `it is longer than ${MAX_NAME_LENGTH} characters` };
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost';
  const registry = isHost ? first : DEFAULT_REGISTRY;
  const rest = isHost ? name.slice(slash + 1) : name;
  const colon = rest.lastIndexOf(':');
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const repository = registry === DEFAULT_REGISTRY && !path.includes('/') ? `library/${path}` : path;

  if (!HOST.test(registry)) return { ok: false, why: `"${first}" is no host` };
  if (!REPOSITORY.test(repository)) {
    return { ok: false, why: 'a repository is made of lower-case letters, digits and . _ - /' };
  }
  if (tag !== undefined && !TAG.test(tag)) return { ok: false, why: `"${tag.slice(0, 40)}" is no tag` };
  if (digest === undefined) return { ok: true, reference: { registry, repository, tag: tag ?? 'latest' } };
  return { ok: true, reference: { registry, repository, digest, ...(tag === undefined ? {} : { tag }) } };
}

/** The whole reference, with its registry, as runtimes keep it. */
export function referenceText({ registry, repository, tag, digest }: ImageReference): string {
  const tagged = tag === undefined ? '' : `:${tag}`;
  return `${registry}/${repository}${tagged}${digest === undefined ? '' : `@${digest}`}`;
}
