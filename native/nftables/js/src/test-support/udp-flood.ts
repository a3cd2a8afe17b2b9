/** Sends numbered datagrams to HOST as fast as it can, until it is stopped. Prints a line once the first are on their way. */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

const host = process.argv[2] ?? '';
const PORT = 9090;
const BATCH = 32;

const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
let sent = 0;
socket.on('error', (error) => process.stdout.write(`error ${error.message}\n`));
sendBatch();
process.stdout.write('flooding\n');

function sendBatch(): void {
  // What is refused while the way is barred (EPERM) is not sent again.
  for (let i = 0; i < BATCH; i += 1) socket.send(String((sent += 1)), PORT, host, () => undefined);
  setImmediate(sendBatch);
}
