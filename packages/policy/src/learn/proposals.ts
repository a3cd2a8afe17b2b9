import { API_VERSION, compareText, type Selector } from '@bulkhead/core';
import type { PolicyDocument } from '../compile/snapshot.ts';
import { distinctNames, slugOf } from './document-name.ts';
import type { LearntWorkload } from './flow.ts';

/** What Kubernetes recommends to say which application a pod belongs to; then what was usual before. */
const RECOMMENDED = ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/component'] as const;
const USUAL = ['app', 'k8s-app'] as const;

/** Beyond so many workloads of one namespace a group for each is nothing that anybody reviews. */
const MAX_OF_A_NAMESPACE = 32;

interface Proposal {
  readonly selector: Selector;
  readonly name: string;
  readonly key: string;
}

/** Groups for workloads that are in none, so that rules can name them. */
export class Proposals {
  readonly #names: ReadonlyMap<string, string>;
  readonly #byKey = new Map<string, Proposal>();
  readonly #whole = new Set<string>();

  /** `taken` are the names of the groups that there are. */
  constructor(workloads: Iterable<LearntWorkload>, taken: ReadonlySet<string>) {
    const all = new Map([...workloads].map(single).map((proposal) => [proposal.key, proposal]));
    const byNamespace = Map.groupBy(all.values(), ({ selector }) => selector.namespaces?.[0]);
    for (const [namespace, proposals] of byNamespace) {
      if (namespace === undefined || proposals.length <= MAX_OF_A_NAMESPACE) {
        for (const proposal of proposals) this.#byKey.set(proposal.key, proposal);
        continue;
      }
      this.#whole.add(namespace);
      const whole = {
        selector: { namespaces: [namespace] },
        name: slugOf(namespace),
        key: JSON.stringify([namespace]),
      };
      for (const { key } of proposals) this.#byKey.set(key, whole);
    }
    const distinct = [...new Map([...this.#byKey.values()].map((proposal) => [proposal.key, proposal])).values()];
    const named = distinctNames(distinct, ({ name, key }) => ({ name, meaning: key }), taken);
    this.#names = new Map([...named].map(([{ key }, name]) => [key, name]));
  }

  /** The name of the group that is proposed for a workload. */
  groupOf(workload: LearntWorkload): string | undefined {
    const proposal = this.#byKey.get(single(workload).key);
    return proposal === undefined ? undefined : this.#names.get(proposal.key);
  }

  /** The proposed groups, by name. They are in `discover`: a group that nobody looked at holds nobody back. */
  documents(): readonly PolicyDocument[] {
    const named = new Map(
      [...this.#byKey.values()].map(({ key, selector }) => [this.#names.get(key) ?? key, selector]),
    );
    return [...named]
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([name, selector]) => ({
        apiVersion: API_VERSION,
        kind: 'WorkloadGroup',
        metadata: { name },
        spec: {
          description: 'Proposed because learnt rules name its workloads, which no other group selects.',
          selector: written(selector),
          mode: 'discover',
        },
      }));
  }

  /** Namespaces that are one group as a whole, since too many of their workloads are in none. */
  get wholeNamespaces(): readonly string[] {
    return [...this.#whole].toSorted(compareText);
  }
}

function single({ namespace, name, labels = {} }: LearntWorkload): Proposal {
  const telling = tellingLabels(labels);
  const place = namespace === undefined ? {} : { namespaces: [exactGlob(namespace)] };
  const words = Object.values(telling).length > 0 ? Object.values(telling) : [name];
  const selector: Selector =
    Object.keys(telling).length > 0
      ? { ...place, labels: { matchLabels: telling, matchExpressions: [] } }
      : { ...place, names: [exactGlob(name)] };
  const distinctWords = [...new Set([namespace ?? '', ...words])];
  return { selector, name: slugOf(distinctWords.join('-')), key: JSON.stringify(selector) };
}

function tellingLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const given = (keys: readonly string[]): readonly (readonly [string, string])[] =>
    keys.flatMap((key) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      return value === undefined || value === '' ? [] : [[key, value] as const];
    });
  const recommended = given(RECOMMENDED);
  return Object.fromEntries(recommended.length > 0 ? recommended : given(USUAL).slice(0, 1));
}

/** No orchestrator has them in names: what is no glob stands for itself, and one that is there for any character. */
function exactGlob(text: string): string {
  return text.replaceAll('*', '?');
}

function written(selector: Selector): object {
  const { labels, ...rest } = selector;
  return labels === undefined ? rest : { ...rest, labels: { matchLabels: labels.matchLabels } };
}
