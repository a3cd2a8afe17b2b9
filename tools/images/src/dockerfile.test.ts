import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ADDONS, AGENT_PROGRAMS, COMPONENTS, entrypointOf } from './component.ts';

const execute = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../../..');
const FILE = join(ROOT, 'deploy/images/Dockerfile');

/** The lines of each stage, by its name, with the stage it begins with. */
const stages = new Map(
  readFileSync(FILE, 'utf8')
    .split(/^FROM /m)
    .slice(1)
    .map((text) => {
      const [head = '', ...lines] = text.split('\n');
      const [from = '', name = ''] = head.split(' AS ');
      return [name.trim(), { from: from.trim(), lines }] as const;
    }),
);

describe('the Dockerfile', () => {
  it.each(COMPONENTS)(
    'has a target for the %s, with the libraries its native modules load and a user that fits',
    (component) => {
      const stage = stages.get(component);
      const text = stage?.lines.join('\n') ?? '';

      const isInspecting = ADDONS[component].length > 0;
      const root = component === 'agent' ? 'runtime' : isInspecting ? 'inspecting' : 'plain';
      expect(stage?.from).toBe(root);
      const bundle = stages.get(`${component}-bundle`);
      expect(bundle?.from).toBe('sources');
      expect(bundle?.lines.includes('COPY --from=native /out/ native/')).toBe(isInspecting);
      expect(text).toContain(`COPY --from=${component}-bundle /out/ /opt/bulkhead/`);
      expect(JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)?.[1] ?? '')).toEqual(entrypointOf(component));
      expect(/^USER (.*)$/m.exec(text)?.[1]).toBe(component === 'agent' ? '0:0' : '65532:65532');
    },
  );

  it('builds every native module that a component loads', () => {
    const built = /for module in (.*?);/.exec(stages.get('native')?.lines.join('\n') ?? '')?.[1]?.split(' ');

    expect(built?.toSorted()).toEqual([...new Set(Object.values(ADDONS).flat())].toSorted());
  });

  it('runs nothing but on the processor that builds, and takes Node from the one that the image is for', () => {
    const ran = [...stages].filter(([, { lines }]) => lines.some((line) => line.startsWith('RUN ')));

    expect(ran.length).toBeGreaterThan(COMPONENTS.length);
    for (const [name] of ran)
      expect([name, firstOf(name)]).toEqual([name, '--platform=${BUILDPLATFORM} ${NODE_IMAGE}']);
    for (const component of COMPONENTS) expect([component, firstOf(component)]).toEqual([component, 'scratch']);
    expect(stages.get('node')?.from).toBe('--platform=${TARGETPLATFORM} ${NODE_IMAGE}');
  });

  it.each([
    ['amd64', 'amd64', ['g++', 'libnftables-dev', 'cmake'], []],
    [
      'amd64',
      'arm64',
      ['g++-aarch64-linux-gnu', 'libnftables-dev:arm64', 'zlib1g-dev:arm64', 'cmake', 'doctest-dev'],
      ['arm64'],
    ],
    [
      'arm64',
      'amd64',
      ['g++-x86-64-linux-gnu', 'libnftables-dev:amd64', 'zlib1g-dev:amd64', 'cmake', 'doctest-dev'],
      ['amd64'],
    ],
  ])('on %s installs for %s the compiler and the libraries of that one', async (build, target, wanted, foreign) => {
    const { installed, architectures } = await packagesFor(build, target);

    expect(installed).toEqual(expect.arrayContaining(wanted));
    expect(installed.filter((name) => name.startsWith('g++'))).toHaveLength(1);
    expect(architectures).toEqual(foreign);
  });

  it('gives the agent the packages of the programs that it runs, and of their programs only those', () => {
    const text = stages.get('agent-root')?.lines.join('\n') ?? '';
    const [packages = '', programs = ''] = [...text.matchAll(/"([^"]*)"/g)].map(([, words = '']) => words).slice(-2);
    const named = Object.entries(AGENT_PROGRAMS);

    expect(packages.split(' ')).toEqual(expect.arrayContaining(named.map(([name]) => name)));
    const kept = programs.split(/[\s\\]+/);
    expect(kept).toEqual(expect.arrayContaining(named.map(([, program]) => basename(program))));
    expect(kept.filter((name) => /sh$|apt|dpkg/.test(name))).toEqual([]);
  });
});

/** What a stage begins with, after all the stages that it builds on. */
function firstOf(name: string): string {
  const from = stages.get(name)?.from ?? '';
  return stages.has(from) ? firstOf(from) : from;
}

/** What the build would install, as its script asks of apt-get and dpkg. */
async function packagesFor(
  build: string,
  target: string,
): Promise<{ readonly installed: readonly string[]; readonly architectures: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-packages-'));
  try {
    for (const command of ['apt-get', 'dpkg', 'rm']) {
      const says = `[ "$1" = --print-architecture ] && echo ${build} || echo ${command} "$@"`;
      await writeFile(join(folder, command), `#!/bin/sh\n${says}\n`, { mode: 0o755 });
    }
    const script = join(ROOT, 'deploy/images/build-packages.sh');
    const { stdout } = await execute(script, [join(ROOT, 'tools/setup/packages.txt'), target], {
      env: { PATH: `${folder}:/usr/bin:/bin` },
    });
    const said = (start: string): readonly string[] =>
      stdout.split('\n').flatMap((line) => (line.startsWith(start) ? line.slice(start.length).trim().split(' ') : []));
    return { installed: said('apt-get install'), architectures: said('dpkg --add-architecture') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
