import type { Conclusion } from '@bulkhead/lab';
import { SHOP } from '../shop.ts';
import { apply, runFor, type Target } from '../target.ts';
import { until } from '../until.ts';

const ADMISSION = {
  apiVersion: 'bulkhead.io/v1alpha1',
  kind: 'AdmissionPolicy',
  metadata: { name: 'baseline' },
  spec: { mode: 'protect', selector: { namespaces: [SHOP] }, rules: [{ name: 'baseline', podSecurity: 'baseline' }] },
};

export async function privileged(target: Target): Promise<Conclusion> {
  await apply(target, [ADMISSION]);
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'breakout', namespace: SHOP },
    spec: { containers: [{ name: 'app', image: 'example/app:1', securityContext: { privileged: true } }] },
  };
  let answer = '';
  const denied = await until(async () => {
    const { code, stdout, stderr } = await runFor(
      target,
      [target.kubectl, 'create', '--dry-run=server', '-f', '-'],
      JSON.stringify(pod),
    );
    answer = (stdout + stderr).trim();
    return code !== 0;
  });
  return {
    seen: denied ? 'denied' : 'let in',
    checks: {
      'it was let in': denied,
      'the answer does not name the rule': answer.includes('baseline/baseline'),
      'the answer does not say what to do': /privileged/.test(answer),
    },
    evidence: { answer },
  };
}
