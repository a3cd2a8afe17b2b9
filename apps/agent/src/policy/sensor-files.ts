import { open, stat } from 'node:fs/promises';
import { compileSensors, filesOf, mayBeRefused, withFiles } from '@bulkhead/dlp';
import { Program } from '@bulkhead/inspector';
import type { Policy } from '@bulkhead/policy';
import { AgentError } from '../error.ts';

/**
 * A policy whose sensors hold what their files hold, and whose own detectors the inspector accepts. Rejects with one
 * line of what is wrong otherwise.
 */
export async function completePolicy(policy: Policy): Promise<Policy> {
  const sensors = await withFiles([...policy.sensors.values()], readSensorFile);
  const own = sensors.filter(mayBeRefused);
  own.map((sensor) => new Program(compileSensors([sensor])));
  return { ...policy, sensors: new Map(sensors.map((sensor) => [sensor.name, sensor])) };
}

/** What changes when one of the files that a policy's sensors name does. Contents may be large: they are not read. */
export async function sensorFileStamps(policy: Policy | undefined): Promise<readonly string[]> {
  if (policy === undefined) return [];
  return Promise.all(
    filesOf([...policy.sensors.values()]).map(async (path) => {
      const entry = await stat(path).catch(() => undefined);
      return entry === undefined ? path : `${path} ${entry.ino} ${entry.size} ${entry.mtimeMs}`;
    }),
  );
}

async function readSensorFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const refuse = (why: string, cause?: unknown): AgentError =>
    new AgentError(
      'UNREADABLE_FILE',
      { what: `cannot read "${path}", which a sensor names`, why, fix: 'correct the sensor or the file' },
      { cause },
    );
  const handle = await open(path).catch((cause: unknown) => {
    throw refuse((cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'it does not exist' : String(cause), cause);
  });
  try {
    const entry = await handle.stat();
    if (!entry.isFile()) throw refuse('it is no regular file');
    if (entry.size > maxBytes) throw refuse(`it has ${entry.size} bytes, at most ${maxBytes} are possible`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
