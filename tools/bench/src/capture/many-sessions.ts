import { PcapFile } from './pcap-file.ts';
import { TcpSession } from './tcp-session.ts';

const SERVER_PORT = 8080;

/** Writes a capture in which many connections are open at once, each after a small request and its answer. */
export function writeManySessions(path: string, sessions: number): void {
  const file = new PcapFile(path);
  for (let number = 0; number < sessions; number += 1) {
    const connection = new TcpSession(file, number, SERVER_PORT);
    connection.open();
    connection.request(`GET /orders/${number} HTTP/1.1\r\nHost: shop\r\nAccept: application/json\r\n\r\n`);
    connection.response(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n{"state":"packed"}`,
    );
  }
  file.close();
}
