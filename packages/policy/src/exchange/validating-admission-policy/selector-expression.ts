import type { AdmissionSelector } from '../../admission/policy.ts';
import { allOf, anyOf, list, literal, matchesOneOf } from './text.ts';

/** That an object is selected, as an expression. */
export function selectorExpression({ namespaces, names, labels }: AdmissionSelector): string {
  const owners = 'has(object.metadata.ownerReferences) && object.metadata.ownerReferences';
  const name =
    '(has(object.metadata.name) && object.metadata.name != "" ? object.metadata.name : has(object.metadata.generateName) ? object.metadata.generateName : "(unnamed)")';
  return allOf([
    ...(namespaces === undefined ? [] : [matchesOneOf(namespaces, 'request.namespace')]),
    ...(names === undefined
      ? []
      : [anyOf([matchesOneOf(names, name), `(${owners}.exists(o, ${matchesOneOf(names, 'o.name')}))`])]),
    ...Object.entries(labels?.matchLabels ?? {}).map(
      ([key, value]) => `(${has(key)} && ${labelOf(key)} == ${literal(value)})`,
    ),
    ...(labels?.matchExpressions ?? []).map(({ key, operator, values }) => {
      if (operator === 'Exists') return has(key);
      if (operator === 'DoesNotExist') return `!(${has(key)})`;
      const among = `(${has(key)} && ${labelOf(key)} in ${list(values)})`;
      return operator === 'In' ? among : `!${among}`;
    }),
  ]);
}

function has(key: string): string {
  return `${literal(key)} in variables.labels`;
}

function labelOf(key: string): string {
  return `variables.labels[${literal(key)}]`;
}
