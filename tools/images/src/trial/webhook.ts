import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Conclusion, makeCertificate, run } from '@bulkhead/lab';
import { ask, readiness } from './ask.ts';
import { confinementChecks, confinementOf } from './confined.ts';
import { type Containers, START } from './containers.ts';

const POLICY = `apiVersion: bulkhead.io/v1alpha1
kind: AdmissionPolicy
metadata: { name: trial }
spec:
  mode: protect
  rules:
    - { name: baseline, podSecurity: baseline }
    - { name: named, cel: { expression: "object.metadata.name != 'unwanted'" } }
`;

/** A webhook with a policy, of which one rule is an expression: its code is loaded only then. */
export async function tryWebhook(containers: Containers): Promise<Conclusion> {
  const config = await containers.folder('config');
  await makeCertificate(config, ['127.0.0.1']);
  await run('chmod', ['644', join(config, 'key.pem')]);
  await writeFile(join(config, 'policy.yaml'), POLICY);
  await writeFile(
    join(config, 'webhook.json'),
    JSON.stringify({
      policy: ['/config/policy.yaml'],
      host: '127.0.0.1',
      port: 0,
      tls: { certificate: '/config/certificate.pem', key: '/config/key.pem' },
      drainSeconds: 0,
      metrics: { port: 0 },
    }),
  );
  const container = await containers.start({
    component: 'webhook',
    parameters: ['--config', '/config/webhook.json'],
    folders: { '/config': config },
  });
  const started = await container.process.waitFor('start', (line) => line['event'] === 'webhook-started', START);
  const confinement = await confinementOf(containers, container);
  const ready = await readiness(started);

  const review = async (name: string, securityContext: object): Promise<boolean | undefined> => {
    const spec = { containers: [{ name: 'app', image: 'registry.example/app:1', securityContext }] };
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' }, spec };
    const kind = { group: '', version: 'v1', kind: 'Pod' };
    const { body } = await ask({
      port: Number(started['port']),
      authority: join(config, 'certificate.pem'),
      method: 'POST',
      path: '/validate',
      body: {
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        request: { uid: name, kind, namespace: 'shop', name, operation: 'CREATE', object },
      },
    });
    return (body as { readonly response?: { readonly allowed?: boolean } }).response?.allowed;
  };
  const wanted = await review('wanted', {});
  const privileged = await review('privileged', { privileged: true });
  const unwanted = await review('unwanted', {});
  const exitCode = await container.process.stop();
  return {
    seen: `/readyz ${ready}, allowed: a pod ${wanted}, privileged ${privileged}, by expression ${unwanted}, exit code ${exitCode}`,
    checks: {
      ...confinementChecks(confinement, containers.platform),
      'it is not ready': ready === 200,
      'it denies what no rule forbids': wanted === true,
      'it allows a privileged pod': privileged === false,
      'it allows what an expression forbids': unwanted === false,
      'it did not end cleanly': exitCode === 0,
    },
    evidence: { confinement, started },
  };
}
