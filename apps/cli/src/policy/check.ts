import { errorLine, formatCount } from '@bulkhead/core';
import { compileSensors, DEFAULT_SENSORS, dataSensorKind, withFiles } from '@bulkhead/dlp';
import { formatProblem, type Policy, readPolicy } from '@bulkhead/policy';
import { readSensorFile } from '../dlp/sensor-file.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { refusedDetectors } from './own-detectors.ts';
import { readSources, requireDocuments } from './sources.ts';

/** Validates a policy of several files or folders together, and names every problem on a line of its own. */
export async function check(paths: readonly string[], io: Io): Promise<number> {
  const sources = (await Promise.all(paths.map(readSources))).flat();
  const outcome = readPolicy(sources, { kind: dataSensorKind, provided: DEFAULT_SENSORS });
  const refuse = async (problems: readonly string[]): Promise<number> => {
    await writeAll(
      io.stderr,
      problems.map((problem) => `${errorLine(problem)}\n`),
    );
    const count = formatCount(problems.length, 'problem');
    await writeAll(io.stderr, [`${count} in ${formatCount(sources.length, 'file')}: correct them and check again\n`]);
    return EXIT_FAILURE;
  };
  if (!outcome.ok) return refuse(outcome.problems.map(formatProblem));
  requireDocuments(outcome.documents, paths, 'check');
  const { groups, sensors } = outcome.policy;
  const complete = await withFiles([...sensors.values()], readSensorFile);
  const refused = await refusedDetectors(complete);
  if (refused.length > 0) return refuse(refused);
  const byName = new Map(complete.map((sensor) => [sensor.name, sensor]));
  for (const group of groups)
    compileSensors(
      group.sensors.flatMap((binding) => byName.get(typeof binding === 'string' ? binding : binding.name) ?? []),
    );
  await writeAll(io.stdout, [`ok: ${inWords(outcome.policy)}\n`]);
  return EXIT_OK;
}

/** What a policy has of each kind, so that a document that was overlooked is missed. */
function inWords({ groups, network, processes, files, responses, admission, sensors }: Policy): string {
  const others = [
    [network, 'network rule set', 'network rule sets'],
    [processes, 'process policy', 'process policies'],
    [files, 'file policy', 'file policies'],
    [responses, 'response rule', 'response rules'],
    [admission, 'admission policy', 'admission policies'],
  ] as const;
  const counted = others.flatMap(([all, one, many]) => (all.length === 0 ? [] : [formatCount(all.length, one, many)]));
  const provided = formatCount(DEFAULT_SENSORS.length, 'provided sensor');
  const sensorWords = `${formatCount(sensors.size, 'sensor')} (${provided} included)`;
  return `${[formatCount(groups.length, 'group'), ...counted].join(', ')} and ${sensorWords}`;
}
