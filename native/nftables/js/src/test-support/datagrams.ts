/** Sends datagrams of SIZE bytes from one socket to HOST, one to each of the ports, and ends. */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

const [host = '', size, ...ports] = process.argv.slice(2);
const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
for (const port of ports) {
  await new Promise((resolve) => socket.send(Buffer.alloc(Number(size)), Number(port), host, resolve));
}
socket.close();
