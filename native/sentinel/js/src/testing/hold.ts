import { setInterval } from 'node:timers';
import { Sentinel } from '../sentinel.ts';

// Holds a container to a rule until it is killed: hold.ts PID GLOB.

const [pid, glob = ''] = process.argv.slice(2);
const sentinel = new Sentinel({ onEvents: () => undefined });
const rules = [{ name: 'deny', action: 'deny', executables: [glob] }] as const;
sentinel.watch(
  'held',
  { pid: Number(pid) },
  { process: [{ policy: 'held', enforced: true, onlyFromImage: false, rules }], file: [] },
);
process.stdout.write('{"event":"holding"}\n');
setInterval(() => undefined, 1_000);
