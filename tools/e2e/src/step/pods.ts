import { NAMESPACE } from '../release.ts';
import { runFor, type Target } from '../target.ts';

const LAST_LINES = 15;
const LAST_WARNINGS = 20;

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

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
  const ask = async (...parameters: string[]): Promise<string> => {
    const { stdout, stderr } = await runFor(target, [target.kubectl, '-n', NAMESPACE, ...parameters]);
    return (stdout + stderr).trim();
  };
  const warnings = await ask('get', 'events', '--field-selector=type=Warning', '--sort-by=.lastTimestamp');
  const parts = [await ask('get', 'pods', '-o', 'wide'), warnings.split('\n').slice(-LAST_WARNINGS).join('\n')];
  for (const name of notReady(await ask('get', 'pods', '-o', 'json'))) {
    parts.push(`${name}:\n${await ask('logs', name, '--all-containers', `--tail=${LAST_LINES}`)}`);
  }
  return parts.join('\n\n');
}

function notReady(json: string): readonly string[] {
  if (!json.startsWith('{')) return [];
  const { items } = JSON.parse(json) as PodList;
  const isReady = ({ status }: PodList['items'][number]): boolean =>
    status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
  return items.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata.name);
}
