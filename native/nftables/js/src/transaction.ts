import { addon } from './addon.ts';
import { ERROR_CODES, NftablesError } from './error.ts';
import { findFailingCommand } from './failing-command.ts';
import { type NetworkNamespace, namespacePath } from './network-namespace.ts';
import { type NftCommand, type NftObject, objectsIn } from './nft-json.ts';

type Form = 'json' | 'text';

let previous: Promise<unknown> = Promise.resolve();

/**
 * Runs commands in a namespace as one transaction: the kernel takes all of them, or none and this rejects.
 *
 * On refusal the error names the first command that the kernel would not take; to find it the commands are judged
 * again without effect, so a ruleset that changed meanwhile may leave `failingCommand` undefined.
 */
export async function runTransaction(namespace: NetworkNamespace, commands: readonly NftCommand[]): Promise<void> {
  await runNamingFailure(namespacePath(namespace), commands, 'json', false);
}

/** Has the kernel judge a transaction without effect, and rejects as `runTransaction` would. */
export async function checkTransaction(namespace: NetworkNamespace, commands: readonly NftCommand[]): Promise<void> {
  await runNamingFailure(namespacePath(namespace), commands, 'json', true);
}

/**
 * Runs commands in nft's own language as one transaction, and gives back what nft printed.
 *
 * Not for listing what somebody else made: see `listTable`.
 */
export function runText(namespace: NetworkNamespace, commands: readonly string[]): Promise<string> {
  return runNamingFailure(namespacePath(namespace), commands, 'text', false);
}

/** The tables or chains of one family, without what is in them: for these, nft does not read sets (see `listTable`). */
export async function listNames(
  namespace: NetworkNamespace,
  kind: 'tables' | 'chains',
  family: string,
): Promise<readonly NftObject[]> {
  return objectsIn(
    await run(namespacePath(namespace), write([{ list: { [kind]: { family } } }], 'json'), 'json', false),
  );
}

async function runNamingFailure(
  path: string,
  commands: readonly NftCommand[] | readonly string[],
  form: Form,
  dryRun: boolean,
): Promise<string> {
  try {
    return await run(path, write(commands, form), form, dryRun);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const accepts = (prefix: readonly (NftCommand | string)[]) => isAccepted(path, write(prefix, form), form);
    const failing = await findFailingCommand<NftCommand | string>(commands, accepts);
    if (failing === undefined) throw error;
    const failingCommand = typeof failing === 'string' ? failing : JSON.stringify(failing);
    const message = `${error.message} (refused: ${truncate(failingCommand)})`;
    throw new NftablesError(error.code, message, { cause: error, failingCommand });
  }
}

async function isAccepted(path: string, commands: string, form: Form): Promise<boolean> {
  try {
    await run(path, commands, form, true);
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

function isRefusal(error: unknown): error is NftablesError {
  return error instanceof NftablesError && error.code === 'TRANSACTION_REFUSED';
}

/** One run at a time, so that waiting ones hold no thread of the pool that files and name look-ups need as well. */
function run(path: string, commands: string, form: Form, dryRun: boolean): Promise<string> {
  const turn = previous.then(async () => {
    const result = await addon().run(path, commands, form, dryRun);
    if (result.outcome === 'done') return result.output;
    const place = path === '' ? '' : `${path}: `;
    throw new NftablesError(ERROR_CODES[result.outcome], `${place}${result.error.trim()}`);
  });
  previous = turn.catch(() => undefined);
  return turn;
}

function truncate(text: string): string {
  return text.length <= 400 ? text : `${text.slice(0, 399)}…`;
}

function write(commands: readonly (NftCommand | string)[], form: Form): string {
  if (form === 'json') return JSON.stringify({ nftables: commands });
  return commands.map((command) => `${typeof command === 'string' ? command : JSON.stringify(command)}\n`).join('');
}
