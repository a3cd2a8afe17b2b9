import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { KubeClient } from '../client/client.ts';
import { RESOURCES } from '../client/resource.ts';
import { KubeError } from '../error.ts';
import { type CustomResourceDefinition, customResourceDefinitions, VERSION_ANNOTATION } from './definition.ts';

export interface InstallOptions {
  readonly fieldManager: string;
  readonly signal?: AbortSignal;
  /** How long to wait until the API server serves a definition. */
  readonly waitMs?: number;
  readonly definitions?: readonly CustomResourceDefinition[];
}

export interface InstalledDefinition {
  readonly name: string;
  /** `newer`: a later version of Bulkhead has written it; it was left alone. */
  readonly outcome: 'applied' | 'newer';
  /** The version of Bulkhead that the definition in the cluster is from now. */
  readonly version: string;
}

const WAIT_MS = 30_000;
const ASK_AGAIN_MS = 200;

/**
 * Applies the definitions of all kinds of policy and waits until the API server serves them. One of a later version of Bulkhead is left
 * alone: while a cluster is upgraded, old and new processes run side by side. Throws a `KubeError`.
 */
export async function installDefinitions(
  client: KubeClient,
  options: InstallOptions,
): Promise<readonly InstalledDefinition[]> {
  const { definitions = customResourceDefinitions() } = options;
  const installed = [];
  for (const definition of definitions) installed.push(await install(client, definition, options));
  for (const { name } of installed) await established(client, name, options);
  return installed;
}

async function install(
  client: KubeClient,
  definition: CustomResourceDefinition,
  { fieldManager, signal }: InstallOptions,
): Promise<InstalledDefinition> {
  const { name } = definition.metadata;
  const own = definition.metadata.annotations[VERSION_ANNOTATION] ?? '';
  const found = await client.find(RESOURCES.customResourceDefinitions, { name }, signal);
  const other = found?.metadata.annotations?.[VERSION_ANNOTATION];
  if (other !== undefined && isNewer(other, own)) return { name, outcome: 'newer', version: other };
  const { metadata, spec } = definition;
  await client.apply(RESOURCES.customResourceDefinitions, { metadata, spec }, { fieldManager, force: true, signal });
  return { name, outcome: 'applied', version: own };
}

const Conditions = z.looseObject({
  status: z.looseObject({
    conditions: z
      .array(z.looseObject({ type: z.string(), status: z.string(), message: z.string().default('') }))
      .nullish(),
  }),
});

async function established(
  client: KubeClient,
  name: string,
  { signal, waitMs = WAIT_MS }: InstallOptions,
): Promise<void> {
  const over = performance.now() + waitMs;
  for (;;) {
    const found = await client.get(RESOURCES.customResourceDefinitions, { name }, signal);
    const conditions = Conditions.safeParse(found).data?.status.conditions ?? [];
    if (conditions.some(({ type, status }) => type === 'Established' && status === 'True')) return;
    if (performance.now() > over) throw notServed(name, conditions);
    await sleep(ASK_AGAIN_MS, undefined, { ...(signal !== undefined && { signal }) });
  }
}

function notServed(
  name: string,
  conditions: readonly { readonly status: string; readonly message: string }[],
): KubeError {
  const why = conditions.filter(({ status }) => status === 'False').map(({ message }) => message);
  return new KubeError('UNAVAILABLE', {
    what: `the API server does not serve ${name}`,
    why: why.length === 0 ? 'it has not said why' : why.join('; '),
    fix: `look at kubectl describe crd ${name}`,
  });
}

/** Whether one version of Bulkhead is later than another. What is no version is earlier than every one. */
export function isNewer(version: string, than: string): boolean {
  const [a, b] = [partsOf(version), partsOf(than)];
  if (a === undefined) return false;
  if (b === undefined) return true;
  for (const [index, part] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0;
    if (part !== other) return part > other;
  }
  // A pre-release comes before what it is one of.
  if (a.pre === b.pre) return false;
  if (a.pre === '' || b.pre === '') return a.pre === '';
  return a.pre.localeCompare(b.pre, 'en', { numeric: true }) > 0;
}

function partsOf(version: string): { readonly numbers: readonly number[]; readonly pre: string } | undefined {
  const found = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]+))?(?:\+|$)/.exec(version);
  return found === null ? undefined : { numbers: found.slice(1, 4).map(Number), pre: found[4] ?? '' };
}
