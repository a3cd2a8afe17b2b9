import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TRAFFIC_EXCEPTIONS } from './traffic-exception.ts';

const HEADER = new URL('../../../native/inspector/include/bulkhead/exception.hpp', import.meta.url);

describe('TRAFFIC_EXCEPTIONS', () => {
  it('are those of the inspector, in its order', () => {
    const source = readFileSync(HEADER, 'utf8');
    const body = /enum class Exception[^{]*\{([^}]*)\}/.exec(source)?.[1] ?? '';
    const names = [...body.matchAll(/^\s*([a-z_]+),/gm)].map((match) => camelCase(match[1] ?? ''));

    expect(names).toEqual([...TRAFFIC_EXCEPTIONS]);
  });
});

function camelCase(snake: string): string {
  return snake.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
