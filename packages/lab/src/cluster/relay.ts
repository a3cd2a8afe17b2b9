import { createConnection, createServer } from 'node:net';

/**
 * A program: joins a socket of the file system, which every network namespace sees, to a TCP address of the one it runs
 * in. Arguments: the socket's path, host and port.
 */
const [path, host, port] = process.argv.slice(2);
if (path === undefined || host === undefined || port === undefined) throw new Error('relay PATH HOST PORT');

createServer((from) => {
  const to = createConnection({ host, port: Number(port) });
  from.pipe(to).pipe(from);
  const end = (): void => {
    from.destroy();
    to.destroy();
  };
  for (const side of [from, to]) side.on('error', end).on('close', end);
}).listen(path);
