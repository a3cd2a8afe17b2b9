import { runStep, type StepResult } from '@bulkhead/lab';
import type { Identity } from './identity.ts';
import { privileged } from './step/admission.ts';
import { alerts, receiver } from './step/alerts.ts';
import { events } from './step/findings.ts';
import { cleanImage, lateImage, scanned, signedImage, supply, vulnerableImage, watchRegistry } from './step/images.ts';
import { owners } from './step/owners.ts';
import { programs } from './step/programs.ts';
import { install, uninstall, upgrade } from './step/release.ts';
import { services } from './step/services.ts';
import { applyPolicy, cardOrder, encryptedOrder, restartAgent, unprotected } from './step/traffic.ts';
import type { Target } from './target.ts';

/** Everything that must hold in a cluster, in order. Each step builds on those before it. */
export function scenario(target: Target, identity: Identity): readonly (() => Promise<StepResult>)[] {
  return [
    () => runStep('a registry with four images, a feed of advisories', 'pushed', () => supply(target)),
    () => runStep('a receiver of alerts', 'listens for webhooks and syslog', () => receiver(target, identity)),
    () => runStep('helm install', 'every pod is ready', () => install(target, identity)),
    () => runStep('the registry is watched', 'taken by the api', () => watchRegistry(target)),
    () => runStep('two pods without a policy', 'exchange what they like', () => unprotected(target, identity)),
    () => runStep('kubectl apply of a sensor and a group', 'accepted, enforced on the node', () => applyPolicy(target)),
    () => runStep('an order with a card, HTTP', 'blocked, never arrives', () => cardOrder(target)),
    () => runStep('alerts of it', 'one by webhook, signed, one by syslog', () => alerts(target)),
    () => runStep('the same order, TLS', 'arrives', () => encryptedOrder(target)),
    () => runStep('a Deployment', 'names what its pods are, call and run', () => owners(target)),
    () =>
      runStep('kubectl apply of a NetworkRuleSet', 'the Service of a group is reached, others are not', () =>
        services(target),
      ),
    () =>
      runStep('kubectl apply of a ProcessPolicy', 'sshd is refused, then what is not of the image', () =>
        programs(target),
      ),
    () => runStep('a privileged pod', 'denied, and told why', () => privileged(target)),
    () => runStep('the worker crawls the registry', 'all images scanned', () => scanned(target)),
    () => runStep('a pod of the vulnerable image', 'denied, with the CVE and its fix', () => vulnerableImage(target)),
    () => runStep('a pod of the image with the fix', 'let in', () => cleanImage(target)),
    () => runStep('pods of a signed and an unsigned image', 'let in, and denied', () => signedImage(target)),
    () => runStep('a pod of an image that came later', 'denied, scanned, let in', () => lateImage(target)),
    () => runStep('the agent starts again', 'the new one blocks the card', () => restartAgent(target)),
    () => runStep('what the control plane knows', 'findings, each once', () => events(target)),
    () => runStep('helm upgrade', 'every pod is ready again', () => upgrade(target)),
    () => runStep('helm uninstall', 'only what its README names is left', () => uninstall(target)),
  ];
}
