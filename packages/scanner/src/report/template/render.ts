import { ScanError } from '../../error.ts';
import { write } from './filter.ts';
import type { TemplateNode } from './parse.ts';

/** Nested sections multiply: a template of a few lines could fill a disk. */
const MAX_OUTPUT = 512 * 1024 * 1024;

interface Scope {
  readonly value: unknown;
  readonly index: number;
  readonly last: boolean;
  readonly parent: Scope | undefined;
}

/**
 * Writes the nodes of a template. A name is looked up among the own properties of the value at hand, then of the values
 * around it; nothing inherited can be reached and nothing is ever called.
 */
export function* renderTemplate(nodes: readonly TemplateNode[], data: object): Generator<string> {
  let length = 0;
  for (const piece of render(nodes, { value: data, index: 0, last: true, parent: undefined })) {
    length += piece.length;
    if (length > MAX_OUTPUT) {
      throw new ScanError('INVALID_TEMPLATE', {
        what: 'cannot write the report through the template',
        why: `it would be longer than ${MAX_OUTPUT} characters`,
        fix: 'nest fewer sections',
      });
    }
    yield piece;
  }
}

function* render(nodes: readonly TemplateNode[], scope: Scope): Generator<string> {
  for (const node of nodes) {
    if (node.kind === 'text') yield node.text;
    else if (node.kind === 'value') yield write(resolve(node.path, scope), node.filter);
    else yield* section(node, scope);
  }
}

function* section(node: TemplateNode & { readonly kind: 'section' }, scope: Scope): Generator<string> {
  const value = resolve(node.path, scope);
  const shows = Array.isArray(value)
    ? value.length > 0
    : value !== undefined && value !== null && value !== false && value !== '';
  if (node.inverted) {
    if (!shows) yield* render(node.nodes, scope);
    return;
  }
  if (!shows) return;
  if (!Array.isArray(value)) {
    // A flag such as @first changes nothing about what names mean inside.
    const inner = typeof value === 'object' ? { value, index: 0, last: true, parent: scope } : scope;
    yield* render(node.nodes, inner);
    return;
  }
  for (const [index, item] of value.entries()) {
    yield* render(node.nodes, { value: item, index, last: index === value.length - 1, parent: scope });
  }
}

function resolve(path: readonly string[], scope: Scope): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return scope.value;
  if (first === '@index') return scope.index;
  if (first === '@first') return scope.index === 0;
  if (first === '@last') return scope.last;
  for (let around: Scope | undefined = scope; around !== undefined; around = around.parent) {
    if (owns(around.value, first)) {
      return rest.reduce<unknown>((value, step) => (owns(value, step) ? value[step] : undefined), around.value[first]);
    }
  }
  return undefined;
}

function owns(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name);
}
