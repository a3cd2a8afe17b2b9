import { InspectorError, type InspectorErrorCode, typed } from './error.ts';
import { type NativeRecordingResult, native } from './native.ts';

export interface RecordingOptions {
  /** Path of the network namespace, such as /proc/123/ns/net or /run/netns/x. */
  readonly netns: string;
  /** Of an open file, to which the recording is written as pcapng. It stays the caller's, and is not to be closed before the end. */
  readonly fd: number;
  readonly seconds: number;
  /** Of the file: a packet that does not fit ends the recording. */
  readonly maxBytes: number;
}

export interface RecordedPackets {
  readonly packets: number;
  readonly bytes: number;
  /** Packets that came faster than they were taken. */
  readonly lost: number;
  /** Whether it ended because the file was full. */
  readonly full: boolean;
}

/**
 * Records all packets of a network namespace, as they pass its interfaces, from the call on. Throws when it cannot. Resolves
 * at the end; rejects when the file cannot be written. `stop` ends it soon.
 */
export function startRecording({ seconds, ...options }: RecordingOptions): {
  readonly done: Promise<RecordedPackets>;
  readonly stop: () => void;
} {
  const { promise, resolve, reject } = Promise.withResolvers<RecordedPackets>();
  const settle = ({ code, message, ...recorded }: NativeRecordingResult): void => {
    if (code === '') resolve(recorded);
    else reject(new InspectorError(code as InspectorErrorCode, message));
  };
  const recording = typed(() => native().startRecording({ ...options, milliseconds: seconds * 1_000 }, settle));
  return { done: promise, stop: () => native().stopRecording(recording) };
}
