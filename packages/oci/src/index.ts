export { type ArchiveOptions, openArchive } from './archive/open-archive.ts';
export { OciError, type OciErrorCode } from './error.ts';
export { hostPlatform, type Platform, parsePlatform, platformText } from './manifest/platform.ts';
export type { Descriptor } from './manifest/schema.ts';
export { type OpenImageOptions, openImage } from './open-image.ts';
export { type CredentialSource, type Credentials, dockerCredentials } from './registry/credentials.ts';
export { type ImageReference, parseReference, referenceText } from './registry/reference.ts';
export { Registry, type RegistryOptions } from './registry/registry.ts';
export type { Repository } from './registry/repository.ts';
