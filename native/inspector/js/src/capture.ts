import { type EngineCounters, readEngineCounters } from './counters.ts';
import { InspectorError, type InspectorErrorCode } from './error.ts';
import type { Finding } from './event.ts';
import { readEvents } from './event-record.ts';
import { policyBytes } from './names.ts';
import { CAPTURE_MESSAGE, type NativeCaptureResult, native } from './native.ts';
import type { Program } from './program.ts';
import type { EngineLimits } from './workers.ts';

/** A file, or a descriptor that stays the caller's, read from where it stands. */
export type CaptureInput = { readonly path: string } | { readonly fd: number };

export interface CaptureOptions {
  /** Called with findings in the order of the capture, before the promise settles. */
  readonly onFindings: (batch: Finding[]) => void;
  readonly onProgress?: (bytesRead: number) => void;
  readonly signal?: AbortSignal;
  readonly limits?: EngineLimits;
  readonly exceptionPolicies?: Readonly<Record<string, string | undefined>>;
  /** Whether segments with a wrong checksum are ignored, as a receiver would. True unless said otherwise. */
  readonly verifyChecksums?: boolean;
  /**
   * Whether every packet is judged as inline: at its end, so that a finding names the packet that would have been
   * stopped. Nothing of a session is looked at after its block. False unless said otherwise.
   */
  readonly asInline?: boolean;
}

export interface CaptureSummary {
  readonly packets: number;
  readonly bytes: number;
  readonly sessions: number;
  readonly bytesNotInspected: number;
  readonly notInspectedReasons: Readonly<Record<string, number>>;
  readonly exceptions: Readonly<Record<string, number>>;
  readonly findings: number;
}

/**
 * Inspects a pcap or pcapng capture, gzip-compressed or not, in bounded memory and off the JavaScript thread.
 *
 * Rejects with an InspectorError when the capture cannot be read to its end: what was found before has been delivered by
 * then. Rejects with the signal's reason when it is aborted, and with what a callback threw.
 */
export function inspectCapture(
  program: Program,
  input: CaptureInput,
  options: CaptureOptions,
): Promise<CaptureSummary> {
  const { onFindings, onProgress, signal, limits, verifyChecksums, asInline } = options;
  const names = { sourceOf: () => '', programOf: () => program };
  const nativeOptions = {
    limits,
    verifyChecksums,
    asInline,
    exceptionPolicies: policyBytes(options.exceptionPolicies),
  };
  const { promise, resolve, reject } = Promise.withResolvers<CaptureSummary>();
  signal?.throwIfAborted();

  let thrown: { readonly reason: unknown } | undefined;
  const path = 'path' in input ? input.path : '';
  const capture = native().inspectCapture(program.handle, path, 'fd' in input ? input.fd : -1, nativeOptions, receive);
  const cancel = (): void => native().cancelCapture(capture);
  signal?.addEventListener('abort', cancel, { once: true });
  return promise;

  function receive(kind: number, content: ArrayBuffer | number | NativeCaptureResult): void {
    if (kind === CAPTURE_MESSAGE.done) return settle(content as NativeCaptureResult);
    if (thrown !== undefined || signal?.aborted === true) return;
    try {
      if (kind === CAPTURE_MESSAGE.progress) onProgress?.(content as number);
      else deliver(content as ArrayBuffer);
    } catch (reason) {
      thrown = { reason };
      cancel();
    }
  }

  function deliver(batch: ArrayBuffer): void {
    const findings = readEvents(batch, names).filter((event) => event.kind === 'finding');
    if (findings.length > 0) onFindings(findings);
  }

  function settle({ counters, code, message }: NativeCaptureResult): void {
    signal?.removeEventListener('abort', cancel);
    if (thrown !== undefined) reject(thrown.reason);
    else if (signal?.aborted === true) reject(signal.reason);
    else if (code !== '') reject(new InspectorError(code as InspectorErrorCode, message));
    else resolve(summaryOf(readEngineCounters(counters)));
  }
}

function summaryOf(counters: EngineCounters): CaptureSummary {
  const { packets, bytes, sessionsOpened, bytesNotInspected, notInspectedReasons, exceptions, findings } = counters;
  return { packets, bytes, sessions: sessionsOpened, bytesNotInspected, notInspectedReasons, exceptions, findings };
}
