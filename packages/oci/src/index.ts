export { type ArchiveOptions, openArchive } from './archive/open-archive.ts';
export { OciError, type OciErrorCode } from './error.ts';
export { hostPlatform, type Platform, parsePlatform, platformText } from './manifest/platform.ts';
