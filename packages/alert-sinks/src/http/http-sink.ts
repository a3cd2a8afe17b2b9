import type { Alert } from '@bulkhead/alerts';
import { readSinkFile } from '../secret-file.ts';
import type { AlertSink, SendOutcome } from '../sink.ts';
import { outcomeOf } from './outcome.ts';
import { post } from './post.ts';

/** What a sink that speaks HTTP says of a message. */
export interface Message {
  readonly url: URL;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A sink that makes a request of alerts; `write` is called for each message, and reads its secrets anew. */
export function httpSink(
  {
    maxAlerts,
    privateAddresses,
    caFile,
  }: { readonly maxAlerts: number; readonly privateAddresses: boolean; readonly caFile?: string | undefined },
  write: (alerts: readonly Alert[]) => Promise<Message>,
): AlertSink {
  return {
    maxAlerts,
    async send(alerts: readonly Alert[], signal: AbortSignal): Promise<SendOutcome> {
      const { url, body, headers = {} } = await write(alerts);
      const ca = caFile === undefined ? undefined : await readSinkFile(caFile, 'caFile');
      return outcomeOf(await post({ url, body, headers, privateAddresses, ca, signal }), Date.now());
    },
  };
}
