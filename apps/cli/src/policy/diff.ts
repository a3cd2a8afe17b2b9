import { formatCount, printable } from '@bulkhead/core';
import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import { diffPolicies, requirePolicy } from '@bulkhead/policy';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { readSources } from './sources.ts';

const LANGUAGE = { kind: dataSensorKind, provided: DEFAULT_SENSORS };

/** Says in words what changes for whom from one policy to another; exits with `exitCode` when anything does. */
export async function diff(before: string, after: string, exitCode: number, io: Io): Promise<number> {
  const [old, now] = [await readSources(before), await readSources(after)].map((sources) =>
    requirePolicy(sources, LANGUAGE),
  );
  const differences = old === undefined || now === undefined ? [] : diffPolicies(old, now);
  await writeAll(
    io.stdout,
    differences.map(({ of, change }) => `${printable(`${of}: ${change}`)}\n`),
  );
  await writeAll(io.stderr, [`${formatCount(differences.length, 'change')}\n`]);
  return differences.length === 0 ? EXIT_OK : exitCode;
}
