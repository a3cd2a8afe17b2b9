import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-agent-main-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the agent to its end. */
function agent(...parameters: readonly string[]): { readonly code: number | null; readonly lines: readonly string[] } {
  const main = join(import.meta.dirname, 'main.ts');
  const { status, stderr } = spawnSync(process.execPath, [main, ...parameters], { encoding: 'utf8', timeout: 30_000 });
  return { code: status, lines: stderr.split('\n').filter((line) => line !== '') };
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('bulkhead agent, given something it cannot use', () => {
  it('asks for a configuration when there is none', () => {
    expect(agent()).toEqual({ code: 2, lines: [expect.stringMatching(/^error: .*--config FILE$/)] });
  });

  it('refuses a flag it does not know', () => {
    expect(agent('--confg', 'x')).toEqual({ code: 2, lines: [expect.stringMatching(/^error: .*--confg/)] });
  });

  it('names every problem of a configuration, each with its path, on one line', () => {
    const file = write('agent.yaml', 'policy: []\nworkloads: { netns: yes please }\nthreads: 0\n');

    const { code, lines } = agent('--config', file);

    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/policy: .*workloads\.netns: .*threads: /);
  });

  it.skipIf(process.getuid?.() !== 0)('names every problem of a policy, each with its place', () => {
    const policy = [
      'apiVersion: bulkhead.io/v1alpha1',
      'kind: WorkloadGroup',
      'metadata: { name: web }',
      'spec: { selector: {}, mode: ruin, sensors: [payment-cards] }',
    ];
    write('policy.yaml', policy.join('\n'));
    const file = write('agent.yaml', 'policy: [policy.yaml]\nworkloads: { netns: true }\n');

    const { code, lines } = agent('--config', file);

    expect(code).toBe(2);
    expect(lines.join('\n')).toMatch(/^error: the policy has 2 problems/);
    expect(lines.join('\n')).toMatch(/policy\.yaml:4: .*spec\.mode/);
    expect(lines.join('\n')).toMatch(/policy\.yaml:4: .*spec\.selector/);
  });

  it.skipIf(process.getuid?.() !== 0)('says which policy file is missing', () => {
    const file = write('agent.yaml', 'policy: [absent.yaml]\nworkloads: { netns: true }\n');

    expect(agent('--config', file)).toEqual({
      code: 2,
      lines: [expect.stringMatching(/^error: cannot read the policy ".*absent\.yaml": it does not exist/)],
    });
  });

  it.skipIf(process.getuid?.() !== 0)('says which privilege is missing', () => {
    const file = write('agent.yaml', 'policy: [absent.yaml]\nworkloads: { netns: true }\n');
    const main = join(import.meta.dirname, 'main.ts');
    const words = ['--bounding-set=-net_admin', process.execPath, main, '--config', file];

    const { status, stderr } = spawnSync('setpriv', words, { encoding: 'utf8', timeout: 30_000 });

    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: the agent cannot inspect traffic: it lacks CAP_NET_ADMIN .*; run it as root.*\n$/);
  });
});
