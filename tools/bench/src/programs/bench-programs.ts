import { type ContainerRules, Sentinel } from '@bulkhead/sentinel';
import { missingForContainers, startContainer, type TestContainer } from '@bulkhead/sentinel/test-support';
import type { Measure } from '../measure.ts';

/** Of one measurement: long enough that what begins and ends it does not count. */
const STARTS = 1_000;
const OPENS = 20_000;
const WRITES = 20_000;

/** As many rules as a node's policies may have for a container, none of which holds. */
const RULES = 100;

interface Case {
  readonly name: string;
  readonly rules: ContainerRules;
  readonly use: (container: TestContainer) => Promise<number>;
}

const PROGRAM = '/usr/bin/use-files';

const COUNTED = { programs: true } as const;
const WRITTEN = { files: true } as const;

const CASES: readonly Case[] = [
  { name: 'the start of a program, by 100 rules', rules: programs(false), use: starts },
  { name: 'the same, only of the image', rules: programs(true), use: starts },
  { name: 'the same, and counted', rules: { ...programs(false), learn: COUNTED }, use: starts },
  {
    name: 'the start of a program that is only counted',
    rules: { process: [], file: [], learn: COUNTED },
    use: starts,
  },
  { name: 'the open of a file, by 100 rules', rules: files(), use: opens('/etc/secret') },
  { name: 'the same, on a volume', rules: files(), use: opens('/data/file') },
  { name: 'the same, and what is written counted', rules: { ...files(), learn: WRITTEN }, use: opens('/etc/secret') },
  {
    name: 'a file that is made and written, and only counted',
    rules: { process: [], file: [], learn: WRITTEN },
    use: writes('/tmp/bench'),
  },
  {
    name: 'the same, on a volume',
    rules: { process: [], file: [], learn: WRITTEN },
    use: writes('/data/bench'),
  },
];

/** What a question to the sentinel costs who starts a program or opens a file, against none in the same run. Needs root. */
export async function benchPrograms(rounds: number, say: (text: string) => void): Promise<readonly Measure[]> {
  const missing = missingForContainers();
  if (missing !== undefined) throw new Error(`programs: no container can be watched here: ${missing}`);
  await using container = await startContainer();
  await container.sh('echo x >/data/file');
  const sentinel = new Sentinel({ onEvents: () => undefined });
  try {
    const measures: Measure[] = [];
    for (const one of CASES) {
      say(`programs: ${one.name}\n`);
      measures.push(await measure(container, sentinel, one, rounds));
    }
    return measures;
  } finally {
    await sentinel.stop();
  }
}

async function measure(
  container: TestContainer,
  sentinel: Sentinel,
  { name, rules, use }: Case,
  rounds: number,
): Promise<Measure> {
  const [plain, asked]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    plain.push((await use(container)) / 1_000);
    sentinel.watch('bench', { pid: container.pid }, rules);
    asked.push((await use(container)) / 1_000);
    sentinel.remove('bench');
  }
  // What else runs on the machine only ever adds: the fastest round was disturbed least.
  const [without, watched] = [Math.min(...plain), Math.min(...asked)];
  const detail = { 'without, µs': without, 'with, µs': watched, 'with / without': watched / without, rounds };
  return { name: `programs: what is added to ${name}`, value: watched - without, unit: 'µs', detail };
}

function programs(onlyFromImage: boolean): ContainerRules {
  const rules = Array.from({ length: RULES }, (_, index) => ({
    name: `rule-${index}`,
    action: 'deny' as const,
    executables: [`/opt/tools-${index}/*`, `*/tool-${index}`],
  }));
  return { process: [{ policy: 'bench', enforced: true, onlyFromImage, rules }], file: [] };
}

function files(): ContainerRules {
  const rules = Array.from({ length: RULES }, (_, index) => ({
    name: `rule-${index}`,
    action: 'deny' as const,
    paths: [`/run/secrets-${index}/*`, `*/key-${index}`],
    access: ['read', 'write'] as const,
  }));
  return { process: [], file: [{ policy: 'bench', enforced: true, rules }] };
}

async function starts(container: TestContainer): Promise<number> {
  return await nanoseconds(container, 'start', PROGRAM, STARTS);
}

function opens(path: string): (container: TestContainer) => Promise<number> {
  return async (container) => await nanoseconds(container, 'open', path, OPENS);
}

function writes(path: string): (container: TestContainer) => Promise<number> {
  return async (container) => await nanoseconds(container, 'write', path, WRITES);
}

async function nanoseconds(container: TestContainer, how: string, path: string, count: number): Promise<number> {
  const { code, output } = await container.run(PROGRAM, how, path, String(count));
  if (code !== 0) throw new Error(`programs: the container did not do what is measured: ${output}`);
  return Number(output);
}
