import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from './load.ts';

const schema = z.strictObject({
  metrics: z.strictObject({ port: z.int().default(9400), host: z.string().default('127.0.0.1') }).prefault({}),
  policyFiles: z.array(z.string()).default([]),
  logLevel: z.enum(['info', 'debug']).default('info'),
  nodeName: z.string().optional(),
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('loadConfig', () => {
  it('takes defaults where nobody says anything', () => {
    expect(loadConfig({ schema })).toEqual({
      metrics: { port: 9400, host: '127.0.0.1' },
      policyFiles: [],
      logLevel: 'info',
    });
  });

  it('lets a flag beat the environment, the environment the file, and the file the default', () => {
    const file = write('metrics: { port: 1, host: "::1" }\nlogLevel: debug\n');
    const environment = { BULKHEAD_METRICS_PORT: '2', BULKHEAD_LOG_LEVEL: 'debug', PATH: '/bin' };

    const config = loadConfig({ schema, file, environment, flags: { metrics: { port: 3 }, logLevel: undefined } });

    expect(config).toMatchObject({ metrics: { port: 3, host: '::1' }, logLevel: 'debug' });
    expect(loadConfig({ schema, file, environment }).metrics.port).toBe(2);
    expect(loadConfig({ schema, file }).metrics.port).toBe(1);
  });

  it('reads lists and numbers from the environment, and text that looks like a number as text', () => {
    const environment = { BULKHEAD_POLICY_FILES: '["a.yaml"]', BULKHEAD_NODE_NAME: '42' };

    expect(loadConfig({ schema, environment })).toMatchObject({ policyFiles: ['a.yaml'], nodeName: '42' });
  });

  it('reports every problem at once, each with where it is', () => {
    const file = write('metrics: { port: many, colour: red }\nlogLevel: loud\n');

    expect(() => loadConfig({ schema, file, environment: { BULKHEAD_METRIC_PORT: '1' } })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        why: expect.stringMatching(/BULKHEAD_METRIC_PORT: no such setting; .*metrics\.port: .*colour.*logLevel: /),
      }),
    );
  });

  it.each(['- a list\n', 'a: b: c\n', '{'])('refuses a file that is %j', (text) => {
    expect(() => loadConfig({ schema, file: write(text) })).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNREADABLE' }),
    );
  });

  it('says which file is missing', () => {
    expect(() => loadConfig({ schema, file: join(folder, 'absent.yaml') })).toThrow(/absent\.yaml.*ENOENT/);
  });
});

function write(text: string): string {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, text);
  return file;
}
