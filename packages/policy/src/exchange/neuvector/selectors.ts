import { readPrefix } from '../../network/address.ts';
import { isDomain } from '../../network/domain.ts';
import { NODE_PEER } from '../../network/rule-set.ts';
import type { ImportContext } from './context.ts';
import type { SelectorShape } from './shape.ts';

interface Labels {
  readonly matchLabels: Record<string, string>;
  readonly matchExpressions: { readonly key: string; readonly operator: string; readonly values: readonly string[] }[];
}

/** Criteria that are about the container itself, which groups of ours do not ask for. */
const NOT_CARRIED = new Set(['image', 'node', 'user']);

/**
 * Who a selector of theirs means, as peers of ours, with a group made for it where it needs one. Undefined where it cannot
 * be said; then that has been noted.
 */
export function peersOf(
  selector: SelectorShape,
  of: string,
  context: ImportContext,
): readonly string[] | 'anybody' | undefined {
  const { name, criteria } = selector;
  if (name === 'nodes') return [NODE_PEER];
  if (name === 'external') {
    context.note(of, 'its peer "external" (who is not in the cluster) becomes anybody, which is wider');
    return 'anybody';
  }
  if (name === 'containers') {
    context.note(of, 'its peer "containers" (whoever is in the cluster) becomes anybody, which is wider');
    return 'anybody';
  }
  const addresses = (criteria ?? []).filter(({ key }) => key === 'address');
  if (addresses.length > 0) {
    const known = addresses.flatMap(({ value }) => addressPeer(value));
    if (known.length < addresses.length) context.note(of, 'some addresses of its peer are ranges or no addresses');
    return known.length === 0 ? undefined : known;
  }
  const group = groupFor(selector, undefined, of, context);
  return group === undefined ? undefined : [group];
}

/** The group of ours for a selector of theirs, made when it is met first. With a mode it is the target of a rule. */
export function groupFor(
  selector: SelectorShape,
  mode: string | undefined,
  of: string,
  context: ImportContext,
): string | undefined {
  const isKnown = context.has('WorkloadGroup', selector.name);
  const group = context.nameFor('WorkloadGroup', selector.name);
  if (isKnown && mode === undefined) return group;
  const spec = { selector: selectorOf(selector, of, context), mode: mode ?? 'discover', sensors: [] };
  if (Object.keys(spec.selector).length === 0) {
    context.note(of, `group "${selector.name}" has no criterion that can be carried over`);
    return undefined;
  }
  const made = context.documents.find(
    (document) =>
      (document as { kind: string }).kind === 'WorkloadGroup' &&
      (document as { metadata: { name: string } }).metadata.name === group,
  ) as { spec: object } | undefined;
  // Met as a peer before: now it is known how far it goes.
  if (made === undefined) context.add('WorkloadGroup', group, spec);
  else made.spec = spec;
  return group;
}

function selectorOf(selector: SelectorShape, of: string, context: ImportContext): object {
  const namespaces: string[] = [];
  const names: string[] = [];
  const labels: Labels = { matchLabels: {}, matchExpressions: [] };
  for (const { key, op, value } of selector.criteria ?? []) {
    const say = (text: string): void => context.note(of, `criterion ${key} ${op} ${value} of its selector ${text}`);
    const glob = globOf(op, value);
    if (NOT_CARRIED.has(key)) {
      say('is not carried over');
    } else if (key === 'domain' || key === 'namespace') {
      if (glob === undefined) say('is not carried over');
      else namespaces.push(glob);
    } else if (key === 'service' || key === 'container') {
      // A service of theirs is the name of a Deployment and such, a dot, and its namespace.
      const [workload = '', namespace] = key === 'service' ? value.split('.') : [value];
      if (op !== '=' || workload === '') say('is not carried over');
      else {
        names.push(workload, `${workload}-*`);
        if (namespace !== undefined && namespace !== '') namespaces.push(namespace);
      }
    } else {
      addLabel(key === 'label' ? value : `${key}=${value}`, op, labels, say);
    }
  }
  const hasLabels = Object.keys(labels.matchLabels).length + labels.matchExpressions.length > 0;
  return {
    ...(namespaces.length > 0 && { namespaces: [...new Set(namespaces)] }),
    ...(names.length > 0 && { names: [...new Set(names)] }),
    ...(hasLabels && { labels }),
  };
}

function addLabel(pair: string, op: string, labels: Labels, say: (text: string) => void): void {
  const at = pair.indexOf('=');
  const [key, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
  if (op === '=') labels.matchLabels[key] = value;
  else if (op === '!=') labels.matchExpressions.push({ key, operator: 'NotIn', values: [value] });
  else say('is not carried over');
}

function globOf(op: string, value: string): string | undefined {
  if (op === '=') return value;
  if (op === 'contains') return `*${value}*`;
  return op === 'prefix' ? `${value}*` : undefined;
}

function addressPeer(value: string): readonly string[] {
  if (readPrefix(value) !== undefined) return [value];
  const domain = value.replace(/^vh:/, '');
  return isDomain(domain) ? [domain.toLowerCase()] : [];
}
