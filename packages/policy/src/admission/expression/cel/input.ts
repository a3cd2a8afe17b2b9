import { type CelInput, celMap } from '@bufbuild/cel';
import { MAX_DEPTH, MAX_VALUES } from '../language.ts';

/**
 * Plain data (of JSON) as CEL has it: whole numbers are `int`, others `double`. Undefined for data that is larger or deeper
 * than what is evaluated. Objects within it that are `known` from earlier data are taken over.
 */
export function inputOf(data: unknown, known: Map<object, unknown> = new Map()): CelInput | undefined {
  const left = { values: MAX_VALUES, known };
  const value = converted(data, 0, left);
  return left.values < 0 ? undefined : value;
}

interface Left {
  values: number;
  readonly known: Map<object, unknown>;
}

function converted(data: unknown, depth: number, left: Left): CelInput {
  left.values -= 1;
  if (depth > MAX_DEPTH) left.values = -1;
  if (left.values < 0) return null;
  switch (typeof data) {
    case 'string':
    case 'boolean':
      return data;
    case 'number':
      return Number.isSafeInteger(data) ? BigInt(data) : data;
    default:
  }
  if (Array.isArray(data)) {
    const items: CelInput[] = [];
    for (const item of data) {
      if (left.values < 0) break;
      items.push(converted(item, depth + 1, left));
    }
    return items;
  }
  if (typeof data !== 'object' || data === null) return null;
  const known = left.known.get(data);
  if (known !== undefined) return known as CelInput;
  const members = new Map<string, CelInput>();
  for (const [key, member] of Object.entries(data)) {
    if (left.values < 0) break;
    members.set(key, converted(member, depth + 1, left));
  }
  const map = celMap(members);
  left.known.set(data, map);
  return map;
}
