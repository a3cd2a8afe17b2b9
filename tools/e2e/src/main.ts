import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clusterMissing, makeCertificate, renderSteps, type StepResult } from '@bulkhead/lab';
import { openKubeconfigTarget } from './kubeconfig-target.ts';
import { openLabTarget } from './lab-target.ts';
import { scenario } from './scenario.ts';
import type { ShopCertificate } from './shop.ts';

const USAGE = `Usage: bulkhead e2e [--output FILE]

Installs Bulkhead by its chart in a cluster and shows that it does what it is for: a card number between two pods
is stopped, encrypted it passes, a privileged pod and one of an image with a known vulnerability are denied, and only what
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
    const certificate = await makeShopCertificate();
    for (const step of scenario(target, certificate)) {
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

async function makeShopCertificate(): Promise<ShopCertificate> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-e2e-identity-'));
  try {
    const { key, certificate } = await makeCertificate(folder, ['shop.shop.svc.cluster.local']);
    return { key: await readFile(key, 'utf8'), certificate: await readFile(certificate, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
