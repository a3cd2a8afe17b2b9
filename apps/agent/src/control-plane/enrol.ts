import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRequest, readCertificate } from '@bulkhead/pki';
import { enrolAgent } from '@bulkhead/rpc';
import type { Credentials, StateFolder } from './state-folder.ts';

export interface EnrolmentOptions {
  readonly address: string;
  readonly tokenFile: string;
  readonly node: string;
  readonly version: string;
  readonly signal: AbortSignal;
  /** It did not succeed, and is tried again. */
  readonly onProblem: (problem: unknown) => void;
}

/** The token may come later than the agent, and so may the control plane. */
const AGAIN_MS = 2_000;
/** What only people can mend. */
const MUCH_LATER_MS = 30_000;

/**
 * Who this agent is: as it was enrolled before, as long as its certificate is valid, or newly enrolled with the token in its file. Goes on
 * until it succeeds; nothing when the signal aborts first.
 */
export async function requireCredentials(
  state: StateFolder,
  options: EnrolmentOptions,
): Promise<Credentials | undefined> {
  const kept = state.credentials;
  if (kept !== undefined && Date.now() < readCertificate(kept.chainPem).notAfter) return kept;
  const { signal, onProblem } = options;
  while (!signal.aborted) {
    try {
      const credentials = await enrolOnce(options);
      state.keepCredentials(credentials);
      return credentials;
    } catch (error) {
      onProblem(error);
      const code = (error as { readonly code?: string }).code;
      const wait = code === 'UNREACHABLE' || code === 'ENOENT' ? AGAIN_MS : MUCH_LATER_MS;
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

async function enrolOnce({ address, tokenFile, node, version }: EnrolmentOptions): Promise<Credentials> {
  const token = await readFile(tokenFile, 'utf8');
  const { requestPem, keyPem } = await createRequest('agent');
  const enrolled = await enrolAgent({ address, token, node, version, requestPem });
  return { ...enrolled, keyPem };
}
