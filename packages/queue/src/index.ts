export { QueueConfig } from './config.ts';
export { type Consumer, type ConsumerOptions, type JobContext, type JobHandler, startConsumer } from './consumer.ts';
export { QueueError, type QueueErrorCode } from './error.ts';
export type { JobContract } from './job/contract.ts';
export {
  ADVISORY_UPDATE,
  AdvisoryUpdateJob,
  CONTRACTS,
  MATCH_SCAN,
  MAX_KEYS,
  MatchScanJob,
  RESCAN,
  RescanJob,
  SCAN_IMAGE,
  SCAN_REFERENCE,
  SCAN_REGISTRY,
  ScanImageJob,
  ScanReferenceJob,
  ScanRegistryJob,
} from './job/jobs.ts';
export { type DeadLetter, type Enqueued, Producer, type QueueCounts } from './producer.ts';
