import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ADDONS, AGENT_PROGRAMS, COMPONENTS, ESSENTIAL_PACKAGES, NODE_FLAGS } from './component.ts';

const FILE = resolve(import.meta.dirname, '../../../deploy/images/Dockerfile');

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

      expect(stage?.from).toBe(ADDONS[component].length > 0 ? 'inspecting' : 'plain');
      expect(stages.get(`${component}-bundle`)?.from).toBe(ADDONS[component].length > 0 ? 'native' : 'build');
      expect(text).toContain(`COPY --from=${component}-bundle /out/ /opt/bulkhead/`);
      const command = ['/usr/local/bin/node', ...NODE_FLAGS[component], `/opt/bulkhead/dist/${component}/main.js`];
      expect(JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)?.[1] ?? '')).toEqual(command);
      expect(/^USER (.*)$/m.exec(text)?.[1]).toBe(component === 'agent' ? '0:0' : '65532:65532');
    },
  );

  it('builds every native module that a component loads', () => {
    const built = /for module in (.*?);/.exec(stages.get('native')?.lines.join('\n') ?? '')?.[1]?.split(' ');

    expect(built?.toSorted()).toEqual([...new Set(Object.values(ADDONS).flat())].toSorted());
  });

  it('installs the programs that the agent runs', () => {
    const text = stages.get('agent')?.lines.join('\n') ?? '';
    const installed = /install -y --no-install-recommends (.*?) \\$/m.exec(text)?.[1]?.split(' ') ?? [];

    expect([...ESSENTIAL_PACKAGES, ...installed].toSorted()).toEqual(Object.keys(AGENT_PROGRAMS).toSorted());
  });
});
