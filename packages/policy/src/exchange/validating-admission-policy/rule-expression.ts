import type {
  AdmissionCriterion,
  EntryCriterion,
  ImageCriterion,
  ResourceCriterion,
  VolumeCriterion,
} from '../../admission/policy.ts';
import { allOf, anyOf, list, literal, matchesOneOf } from './text.ts';

/** A rule as an expression that is true where it holds, or why it is none. */
export type RuleExpression =
  | { readonly expression: string; readonly messageExpression?: string; readonly message?: string }
  | { readonly missing: string };

/** A criterion in the words of a ValidatingAdmissionPolicy. What cannot be said exactly is not said. */
export function ruleExpression(criterion: AdmissionCriterion): RuleExpression {
  if ('cel' in criterion) return celExpression(criterion.cel);
  if ('images' in criterion) return { expression: images(criterion.images) };
  if ('capabilities' in criterion) return { expression: capabilities(criterion.capabilities) };
  if ('volumes' in criterion) return { expression: volumes(criterion.volumes) };
  if ('resources' in criterion) return { expression: resources(criterion.resources) };
  if ('labels' in criterion) return { expression: entries('variables.labels', criterion.labels) };
  if ('annotations' in criterion) return { expression: entries('variables.annotations', criterion.annotations) };
  if ('serviceAccounts' in criterion) return { expression: serviceAccounts(criterion.serviceAccounts) };
  if ('podSecurity' in criterion) {
    return { missing: `the label pod-security.kubernetes.io/enforce: ${criterion.podSecurity} of a namespace says it` };
  }
  if ('misconfigurations' in criterion) return { missing: 'misconfigurations are known to Bulkhead alone' };
  return { missing: 'it needs more than the object' };
}

function celExpression({
  text,
  each,
  message,
  messageExpression,
}: Extract<AdmissionCriterion, { cel: unknown }>['cel']): RuleExpression {
  const said = message === undefined ? {} : { message };
  if (each === undefined) {
    return {
      expression: `(${text})`,
      ...said,
      ...(messageExpression !== undefined && { messageExpression: messageExpression.text }),
    };
  }
  const wrong = `variables.containers.filter(container, !(${text}))`;
  return {
    expression: `variables.containers.all(container, (${text}))`,
    ...said,
    ...(messageExpression !== undefined && {
      messageExpression: `${wrong}.map(container, (${messageExpression.text})).join("; ")`,
    }),
  };
}

function images({ allow, deny, digest, denyTags }: ImageCriterion): string {
  const each = (of: string, holds: string): string => `variables.${of}.all(i, ${holds})`;
  const tag = '(i.matches(":[^/]*$") ? i.substring(i.lastIndexOf(":") + 1) : "latest")';
  return allOf([
    'variables.imagesAreReferences',
    ...(allow === undefined ? [] : [each('imageNames', matchesOneOf(allow, 'i'))]),
    ...(deny === undefined ? [] : [each('imageNames', `!${matchesOneOf(deny, 'i')}`)]),
    ...(digest === undefined ? [] : [each('images', 'i.contains("@")')]),
    ...(denyTags === undefined ? [] : [each('images', `i.contains("@") || !${matchesOneOf(denyTags, tag)}`)]),
  ]);
}

function capabilities({
  allow,
  drop,
}: {
  readonly allow?: readonly string[];
  readonly drop?: readonly string[];
}): string {
  const has = (key: string): string =>
    `has(c.securityContext) && has(c.securityContext.capabilities) && has(c.securityContext.capabilities.${key})`;
  const bare = 'n.upperAscii().matches("^CAP_") ? n.upperAscii().substring(4) : n.upperAscii()';
  const named = (key: string): string => `c.securityContext.capabilities.${key}.map(n, ${bare})`;
  const dropped = (name: string): string => `${literal(name)} in ${named('drop')}`;
  const each = (holds: string): string => `variables.containers.all(c, ${holds})`;
  return allOf([
    ...(allow === undefined ? [] : [each(`!(${has('add')}) || ${named('add')}.all(n, n in ${list(allow)})`)]),
    ...(drop === undefined ? [] : [each(`${has('drop')} && ${anyOf([dropped('ALL'), allOf(drop.map(dropped))])}`)]),
  ]);
}

function volumes({ allow, deny, hostPaths }: VolumeCriterion): string {
  const each = (holds: string): string =>
    `(!has(variables.pod.spec.volumes) || variables.pod.spec.volumes.all(v, ${holds}))`;
  // A volume of which only the name is given is an emptyDir.
  const types = 'v.map(k, k).filter(k, k != "name")';
  const typed = `(${types}.size() == 0 ? ["emptyDir"] : ${types})`;
  const steps = 'v.hostPath.path.split("/").filter(s, s != "" && s != ".")';
  const below = (folder: string): string => {
    const wanted = folder.split('/').filter((step) => step !== '' && step !== '.');
    return wanted.length === 0 ? 'true' : `(${steps}.join("/") + "/").startsWith(${literal(`${wanted.join('/')}/`)})`;
  };
  return allOf([
    ...(allow === undefined ? [] : [each(`${typed}.all(t, t in ${list(allow)})`)]),
    ...(deny === undefined ? [] : [each(`!${typed}.exists(t, t in ${list(deny)})`)]),
    ...(hostPaths === undefined
      ? []
      : [each(`!has(v.hostPath) || (!(".." in ${steps}) && ${anyOf(hostPaths.map(below))})`)]),
  ]);
}

function resources({ require, maximum }: ResourceCriterion): string {
  const parts = (where: string): readonly [string, string] => {
    const [kind = '', name = ''] = where.split('.');
    return [kind, name];
  };
  const has = (kind: string, name: string): string =>
    `(has(c.resources) && has(c.resources.${kind}) && ${literal(name)} in c.resources.${kind})`;
  // A limit without a request is taken for the request too.
  const known = (kind: string, name: string): string =>
    kind === 'limits' ? has(kind, name) : `(${has(kind, name)} || ${has('limits', name)})`;
  const value = (kind: string, name: string): string => {
    const own = `c.resources.${kind}[${literal(name)}]`;
    const amount = kind === 'limits' ? own : `(${has(kind, name)} ? ${own} : c.resources.limits[${literal(name)}])`;
    return `quantity(string(${amount}))`;
  };
  const each = (holds: string): string => `variables.sizedContainers.all(c, ${holds})`;
  return allOf([
    ...require.map((where) => each(known(...parts(where)))),
    ...[...maximum].map(([where, most]) => {
      const [kind, name] = parts(where);
      const fits = `${value(kind, name)}.compareTo(quantity(${literal(most.text)})) <= 0`;
      return each(kind === 'limits' ? `${known(kind, name)} && ${fits}` : `!${known(kind, name)} || ${fits}`);
    }),
  ]);
}

function entries(map: string, { require, deny }: EntryCriterion): string {
  const matches = (key: string, glob: string): string =>
    `(${literal(key)} in ${map} && ${matchesOneOf([glob], `${map}[${literal(key)}]`)})`;
  return allOf([
    ...Object.entries(require).map(([key, glob]) => matches(key, glob)),
    ...Object.entries(deny).map(([key, glob]) => `!${matches(key, glob)}`),
  ]);
}

function serviceAccounts({
  allow,
  deny,
}: {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}): string {
  const said = (key: string): string => `has(variables.pod.spec.${key}) && variables.pod.spec.${key} != ""`;
  const account = `(${said('serviceAccountName')} ? variables.pod.spec.serviceAccountName : ${said('serviceAccount')} ? variables.pod.spec.serviceAccount : "default")`;
  return allOf([
    ...(allow === undefined ? [] : [matchesOneOf(allow, account)]),
    ...(deny === undefined ? [] : [`!${matchesOneOf(deny, account)}`]),
  ]);
}
