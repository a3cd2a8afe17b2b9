import { NftablesError, release, stopCountingFlows } from '@bulkhead/nftables';
import { tracesIn } from '../enforcement/traces.ts';
import { requirePrivileges } from '../privileges.ts';
import { findNamespaces } from './find-namespaces.ts';

/**
 * Takes back every rule that an agent left in a network namespace of this machine, and says so, one line of JSON each. Resolves
 * with the exit code: 1 where some rules stay, because an agent that lives answers for them or the kernel refused.
 */
export async function cleanUp(): Promise<number> {
  requirePrivileges();
  const namespaces = findNamespaces();
  let [released, problems] = [0, 0];
  for (const netns of namespaces) {
    const outcome = await clean(netns);
    if (outcome === 'clean') continue;
    if (outcome === 'released') released += 1;
    else problems += 1;
    say({ event: 'rules-removed', netns, ...(outcome !== 'released' && { problem: outcome.problem }) });
  }
  say({ event: 'cleaned-up', namespaces: namespaces.length, released, problems });
  return problems === 0 ? 0 : 1;
}

async function clean(netns: string): Promise<'clean' | 'released' | { readonly problem: string }> {
  try {
    const traces = await tracesIn(netns);
    if (traces === 'none') return 'clean';
    if (traces === 'answered') return { problem: 'an agent that runs answers for them: end it first' };
    await release(netns);
    await stopCountingFlows(netns);
    return 'released';
  } catch (error) {
    // Its last process ended meanwhile: a namespace takes its rules with it.
    if (error instanceof NftablesError && error.code === 'NAMESPACE_UNAVAILABLE') return 'clean';
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function say(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
