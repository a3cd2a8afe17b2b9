import { type Host, LineProcess } from '@bulkhead/lab';

/** A new packet that opens a connection every so often; each attempt ends before it would send a second one. */
const EVERY_MS = 10;
const PATIENCE_MS = 400;

/**
 * Opens connections without end, and says how many were tried, and of each that came about.
 * A connection that somebody refuses came through as well.
 */
const KNOCK = `
const [host, port] = process.argv.slice(1);
const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n');
let tried = 0;
setInterval(() => {
  tried += 1;
  if (tried % 20 === 0) say({ event: 'tried', tried });
  const socket = require('node:net').connect({ host, port: Number(port) });
  socket.on('connect', () => { say({ event: 'through', tried }); socket.destroy(); });
  socket.on('error', ({ code }) => { if (code !== 'EADDRNOTAVAIL') say({ event: 'through', code, tried }); });
  setTimeout(() => socket.destroy(), ${PATIENCE_MS}).unref();
}, ${EVERY_MS});
`;

/** A host that keeps trying to connect to a port of another. End it with the stand. */
export class Knocker {
  readonly process: LineProcess;

  constructor(from: Host, to: Host, port: number) {
    const words = ['-e', KNOCK, '--', to.ipv4, String(port)];
    this.process = new LineProcess(`knocker of ${from.name}`, from.path, process.execPath, words);
  }

  /** Waits until it has tried so many times more. */
  async tries(more: number): Promise<void> {
    const from = this.process.lines.length;
    const start = Number(this.process.lines.findLast((line) => line.event === 'tried')?.tried ?? 0);
    const isEnough = ({ event, tried }: { readonly event?: unknown; readonly tried?: unknown }): boolean =>
      event === 'tried' && Number(tried) >= start + more;
    await this.process.waitFor(`${more} tries`, isEnough, { from, withinMs: 60_000 });
  }

  /** The attempts that came through. */
  get through(): readonly object[] {
    return this.process.lines.filter((line) => line.event === 'through');
  }
}
