const PREFIX = 'bulkhead://agent/';
/** What an id looks like: made by the server, so it is short and harmless in a file name, a URI and a log. */
const ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export function isAgentId(text: string): boolean {
  return ID.test(text);
}

/** The URI that stands in the certificate of an agent. */
export function agentUri(id: string): string {
  return `${PREFIX}${id}`;
}

/** The agent that a URI names, or undefined where it names none. */
export function agentOfUri(uri: string): string | undefined {
  if (!uri.startsWith(PREFIX)) return undefined;
  const id = uri.slice(PREFIX.length);
  return isAgentId(id) ? id : undefined;
}
