import { PcapFile } from './pcap-file.ts';
import { TcpSession } from './tcp-session.ts';

const SERVER_PORT = 8080;
/** A published test number of an issuer; nobody's. */
const CARD = ['4111', '1111', '1111', '1111'].join('');

/**
 * Writes a capture in which connections are only ever begun, and one in their midst is real: it opened before the flood,
 * and its card comes when half of them were offered, in two pieces with the flood between them.
 */
export function writeSynFlood(path: string, offered: number): void {
  const file = new PcapFile(path);
  const real = new TcpSession(file, 0, SERVER_PORT);
  const body = `{"cardNumber":"${CARD}"}`;
  real.open();
  real.request(`POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Length: ${body.length}\r\n\r\n`);
  for (let number = 1; number <= offered; number += 1) {
    new TcpSession(file, number, SERVER_PORT).offer();
    if (number === offered >> 1) real.request(body.slice(0, 20));
  }
  real.request(body.slice(20));
  real.close();
  file.close();
}
