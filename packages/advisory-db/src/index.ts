export { AdvisoryDbError, type AdvisoryDbErrorCode } from './error.ts';
