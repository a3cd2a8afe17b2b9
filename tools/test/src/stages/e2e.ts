import { runCommand } from '../command.ts';
import { ROOT } from '../root.ts';
import { oneCheck, type Stage } from '../stage.ts';
import { noticedSkips } from './skip-notices.ts';

/** Bulkhead in a whole cluster. Last: it stands on everything that the other stages test. */
export const E2E: Stage = {
  name: 'e2e',
  title: 'Bulkhead installed by its chart in a cluster of one node',
  run: async () => {
    const { code, output } = await runCommand([process.execPath, `${ROOT}/tools/e2e/src/main.ts`]);
    const skips = noticedSkips(output);
    return skips.length > 0 && code === 0 ? { passed: 0, failed: 0, skips, output } : oneCheck(code === 0, output);
  },
};
