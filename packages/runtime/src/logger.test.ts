import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

describe('createLogger', () => {
  it('writes JSON lines to stderr and nothing to stdout', () => {
    const source = `import { createLogger } from ${JSON.stringify(new URL('./logger.ts', import.meta.url).href)};
      const logger = createLogger('agent', 'info');
      logger.debug('not this'); logger.warn({ queue: 3 }, 'queue is full');`;

    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' });

    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({ level: 'warn', name: 'agent', queue: 3, msg: 'queue is full' });
  });
});
