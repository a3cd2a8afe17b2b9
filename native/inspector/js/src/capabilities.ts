import { native } from './native.ts';

export interface Capabilities {
  /** Whether scanning uses AVX2; without it everything works, slower. */
  readonly avx2: boolean;
  readonly root: boolean;
  /** Whether this process can serve kernel packet queues; if not, the reason says why and what to do. */
  readonly nfqueue: boolean;
  readonly nfqueueReason: string;
}

/**
 * The addresses of a network namespace's interfaces, sorted, without those of loopback and link-local ones. None where it
 * is gone or may not be entered.
 */
export function namespaceAddresses(path: string): readonly string[] {
  return native().namespaceAddresses(path);
}

/** What this machine and process allow the inspector to do. */
export function capabilities(): Capabilities {
  return native().capabilities();
}
