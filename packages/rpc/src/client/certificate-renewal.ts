import { X509Certificate } from 'node:crypto';
import type { Clock } from '@bulkhead/core';
import type { Renewal } from '../gen/agent/v1/agent.ts';
import { afterLong } from '../long-timer.ts';
import { line, lineOf } from '../wire/text.ts';
import type { ConnectAgentOptions } from './agent-connection.ts';
import type { AgentCredentials } from './channel.ts';

/** The share of a certificate's life after which it is renewed. */
const RENEW_AFTER = 2 / 3;
/** How long after a renewal that failed it is asked for again. */
const RENEW_AGAIN_MS = 60_000;

export interface RenewalPorts extends Pick<ConnectAgentOptions, 'createRequest' | 'onCredentials' | 'onProblem'> {
  readonly clock: Clock;
  /** Sends a request for a certificate (PEM) over the stream. */
  readonly ask: (requestPem: string) => void;
}

/** Keeps an agent's certificate valid: asks for the next in time, as long as there is a stream to ask over. */
export class CertificateRenewal {
  readonly #ports: RenewalPorts;
  #credentials: AgentCredentials;
  #newKeyPem: string | undefined;
  #forget: (() => void) | undefined;

  constructor(credentials: AgentCredentials, ports: RenewalPorts) {
    this.#credentials = credentials;
    this.#ports = ports;
  }

  get credentials(): AgentCredentials {
    return this.#credentials;
  }

  /** There is a stream: asks over it when it is time. */
  begin(): void {
    this.#plan(dueTime(this.#credentials.chainPem) - this.#ports.clock.now());
  }

  /** There is no stream any more. */
  end(): void {
    this.#forget?.();
  }

  /** The authorities that the control plane trusts now. */
  async trust(authorities: string): Promise<void> {
    if (authorities === '' || authorities === this.#credentials.trustPem) return;
    await this.#adopt({ ...this.#credentials, trustPem: authorities });
  }

  /** What the control plane answered to a request. Whether there are new credentials now, for the next stream. */
  async receive({ certificateChain, authorities, problem }: Renewal): Promise<boolean> {
    const keyPem = this.#newKeyPem;
    this.#newKeyPem = undefined;
    if (certificateChain === '') this.#ports.onProblem(`the certificate is not renewed: ${line(problem)}`);
    if (certificateChain === '' || keyPem === undefined) return false;
    return this.#adopt({ chainPem: certificateChain, keyPem, trustPem: authorities });
  }

  #plan(ms: number): void {
    this.#forget?.();
    this.#forget = afterLong(ms, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    this.#plan(RENEW_AGAIN_MS);
    try {
      const { requestPem, keyPem } = await this.#ports.createRequest();
      this.#newKeyPem = keyPem;
      this.#ports.ask(requestPem);
    } catch (error) {
      this.#ports.onProblem(`cannot ask for a new certificate: ${lineOf(error)}`);
    }
  }

  async #adopt(credentials: AgentCredentials): Promise<boolean> {
    try {
      // Of what is no certificate nobody knows when it is due: it must not cost the one that works.
      dueTime(credentials.chainPem);
      await this.#ports.onCredentials(credentials);
    } catch (error) {
      this.#ports.onProblem(`cannot keep the new certificate: ${lineOf(error)}`);
      return false;
    }
    this.#credentials = credentials;
    return true;
  }
}

/** When a certificate is to be renewed. Throws for what is none. */
function dueTime(chainPem: string): number {
  const certificate = new X509Certificate(chainPem);
  const from = certificate.validFromDate.getTime();
  return from + (certificate.validToDate.getTime() - from) * RENEW_AFTER;
}
