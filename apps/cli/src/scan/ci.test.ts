import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const CI = fileURLToPath(new URL('../../../../deploy/ci/', import.meta.url));
const FILES = readdirSync(CI, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yml'));

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly run?: string;
      readonly uses?: string;
      readonly env?: Readonly<Record<string, string>>;
    }[];
  };
}

const action = parse(read('github/action.yml')) as Action;

describe('what runs in pipelines', () => {
  it.each(FILES)('%s asks for no secret and follows no tag', (name) => {
    const text = read(name);

    expect(text).not.toMatch(/secrets\.|PASSWORD|TOKEN/i);
    const used = [...text.matchAll(/^\s*-?\s*(?:uses|image):\s*(\S+)/gm)].map(([, what]) => what ?? '');
    for (const what of used) expect(what).toMatch(/^\.\/|@[0-9a-f]{40}$|@sha256:[0-9a-f]{64}$|^\$BULKHEAD_IMAGE$/);
  });

  it('are all there', () => {
    expect(FILES.toSorted()).toEqual(['github/action.yml', 'gitlab/bulkhead.gitlab-ci.yml']);
  });
});

describe('the GitHub action', () => {
  it('puts no input into a script, where it would be code', () => {
    expect(action.runs.using).toBe('composite');
    for (const { run = '' } of action.runs.steps) expect(run).not.toContain('${{');
  });

  it('hands every input to its script', () => {
    const handed = action.runs.steps.flatMap(({ env = {} }) => Object.entries(env));

    for (const name of Object.keys(action.inputs)) {
      expect(handed).toContainEqual([`INPUT_${name.toUpperCase().replaceAll('-', '_')}`, `\${{ inputs.${name} }}`]);
    }
  });
});

describe('the script of the action', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-ci-'));
    const echo = join(folder, 'bulkhead');
    writeFileSync(echo, '#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "[$word]"; done\n');
    chmodSync(echo, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('makes one word of each input, whatever is in it', () => {
    const { status, stdout } = scan({
      INPUT_COMMAND: 'image',
      INPUT_TARGET: '--db=/etc/passwd; rm -rf $(x)',
      INPUT_FORMAT: 'sarif',
      INPUT_OUTPUT: 'a b.sarif',
      INPUT_EXIT_CODE: '3',
      INPUT_IGNORE_UNFIXED: 'true',
      INPUT_ALLOW_PARTIAL: 'false',
    });

    expect(status).toBe(0);
    expect(stdout).toBe(
      '[image]\n[--format=sarif]\n[--output=a b.sarif]\n[--exit-code=3]\n[--ignore-unfixed]\n[--]\n[--db=/etc/passwd; rm -rf $(x)]\n',
    );
  });

  it('builds the database first where it is told from what', () => {
    const { stdout } = scan({
      INPUT_COMMAND: 'sbom',
      INPUT_TARGET: 'a',
      INPUT_ADVISORIES: '/osv',
      INPUT_DB: join(folder, 'a.db'),
    });

    expect(stdout.replaceAll(folder, '')).toBe(
      '[db]\n[build]\n[--from]\n[/osv]\n[--output]\n[/a.db]\n[sbom]\n[--db=/a.db]\n[--]\n[a]\n',
    );
  });

  it('refuses a command that does not scan', () => {
    expect(scan({ INPUT_COMMAND: 'agent' })).toMatchObject({ status: 1, stdout: '' });
  });

  function scan(env: Readonly<Record<string, string>>) {
    return spawnSync(join(CI, 'github', 'scan.sh'), {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', BULKHEAD: join(folder, 'bulkhead'), ...env },
    });
  }
});

describe('the GitLab template', () => {
  it('refuses an image that is not named by digest', () => {
    const template = parse(read('gitlab/bulkhead.gitlab-ci.yml')) as { bulkhead: { script: readonly string[] } };
    const [check = ''] = template.bulkhead.script;
    const status = (image: string) => spawnSync('sh', ['-c', check], { env: { BULKHEAD_IMAGE: image } }).status;

    expect(status('registry.example/bulkhead:latest')).toBe(1);
    expect(status(`registry.example/bulkhead@sha256:${'0'.repeat(64)}`)).toBe(0);
  });
});

function read(name: string): string {
  return readFileSync(join(CI, name), 'utf8');
}
