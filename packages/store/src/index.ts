export { StoreError, type StoreErrorCode } from './error.ts';
