export { OciError, type OciErrorCode } from './error.ts';
