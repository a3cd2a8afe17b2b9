import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeClient, KubeError, type KubeObject, RESOURCES } from '@bulkhead/kube';
import { z } from 'zod';
import type { RotationStep } from './next-step.ts';
import { readSecret, SECRETS, type SecretContent, secretOf, trustOf } from './secret.ts';

export interface KeepCertificateOptions {
  readonly namespace: string;
  readonly secret: string;
  readonly webhookConfiguration: string;
  readonly names: readonly string[];
  readonly days: number;
  readonly overlapMs: number;
  /** How often to look. */
  readonly everyMs: number;
  readonly onStep: (step: RotationStep) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps the certificate in its Secret valid and trusted by the API server, until the signal aborts. For one process of a cluster, the leader.
 * At every moment the API server trusts whatever any replica shows: an authority is trusted before its certificate is shown, and
 * until that has expired.
 */
export async function keepCertificate(
  client: KubeClient,
  options: KeepCertificateOptions,
  signal: AbortSignal,
): Promise<void> {
  const keeper = new Keeper(client, options, signal);
  while (!signal.aborted) {
    let again = false;
    try {
      again = await keeper.doNext();
    } catch (error) {
      // Somebody else wrote meanwhile: what they wrote is looked at next time.
      const conflict = error instanceof KubeError && ['CONFLICT', 'ALREADY_EXISTS', 'ABORTED'].includes(error.code);
      if (!conflict && !signal.aborted) options.onError(error);
    }
    if (!again) await sleep(options.everyMs, undefined, { signal }).catch(() => undefined);
  }
}

class Keeper {
  readonly #client: KubeClient;
  readonly #options: KeepCertificateOptions;
  readonly #signal: AbortSignal;
  /** The successor that is trusted, and since when, by this process' own steady clock. */
  #trusted: { readonly authority: string; readonly since: number } | undefined;

  constructor(client: KubeClient, options: KeepCertificateOptions, signal: AbortSignal) {
    this.#client = client;
    this.#options = options;
    this.#signal = signal;
  }

  /** Does one step. True when something was done, and the next one may be due at once. */
  async doNext(): Promise<boolean> {
    const { namespace, secret, names, days, overlapMs } = this.#options;
    const found = await this.#client.find(SECRETS, { namespace, name: secret }, this.#signal);
    const content = found === undefined ? EMPTY : readSecret(found);
    await this.#trust(content);
    const now = Date.now();
    const { afterStep, nextStep } = await import('./next-step.ts');
    const step = nextStep({ content, names, now, trustedForMs: this.#trustedFor(content), overlapMs });
    if (step.step === 'none') return false;
    const after = await afterStep(step, { content, names, days, now });
    await this.#write(found, after);
    this.#options.onStep(step);
    return true;
  }

  #trustedFor({ next }: SecretContent): number | undefined {
    if (next === undefined || this.#trusted?.authority !== next.authority) return undefined;
    return performance.now() - this.#trusted.since;
  }

  async #write(found: KubeObject | undefined, content: SecretContent): Promise<void> {
    const { namespace, secret } = this.#options;
    const object = secretOf(secret, content) as { readonly metadata: object };
    const signal = this.#signal;
    if (found === undefined) {
      await this.#client.create(SECRETS, object, { namespace, signal });
      return;
    }
    const { labels, annotations, resourceVersion } = found.metadata;
    const metadata = { ...object.metadata, resourceVersion, annotations, labels: { ...labels } };
    // The type of a Secret cannot be changed.
    const type = found['type'];
    await this.#client.replace(SECRETS, { namespace, name: secret }, { ...object, metadata, type }, { signal });
  }

  /** Has the API server trust everything that may be shown. */
  async #trust(content: SecretContent): Promise<void> {
    const bundle = trustOf(content);
    if (bundle === '') return;
    const { webhookConfiguration: name } = this.#options;
    const resource = RESOURCES.validatingWebhookConfigurations;
    const found = await this.#client.get(resource, { name }, this.#signal);
    const webhooks = Configuration.parse(found).webhooks ?? [];
    const caBundle = Buffer.from(bundle).toString('base64');
    if (webhooks.some(({ clientConfig }) => clientConfig.caBundle !== caBundle)) {
      // A merge replaces the list as a whole: only when it is still the one that was read.
      const patch = {
        metadata: { resourceVersion: found.metadata.resourceVersion },
        webhooks: webhooks.map((one) => ({ ...one, clientConfig: { ...one.clientConfig, caBundle } })),
      };
      await this.#client.mergePatch(resource, { name }, patch, {
        fieldManager: 'bulkhead-webhook',
        signal: this.#signal,
      });
    }
    const { next } = content;
    if (next === undefined) this.#trusted = undefined;
    else if (this.#trusted?.authority !== next.authority) {
      this.#trusted = { authority: next.authority, since: performance.now() };
    }
  }
}

const EMPTY: SecretContent = { current: undefined, next: undefined, previousAuthorities: '' };

const Configuration = z.looseObject({
  webhooks: z
    .array(z.looseObject({ name: z.string(), clientConfig: z.looseObject({ caBundle: z.string().optional() }) }))
    .nullish(),
});
