import { runCommand } from '../command.ts';
import { ROOT } from '../root.ts';
import { oneCheck, type Stage } from '../stage.ts';

/** Minutes where they are many: a build that hangs must not take the whole run with it. */
const MOST_SECONDS = 30 * 60;

/**
 * Builds what the integration stage starts, once for a checkout. Where it cannot be built (no root, no source packages)
 * this stage and the tests that need it are skipped, and say so.
 */
export const CLUSTER: Stage = {
  name: 'cluster',
  title: 'the Kubernetes that integration tests start, from its sources',
  run: async () => {
    const build = ['timeout', '--kill-after=10', String(MOST_SECONDS), `${ROOT}/tools/cluster/kubernetes.sh`];
    const { code, output } = await runCommand(build);
    if (code === 0) return oneCheck(true, output);
    const reason = code === 124 ? `it took longer than ${MOST_SECONDS} s` : (output.trim().split('\n').at(-1) ?? '');
    return { passed: 0, failed: 0, skips: [{ test: 'Kubernetes is built', reason }], output };
  },
};
