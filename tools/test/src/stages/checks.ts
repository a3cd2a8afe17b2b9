import { npmTool, runCommand } from '../command.ts';
import { ROOT } from '../root.ts';
import { oneCheck, type Stage } from '../stage.ts';

/** A stage that is one command: its exit code decides, and its lines that begin with "notice: " are shown even so. */
function check(name: string, title: string, command: readonly string[]): Stage {
  return {
    name,
    title,
    run: async () => {
      const { code, output } = await runCommand(command);
      const notices = output.split('\n').flatMap((line) => NOTICE.exec(line)?.slice(1) ?? []);
      return { ...oneCheck(code === 0, output), notices };
    },
  };
}

const NOTICE = /^notice: (.+)$/;

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

export const DEPENDENCIES = check('dependencies', 'licences, scripts and advisories of the packages of others', [
  process.execPath,
  `${ROOT}/tools/dependencies/src/main.ts`,
]);

export const TYPES = check('types', 'TypeScript', [npmTool('tsc'), '-p', 'tsconfig.json']);
