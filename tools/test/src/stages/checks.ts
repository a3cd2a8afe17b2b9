import { npmTool, runCommand } from '../command.ts';
import { ROOT } from '../root.ts';
import { oneCheck, type Stage } from '../stage.ts';

function check(name: string, title: string, command: readonly string[]): Stage {
  return {
    name,
    title,
    run: async () => {
      const { code, output } = await runCommand(command);
      return oneCheck(code === 0, output);
    },
  };
}

export const FORMAT = check('format', 'Biome: layout, undeclared dependencies, import cycles', [
  npmTool('biome'),
  'check',
  '--error-on-warnings',
  '--max-diagnostics=100',
  '.',
]);

export const LINT = check('lint', 'oxlint, with types', [npmTool('oxlint'), '--type-aware', '--deny-warnings']);

export const BOUNDARIES = check('boundaries', 'who imports whom', [
  process.execPath,
  `${ROOT}/tools/boundaries/src/main.ts`,
]);

export const TYPES = check('types', 'TypeScript', [npmTool('tsc'), '-p', 'tsconfig.json']);
