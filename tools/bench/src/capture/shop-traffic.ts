import { orderList, SENSITIVE } from './orders.ts';
import { PcapFile } from './pcap-file.ts';
import { Random } from './random.ts';
import { TcpSession } from './tcp-session.ts';

const SEED = 2_026;
const SERVER_PORT = 8080;
const REQUESTS_PER_SESSION = 12;
/** Between what a lookup and what a page of a list answers. */
const SMALLEST_BODY = 2_000;
const LARGEST_BODY = 100_000;

/** Writes a capture of a shop's JSON over HTTP, the same bytes every time, and gives its size and packets. */
export function writeShopTraffic(path: string, bytes: number): { readonly bytes: number; readonly packets: number } {
  const random = new Random(SEED);
  const file = new PcapFile(path);
  for (let session = 0; file.bytes < bytes; session += 1) {
    const connection = new TcpSession(file, session, SERVER_PORT);
    connection.open();
    for (let request = 0; request < REQUESTS_PER_SESSION && file.bytes < bytes; request += 1) {
      connection.request(requestText(random));
      const length = SMALLEST_BODY + random.below(LARGEST_BODY - SMALLEST_BODY);
      connection.response(responseText(orderList(random, length, SENSITIVE)));
    }
    connection.close();
  }
  file.close();
  return { bytes: file.bytes, packets: file.packets };
}

function requestText(random: Random): string {
  const lines = [
    `GET /v1/orders?page=${random.below(500)}&size=100 HTTP/1.1`,
    'Host: orders.shop.svc.cluster.local:8080',
    'User-Agent: storefront/4.2',
    'Accept: application/json',
    `X-Request-Id: ${random.hex(32)}`,
    `Traceparent: 00-${random.hex(32)}-${random.hex(16)}-01`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function responseText(body: string): string {
  const lines = [
    'HTTP/1.1 200 OK',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
