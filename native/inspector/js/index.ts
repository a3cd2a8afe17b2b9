export {
  type AddressPair,
  type ApplicationDirectionInput,
  type ApplicationRuleInput,
  type ApplicationRuleSetInput,
  type ApplicationsInput,
} from './src/applications.ts';
export { type BenchResult, benchCaptures } from './src/bench.ts';
export { type Capabilities, capabilities, namespaceAddresses } from './src/capabilities.ts';
export {
  type CaptureInput,
  type CaptureOptions,
  type CaptureSummary,
  inspectCapture,
} from './src/capture.ts';
export type { Conversation } from './src/conversation.ts';
export type { SourceCounters, WorkerCounters } from './src/counters.ts';
export { InspectorError, type InspectorErrorCode } from './src/error.ts';
export type {
  ApplicationDeniedEvent,
  EncryptedSession,
  ExceptionEvent,
  Finding,
  InspectorEvent,
  ScannedText,
  SessionBlockedEvent,
  SessionFacts,
  SessionOffloadedEvent,
  TextFinding,
} from './src/event.ts';
export {
  type BuiltExactData,
  EXACT_KEY_BYTES,
  type ExactColumn,
  ExactDataBuilder,
  MAX_EXACT_COLUMNS,
  MAX_EXACT_NAME_BYTES,
  type Normalisation,
} from './src/exact-data.ts';
export type {
  Confidence,
  Direction,
  Encoding,
  ExceptionPolicy,
  Protocol,
  TrafficException,
  Verdict,
} from './src/names.ts';
export {
  type BuiltInDetector,
  builtInDetectors,
  type DictionaryInput,
  type ExactDataInput,
  type LiteralInput,
  type PatternInput,
  Program,
  type SensorInput,
  type SensorProgramInput,
} from './src/program.ts';
export { type RecordedPackets, type RecordingOptions, startRecording } from './src/recording.ts';
export { Scanner, scanBytes, scanTexts } from './src/text-scan.ts';
export {
  type CapturedSession,
  type EngineLimits,
  type QueueOptions,
  type TapOptions,
  Workers,
  type WorkersHandlers,
  type WorkersOptions,
} from './src/workers.ts';
