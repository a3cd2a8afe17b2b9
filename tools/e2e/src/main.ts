import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { clusterMissing, renderSteps, type StepResult } from '@bulkhead/lab';
import { makeIdentity } from './identity.ts';
import { openKubeconfigTarget } from './kubeconfig-target.ts';
import { openLabTarget } from './lab-target.ts';
import { RECEIVER_HOST } from './receiver.ts';
import { scenario } from './scenario.ts';
import { SHOP_HOST } from './shop.ts';

const USAGE = `Usage: bulkhead e2e [--output FILE]

Installs Bulkhead by its chart in a cluster and shows that it does what it is for: a card number between two pods
is stopped and told of by webhook and syslog, encrypted it passes, a privileged pod and one of an image with a known vulnerability are denied, and only what
the chart's README names is left when it is uninstalled.

Without KUBECONFIG a cluster of one node is started on this machine (root; tools/cluster/kubernetes.sh builds it) and
removed afterwards. With KUBECONFIG that cluster is used; its nodes pull the images from BULKHEAD_E2E_REGISTRY with the
tag BULKHEAD_E2E_TAG (deploy/images builds them), and those of Redis, PostgreSQL and a registry from where they always are.

  --output FILE   writes a JSON report there
`;

const { values: flags } = parseArgs({
  options: { output: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
});

/** Runs the steps and gives the exit code: 0 only when every one did what it should. */
async function main(interrupted: AbortSignal): Promise<number> {
  const say = (text: string): void => void process.stderr.write(text);
  const { KUBECONFIG: kubeconfig = '' } = process.env;
  const missing = kubeconfig === '' ? clusterMissing() : undefined;
  if (missing !== undefined) {
    say(`skipped: the cluster: ${missing}\n`);
    return 0;
  }
  const target = kubeconfig === '' ? await openLabTarget(say) : openKubeconfigTarget(kubeconfig);
  const steps: StepResult[] = [];
  try {
    const identity = await makeIdentity([SHOP_HOST, RECEIVER_HOST]);
    for (const step of scenario(target, identity)) {
      if (interrupted.aborted) break;
      const result = await step();
      say(`  ${result.isAsExpected ? 'ok    ' : 'FAILED'} ${result.name}\n`);
      steps.push(result);
      // Every step builds on those before it.
      if (!result.isAsExpected) break;
    }
  } finally {
    await target.close();
  }
  const isGood = !interrupted.aborted && steps.every((step) => step.isAsExpected);
  const report = `${JSON.stringify({ schemaVersion: 1, isGood, steps }, undefined, 2)}\n`;
  if (flags.output !== undefined) await writeFile(flags.output, report);
  process.stdout.write(`\n${renderSteps(steps)}\n`);
  if (!isGood) say(`what the last step saw: ${JSON.stringify(steps.at(-1)?.evidence, undefined, 2)}\n`);
  return isGood ? 0 : 1;
}

if (flags.help) {
  process.stdout.write(USAGE);
} else {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());
  try {
    process.exitCode = await main(interruption.signal);
  } catch (error) {
    process.stderr.write(`\nerror: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = interruption.signal.aborted ? 130 : 1;
  }
}
