import type { Agent } from 'node:http';

/** Where an API server is and how to be known there. Asked anew for each request: tokens are rotated. */
export interface Connection {
  readonly server: URL;
  /** The namespace that is meant where none is named. */
  readonly namespace: string;
  /** Headers with the credentials as they are now, and the agent that holds connections. Throws a `KubeError`. */
  authorize(): Promise<Authorization>;
  /** The API server did not take the credentials: whatever is remembered of them has to be read again. */
  forget(): void;
  /** Closes idle connections. */
  close(): void;
}

export interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent | undefined;
  /** For what is not in the agent: a proxy's agent takes the names of the far end from the request. */
  readonly tls: Readonly<Record<string, unknown>>;
}
