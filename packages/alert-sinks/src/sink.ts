import type { Alert } from '@bulkhead/alerts';

/** What became of one message. */
export type SendOutcome =
  | { readonly outcome: 'delivered' }
  | {
      readonly outcome: 'failed';
      /** What went wrong, as a person reads it; from outside, and no secret. */
      readonly problem: string;
      /** Whether the same message may get through later without anybody changing anything. */
      readonly mayPass: boolean;
      /** What the receiver asks to wait before, in milliseconds. */
      readonly waitMs?: number;
    };

/** One receiver of alerts. */
export interface AlertSink {
  /** The most alerts that one message of it can carry. */
  readonly maxAlerts: number;
  /** Sends alerts as one message, or one after the other. Never rejects; ends when `signal` does. */
  send(alerts: readonly Alert[], signal: AbortSignal): Promise<SendOutcome>;
}

export const DELIVERED: SendOutcome = { outcome: 'delivered' };

/** A failure that another try may mend. */
export function failedForNow(problem: string, waitMs?: number): SendOutcome {
  return { outcome: 'failed', problem, mayPass: true, ...(waitMs !== undefined && { waitMs }) };
}

/** A failure that lasts until somebody changes something. */
export function failedForGood(problem: string): SendOutcome {
  return { outcome: 'failed', problem, mayPass: false };
}
