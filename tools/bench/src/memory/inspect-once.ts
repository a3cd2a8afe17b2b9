import { readFileSync } from 'node:fs';
import { inspectCapture, Program, type SensorProgramInput } from '@bulkhead/inspector';

// A process of its own for one capture, with nothing in it but the inspector: usage `inspect-once CAPTURE SENSORS`, the
// sensors as a program's JSON. Prints a line of JSON.

const [capture = '', sensors = '{}'] = process.argv.slice(2);
const program = new Program(JSON.parse(sensors) as SensorProgramInput);
const atStart = residentBytes('VmRSS');
const { sessions, findings } = await inspectCapture(program, { path: capture }, { onFindings: () => undefined });
process.stdout.write(`${JSON.stringify({ sessions, findings, atStart, peak: residentBytes('VmHWM') })}\n`);

function residentBytes(field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
