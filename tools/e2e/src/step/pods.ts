import { NAMESPACE } from '../release.ts';
import { runFor, type Target } from '../target.ts';

const LAST_LINES = 15;
const LAST_WARNINGS = 20;

/** A line for each pod: its name, and whether it is ready. */
const READINESS =
  'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';

/** Has what changes the release reject with what its pods are at, too: Helm alone says that the time is up. */
export async function orTellPods(target: Target, change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why}\n${await podsOf(target)}`, { cause: error });
  }
}

/** The pods of the release, warnings about them, and the last lines of those that are not ready. Does not reject. */
async function podsOf(target: Target): Promise<string> {
  const run = (...parameters: string[]) => runFor(target, [target.kubectl, '-n', NAMESPACE, ...parameters]);
  const ask = async (...parameters: string[]): Promise<string> => {
    const { stdout, stderr } = await run(...parameters);
    return (stdout + stderr).trim();
  };
  const warnings = await ask('get', 'events', '--field-selector=type=Warning', '--sort-by=.lastTimestamp');
  const parts = [await ask('get', 'pods', '-o', 'wide'), warnings.split('\n').slice(-LAST_WARNINGS).join('\n')];
  const { code, stdout: readiness } = await run('get', 'pods', '-o', READINESS);
  for (const name of code === 0 ? notReady(readiness) : []) {
    parts.push(`${name}:\n${await ask('logs', name, '--all-containers', `--tail=${LAST_LINES}`)}`);
  }
  return parts.join('\n\n');
}

function notReady(readiness: string): readonly string[] {
  const pods = readiness.split('\n').map((line) => line.split(' '));
  return pods.flatMap(([name = '', isReady]) => (name === '' || isReady === 'True' ? [] : [name]));
}
