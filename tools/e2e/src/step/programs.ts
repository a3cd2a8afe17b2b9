import type { Conclusion } from '@bulkhead/lab';
import { SHOP } from '../shop.ts';
import { apply, exec, kubectl, type Target } from '../target.ts';
import { until } from '../until.ts';

const POLICY = {
  apiVersion: 'bulkhead.io/v1alpha1',
  kind: 'ProcessPolicy',
  metadata: { name: 'shop-programs' },
  spec: { groups: ['shop'], rules: [{ name: 'no-ssh', action: 'deny', executables: ['*/sshd'] }] },
};

/** A pod of the shop that can be written to, and has Node. */
const TOOLBOX = { namespace: SHOP, name: 'toolbox' };

function toolbox({ registry, tag }: Target): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: TOOLBOX,
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'toolbox',
          image: `${registry}/bulkhead-webhook:${tag}`,
          command: ['/usr/local/bin/node', '-e', 'setInterval(() => undefined, 60_000)'],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'programs', mountPath: '/programs' }],
        },
      ],
      volumes: [{ name: 'programs', emptyDir: {} }],
    },
  };
}

/** Brings programs into its pod and runs them, and prints how that went, by name. */
const RUN = `
const { writeFileSync } = require('node:fs'), { spawnSync } = require('node:child_process'), { execPath } = process;
const bring = (path) => { writeFileSync(path, '#!' + execPath + '\\n', { mode: 0o755 }); return spawnSync(path).error?.code ?? 'ran'; };
const [sshd, tool] = ['/programs/sshd', '/programs/tool'].map(bring);
console.log(JSON.stringify({ sshd, tool }));
`;

const EXPECTED = { sshd: 'EPERM', tool: 'ran' };

/** A policy about programs is enforced in a pod that runs already. */
export async function programs(target: Target): Promise<Conclusion> {
  await apply(target, [toolbox(target)]);
  await kubectl(target, ['-n', SHOP, 'wait', '--for=condition=Ready', 'pod/toolbox', '--timeout=90s']);
  await apply(target, [POLICY]);
  let answer = '';
  const refused = await until(async () => {
    answer = (await exec(target, TOOLBOX, RUN, [])).trim();
    return answer === JSON.stringify(EXPECTED);
  });
  let status = '';
  const told = await until(async () => {
    status = await kubectl(target, ['get', 'processpolicy', 'shop-programs', '-o', 'jsonpath={.status.conditions}']);
    return /"status":"True","type":"Enforced"/.test(status);
  });
  return {
    seen: refused ? 'EPERM; another program runs' : answer,
    checks: { 'sshd was not refused, or more than that': refused, 'the status does not say so': told },
    evidence: { answer, status },
  };
}
