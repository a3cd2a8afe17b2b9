import { join } from 'node:path';
import type { Netlab } from './netlab.ts';
import type { Peer } from './peer.ts';

const PROGRAM = join(import.meta.dirname, 'tcp-peer.ts');
const PORT = '8080';

/** Starts a server at the address in the server's namespace, and a client that is connected to it. */
export async function tcpPeers(lab: Netlab, address: string): Promise<{ client: Peer; server: Peer }> {
  const server = await listen(lab, lab.server, address);
  const client = dial(lab, address);
  await client.saw(/^connected$/);
  await server.saw(/^accepted$/);
  return { client, server };
}

export async function listen(lab: Netlab, namespace: string, address: string): Promise<Peer> {
  const server = lab.start(namespace, process.execPath, PROGRAM, 'listen', address, PORT);
  await server.saw(/^ready$/);
  return server;
}

/** Starts a client that tries to connect. */
export function dial(lab: Netlab, address: string, namespace = lab.client): Peer {
  return lab.start(namespace, process.execPath, PROGRAM, 'connect', address, PORT);
}

/** As `dial`, with a line that says when it begins. */
export function dialAloud(lab: Netlab, address: string, namespace = lab.client): Peer {
  return lab.start(namespace, process.execPath, PROGRAM, 'dial', address, PORT);
}
