import type { Binding } from '@bulkhead/control-plane';

/** Who makes a request: a person by a session, or a program by a token. */
export interface Principal {
  readonly kind: 'account' | 'token';
  readonly id: string;
  readonly name: string;
  readonly bindings: readonly Binding[];
  /** The cookie that said so. */
  readonly session?: string;
}

/** As the audit log and the history of policies name somebody: `account:ada`. */
export function actorOf({ kind, name }: Pick<Principal, 'kind' | 'name'>): string {
  return `${kind}:${name}`;
}
