import { fileURLToPath } from 'node:url';
import { loadAddon } from '@bulkhead/addon';
import { InspectorError } from './error.ts';

/** Opaque handles of the addon. */
export type ProgramHandle = { readonly handle: 'program' };
export type ExactDataHandle = { readonly handle: 'exact-data' };
export type ExactDataBuilderHandle = { readonly handle: 'exact-data-builder' };
export type TextScanHandle = { readonly handle: 'text-scan' };
export type CaptureHandle = { readonly handle: 'capture' };
export type ApplicationsHandle = { readonly handle: 'applications' };
export type RecordingHandle = { readonly handle: 'recording' };
export type WorkersHandle = { readonly handle: 'workers' };

export interface NativeSensor {
  readonly name: string;
  readonly detectors: readonly string[];
  readonly minConfidence: number;
  readonly threshold: number;
  readonly action: number;
  readonly direction: number;
  readonly windowSeconds: number;
  readonly scopes: readonly { readonly clients: readonly string[]; readonly servers: readonly string[] }[];
}

export interface NativeLiteral {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly caseInsensitive: boolean;
}

export interface NativeDictionary {
  readonly id: string;
  readonly terms: readonly string[];
  readonly caseInsensitive: boolean;
  readonly wholeWords: boolean;
  readonly confidence: number;
}

export interface NativePattern {
  readonly id: string;
  readonly pattern: string;
  readonly caseInsensitive: boolean;
  readonly wholeWords: boolean;
  readonly check: number;
  readonly context: readonly string[];
  readonly confidence: number;
  readonly keepFirst: number;
  readonly keepLast: number;
}

export interface NativeExactData {
  readonly id: string;
  readonly set: ExactDataHandle;
  readonly confidence: number;
}

export interface NativeExactDataResult {
  readonly bytes: ArrayBuffer;
  readonly rows: number;
  readonly values: number;
  readonly empty: number;
  readonly tooShort: number;
  readonly tooLong: number;
  readonly shared: number;
}

export interface NativeCaptureResult {
  readonly counters: BigUint64Array;
  /** Empty when the capture was read to its end. */
  readonly code: string;
  readonly message: string;
}

export interface NativeBenchResult {
  readonly passes: number;
  readonly packets: number;
  readonly bytes: number;
  readonly findings: number;
  readonly inspectSeconds: number;
  readonly memoryReadSeconds: number;
  readonly peakRssBytes: number;
}

export interface NativeRecordingResult {
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  readonly full: boolean;
  /** Empty unless it failed. */
  readonly code: string;
  readonly message: string;
}

export interface NativeWorkersCounters {
  readonly engines: BigUint64Array;
  readonly eventsLost: number;
  readonly capturesLost: number;
  readonly conversationsLost: number;
  readonly sources: BigUint64Array;
}

/** Kinds of messages from an inspection of a capture. */
export const CAPTURE_MESSAGE = { events: 0, progress: 1, done: 2 } as const;
/** Kinds of messages from workers. */
export const WORKERS_MESSAGE = { events: 0, capture: 1 } as const;

type CaptureCallback = (kind: number, content: ArrayBuffer | number | NativeCaptureResult) => void;
type WorkersCallback = (kind: number, source: number, lost: number, session: bigint, content: ArrayBuffer) => void;

/** What binding/ exports: thin, unchecked. The modules beside this one are what others import. */
export interface Native {
  readonly recordBytes: number;
  capabilities(): { avx2: boolean; root: boolean; nfqueue: boolean; nfqueueReason: string };
  namespaceAddresses(path: string): string[];
  detectors(): { id: string; strength: number }[];
  createProgram(
    sensors: readonly NativeSensor[],
    literals: readonly NativeLiteral[],
    dictionaries: readonly NativeDictionary[],
    patterns: readonly NativePattern[],
    exactData: readonly NativeExactData[],
  ): { handle: ProgramHandle; number: number };
  readExactData(set: Uint8Array, key: Uint8Array): ExactDataHandle;
  startExactData(
    columns: readonly { readonly name: string; readonly normalisation: number }[],
    key: Uint8Array,
  ): ExactDataBuilderHandle;
  addExactData(builder: ExactDataBuilderHandle, rows: readonly (readonly string[])[]): boolean;
  finishExactData(builder: ExactDataBuilderHandle): NativeExactDataResult;
  startTextScan(program: ProgramHandle): TextScanHandle;
  writeTextScan(scan: TextScanHandle, bytes: Uint8Array): ArrayBuffer;
  endTextScan(scan: TextScanHandle): ArrayBuffer;
  scanTexts(program: ProgramHandle, texts: readonly Uint8Array[]): ArrayBuffer;
  inspectCapture(
    program: ProgramHandle,
    path: string,
    fd: number,
    options: object,
    callback: CaptureCallback,
  ): CaptureHandle;
  cancelCapture(capture: CaptureHandle): void;
  benchCaptures(program: ProgramHandle, paths: readonly string[], seconds: number): Promise<NativeBenchResult>;
  startRecording(options: object, callback: (result: NativeRecordingResult) => void): RecordingHandle;
  stopRecording(recording: RecordingHandle): void;
  createWorkers(options: object, callback: WorkersCallback): WorkersHandle;
  createApplications(rules: object): ApplicationsHandle;
  addQueue(
    workers: WorkersHandle,
    source: number,
    options: object,
    program: ProgramHandle,
    applications: ApplicationsHandle | undefined,
  ): void;
  addTap(
    workers: WorkersHandle,
    source: number,
    options: object,
    program: ProgramHandle,
    applications: ApplicationsHandle | undefined,
  ): void;
  setApplications(workers: WorkersHandle, source: number, applications: ApplicationsHandle | undefined): boolean;
  setProgram(workers: WorkersHandle, source: number, program: ProgramHandle): boolean;
  removeSource(workers: WorkersHandle, source: number): boolean;
  takeConversations(workers: WorkersHandle, source: number): ArrayBuffer;
  workersCounters(workers: WorkersHandle): NativeWorkersCounters;
  stopWorkers(workers: WorkersHandle): Promise<void>;
}

const ADDON = fileURLToPath(new URL('../../build/release/inspector.node', import.meta.url));

let loaded: Native | undefined;

/** The addon, loaded when it is first needed: types and errors can be imported where it is not built. */
export function native(): Native {
  loaded ??= loadAddon(ADDON, 'the inspector', InspectorError) as Native;
  return loaded;
}
