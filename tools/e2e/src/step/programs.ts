import type { Conclusion } from '@bulkhead/lab';
import { SHOP } from '../shop.ts';
import { apply, exec, kubectl, type Target } from '../target.ts';
import { until } from '../until.ts';

function policy(spec: object): object {
  const rules = [{ name: 'no-ssh', action: 'deny', executables: ['*/sshd'] }];
  return {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'ProcessPolicy',
    metadata: { name: 'shop-programs' },
    spec: { groups: ['shop'], rules, ...spec },
  };
}

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

const NO_SSH = { sshd: 'EPERM', tool: 'ran' };
/** The program that brings the others is of the image, and runs. */
const IMAGE_ALONE = { sshd: 'EPERM', tool: 'EPERM' };

/** A policy about programs is enforced in a pod that runs already, and as it changes. */
export async function programs(target: Target): Promise<Conclusion> {
  await apply(target, [toolbox(target)]);
  await kubectl(target, ['-n', SHOP, 'wait', '--for=condition=Ready', 'pod/toolbox', '--timeout=90s']);
  let answer = '';
  const comesTo = (expected: object): Promise<boolean> =>
    until(async () => {
      answer = (await exec(target, TOOLBOX, RUN, [])).trim();
      return answer === JSON.stringify(expected);
    });
  await apply(target, [policy({})]);
  const refused = await comesTo(NO_SSH);
  await apply(target, [policy({ onlyFromImage: true })]);
  const held = await comesTo(IMAGE_ALONE);
  let status = '';
  const told = await until(async () => {
    status = await kubectl(target, ['get', 'processpolicy', 'shop-programs', '-o', 'jsonpath={.status.conditions}']);
    return /"status":"True","type":"Enforced"/.test(status);
  });
  return {
    seen: refused && held ? 'EPERM for sshd while another program runs, then for all that were brought' : answer,
    checks: {
      'sshd was not refused, or more than that': refused,
      'what is not from the image was not refused': held,
      'the status does not say so': told,
    },
    evidence: { answer, status },
  };
}
