import { createHash, X509Certificate } from 'node:crypto';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { RpcError } from '../error.ts';
import { splitAddress } from './address.ts';

/** A chain that a server shows: leaf, perhaps something between, authority. */
const MAX_CHAIN = 8;

/**
 * Fetches the authority (PEM) that a server shows in its chain and whose public key has this pin. Nothing but the pin makes it
 * trusted: the connection is closed, and the next one is verified by that authority. Throws `UNREACHABLE` and `SERVER_NOT_TRUSTED`.
 */
export async function fetchAuthority(address: string, pin: string, timeoutMs: number): Promise<string> {
  const { host, port } = splitAddress(address);
  const chain = await showChain(host, port, timeoutMs).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    const parts = { what: `cannot reach the control plane at ${address}`, why, fix: 'correct the address, or wait' };
    throw new RpcError('UNREACHABLE', parts, { cause });
  });
  const authority = chain.find((certificate) => certificate.ca && pinOf(certificate) === pin);
  if (authority === undefined) {
    throw new RpcError('SERVER_NOT_TRUSTED', {
      what: `will not enrol at ${address}`,
      why: 'whoever answers there does not show the authority that the token names',
      fix: 'check the address, or get a new token: the authority may have been replaced',
    });
  }
  return authority.toString();
}

function pinOf(certificate: X509Certificate): string {
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
}

function showChain(host: string, port: number, timeoutMs: number): Promise<readonly X509Certificate[]> {
  return new Promise((resolve, reject) => {
    // What is shown is only looked at: the pin decides, and nothing is sent on this connection.
    const socket = connect({
      host,
      port,
      servername: '',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
      timeout: timeoutMs,
    });
    socket.once('secureConnect', () => {
      const chain: X509Certificate[] = [];
      let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
      while (next?.raw !== undefined && chain.length < MAX_CHAIN) {
        chain.push(new X509Certificate(next.raw));
        next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
      }
      // In order: the server has yet to see the end of the handshake, and would note one that failed.
      socket.end();
      resolve(chain);
    });
    socket.once('timeout', () => socket.destroy(new Error('nothing came in time')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
}
