/** OCI distribution 1.1: names of repositories and tags. Anything else from a registry is not used to make a URL. */
const REPOSITORY = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const MAX_REPOSITORY_NAME = 255;
const BESIDE_AN_IMAGE = /^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$/;

export function isRepositoryName(name: string): boolean {
  return name.length <= MAX_REPOSITORY_NAME && REPOSITORY.test(name);
}

export function isTagName(tag: string): boolean {
  return TAG.test(tag);
}

/**
 * Whether under a tag lies what belongs to an image: cosign's signatures, attestations and SBOMs, which say of themselves that they are
 * images, and lists of referrers.
 */
export function isBesideAnImage(tag: string): boolean {
  return BESIDE_AN_IMAGE.test(tag);
}
