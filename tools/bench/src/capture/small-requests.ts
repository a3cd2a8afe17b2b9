import { PcapFile } from './pcap-file.ts';
import { Random } from './random.ts';
import { TcpSession } from './tcp-session.ts';

const SEED = 4_052;
const SERVER_PORT = 8080;
const REQUESTS_PER_SESSION = 200;

/**
 * Writes a capture of services that ask each other small things over connections that stay open: each request and each
 * answer is one packet of 100 to 300 bytes. The same bytes every time; gives its size and packets.
 */
export function writeSmallRequests(path: string, bytes: number): { readonly bytes: number; readonly packets: number } {
  const random = new Random(SEED);
  const file = new PcapFile(path);
  for (let session = 0; file.bytes < bytes; session += 1) {
    const connection = new TcpSession(file, session, SERVER_PORT);
    connection.open();
    for (let request = 0; request < REQUESTS_PER_SESSION && file.bytes < bytes; request += 1) {
      connection.request(
        `GET /v1/stock/${random.digits(8)} HTTP/1.1\r\nHost: stock\r\nX-Request-Id: ${random.hex(16)}\r\n\r\n`,
      );
      const body = `{"sku":"SKU-${random.digits(8)}","ean":"${random.digits(13)}","left":${random.below(500)}}`;
      connection.response(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    }
    connection.close();
  }
  file.close();
  return { bytes: file.bytes, packets: file.packets };
}
