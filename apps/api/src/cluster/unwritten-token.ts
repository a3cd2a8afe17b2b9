/**
 * A token that was made for a Secret and that the API server has not taken yet. It is written at the next try: to make another each time
 * would fill the store and the audit log while the server refuses, and each would be valid.
 */
export interface UnwrittenToken {
  token: string | undefined;
  /** When it has to be another one; ISO 8601. */
  renewAt: string;
}

export function noToken(): UnwrittenToken {
  return { token: undefined, renewAt: '' };
}
