import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART, generatedFiles } from './generate.ts';
import { helm, type Manifest, rendered } from './helm.ts';

const PLATFORM = {
  worker: { enabled: true, advisories: ['https://osv.example'] },
  api: { replicas: 2, store: { postgres: { host: 'pg', existingSecret: 'pg', tls: true } } },
};
const EVALUATION = { worker: PLATFORM.worker, api: { replicas: 2 }, postgres: { embedded: true } };
const OIDC = {
  issuer: 'https://id.example',
  existingSecret: 'oidc',
  publicUrl: 'https://bulkhead.example',
  roles: [{ group: 'platform', role: 'admin' }],
};
const WEBHOOK_ALONE = { api: { enabled: false }, agent: { enabled: false } };
const AGENT_ALONE = {
  api: { enabled: false },
  webhook: { enabled: false },
  agent: { policy: { 'shop.yaml': 'apiVersion: bulkhead.io/v1alpha1\n' } },
};

interface Template {
  readonly template?: { readonly spec: PodSpec };
}

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly enableServiceLinks?: boolean;
  readonly volumes?: readonly { readonly configMap?: { readonly name: string } }[];
}

describe('the chart', () => {
  it.each([...generatedFiles().keys()])('%s is up to date (node tools/chart/src/main.ts writes it)', (path) => {
    const file = join(CHART, path);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(generatedFiles().get(path));
  });

  it('is found good by Helm', async () => {
    expect(await helm(['lint', '--strict', CHART])).toMatchObject({ code: 0 });
  });

  it('installs the parts that are wanted and nothing of the others', async () => {
    const components = async (values: object): Promise<readonly string[]> => {
      const objects = await rendered(values);
      return [...new Set(objects.map((one) => labelsOf(one)['app.kubernetes.io/component'] ?? one.kind))].toSorted();
    };

    expect(await components({})).toEqual(['agent', 'api', 'webhook']);
    expect(await components(PLATFORM)).toEqual(['agent', 'api', 'redis', 'webhook', 'worker']);
    expect(await components(EVALUATION)).toEqual(['agent', 'api', 'postgres', 'redis', 'webhook', 'worker']);
    expect(await components(WEBHOOK_ALONE)).toEqual(['webhook']);
    expect(await components(AGENT_ALONE)).toEqual(['agent']);
  });

  it.each([
    [{ webhook: { failurePolicy: 'Maybe' } }, /failurePolicy/],
    [{ agnet: { enabled: false } }, /agnet/],
    [{ api: { enabled: false } }, /agent\.policy: needed/],
    [{ worker: { enabled: true } }, /worker\.enabled: needs/],
    [{ ...PLATFORM, worker: { enabled: true } }, /worker\.advisories: needs/],
    [{ api: { replicas: 3 } }, /api\.replicas: more than one needs PostgreSQL/],
    [{ postgres: { embedded: true }, api: { store: { postgres: { host: 'pg' } } } }, /use one of the two/],
    [{ postgres: { embedded: true, runAsUser: 0 } }, /runAsUser/],
    [{ api: { oidc: { ...OIDC, existingSecret: '' } } }, /api\.oidc\.existingSecret: needed/],
    [{ api: { oidc: { ...OIDC, publicUrl: '' } } }, /api\.oidc\.publicUrl: needed/],
    [{ api: { oidc: { ...OIDC, roles: [] } } }, /api\.oidc\.roles: needed/],
    [{ api: { oidc: { ...OIDC, roles: [{ group: 'a' }] } } }, /role/],
    [{ api: { oidc: { ...OIDC, issuer: 'http://id.example' } } }, /issuer/],
    [{ api: { oidc: { ...OIDC, publicUrl: 'https://b.example/path' } } }, /publicUrl/],
  ])('refuses %j and says why', async (values, why) => {
    const { code, stderr } = await helm(['template', 'bulkhead', CHART], values);

    expect(code).not.toBe(0);
    expect(stderr).toMatch(why);
  });

  it('gives no pod the variables of services, which would be taken for settings, and mounts only what is there', async () => {
    const objects = await rendered(EVALUATION);
    const made = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    const pods = objects.flatMap(({ spec }) => (spec as Template | undefined)?.template?.spec ?? []);
    const volumes = pods.flatMap((pod) => pod.volumes ?? []);

    expect(pods).toHaveLength(6);
    expect(pods.map((pod) => pod.enableServiceLinks)).toEqual([false, false, false, false, false, false]);
    expect(made).toEqual(
      expect.arrayContaining([
        ...pods.flatMap(({ serviceAccountName: name }) => (name === undefined ? [] : [`ServiceAccount/${name}`])),
        ...volumes.flatMap(({ configMap }) => (configMap === undefined ? [] : [`ConfigMap/${configMap.name}`])),
      ]),
    );
  });

  it('gives the api the sinks of alerts, and the Secret with their files', async () => {
    const sink = { name: 'pager', kind: 'slack', urlFile: '/secrets/alerts/slack' };
    const objects = await rendered({ api: { alerts: { sinks: [sink], existingSecret: 'mine' } } });
    const config = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-api'));
    const text = (config?.['data'] as { readonly 'api.yaml': string } | undefined)?.['api.yaml'] ?? '';

    expect(parse(text)).toMatchObject({ alerts: { repeatMinutes: 60, sinks: [sink] } });
    const api = objects.find(({ kind }) => kind === 'StatefulSet');
    expect(JSON.stringify(api)).toContain('{"name":"alerts","secret":{"secretName":"mine"}}');
    expect(JSON.stringify(api)).toContain('"mountPath":"/secrets/alerts"');
  });

  it('gives the worker a volume for its cache, or none where there are none', async () => {
    const workerOf = async (persistent: boolean): Promise<string> => {
      const objects = await rendered({ ...PLATFORM, worker: { ...PLATFORM.worker, persistent } });
      return JSON.stringify(objects.find((one) => one.kind === 'StatefulSet' && one.metadata.name.endsWith('-worker')));
    };

    expect(await workerOf(true)).toContain('volumeClaimTemplates');
    expect(await workerOf(false)).not.toContain('volumeClaimTemplates');
    expect(await workerOf(false)).toContain('{"name":"cache","emptyDir":{}}');
  });

  it('has api and worker reach the PostgreSQL for evaluation by what its Secret says, and nothing of its key', async () => {
    const objects = await rendered(EVALUATION);
    const textOf = (kind: string, name: string): string =>
      JSON.stringify(objects.find((one) => one.kind === kind && one.metadata.name === `bulkhead-${name}`));

    for (const name of ['api', 'worker']) {
      const config = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === `bulkhead-${name}`);
      const { [`${name}.yaml`]: text = '' } = (config?.['data'] ?? {}) as Readonly<Record<string, string>>;
      expect(parse(text)).toMatchObject({
        store: {
          postgres: {
            host: 'bulkhead-postgres',
            passwordFile: '/secrets/postgres/password',
            caFile: '/secrets/postgres/ca.crt',
          },
        },
      });
      const keys = '"items":[{"key":"password","path":"password"},{"key":"ca.crt","path":"ca.crt"}]';
      expect(textOf('StatefulSet', name)).toContain(`"secretName":"bulkhead-postgres","items"`);
      expect(textOf('StatefulSet', name)).toContain(keys);
    }
    expect(textOf('NetworkPolicy', 'postgres')).toContain('"app.kubernetes.io/component":"worker"');
  });

  it('gives the PostgreSQL for evaluation a certificate of its name by the authority that is told of', async () => {
    const objects = await rendered(EVALUATION);
    const secret = objects.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === 'bulkhead-postgres');
    const data = secret?.['data'] as Readonly<Record<string, string>> | undefined;
    const read = (key: string): X509Certificate => new X509Certificate(Buffer.from(data?.[key] ?? '', 'base64'));

    expect(read('tls.crt').checkHost('bulkhead-postgres')).toBe('bulkhead-postgres');
    expect(read('tls.crt').issuer).not.toBe(read('tls.crt').subject);
    expect(read('tls.crt').checkIssued(read('ca.crt'))).toBe(true);
    expect(read('tls.crt').verify(read('ca.crt').publicKey)).toBe(true);
  });

  it('has the api know the provider where people sign in, with its files from a Secret', async () => {
    const apiOf = async (values: object) => {
      const objects = await rendered(values);
      const config = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'bulkhead-api');
      const { 'api.yaml': text = '' } = (config?.['data'] ?? {}) as { readonly 'api.yaml'?: string };
      return { config: parse(text) as object, pod: JSON.stringify(objects.find(({ kind }) => kind === 'StatefulSet')) };
    };
    const { config, pod } = await apiOf({ api: { oidc: { ...OIDC, ca: true } } });

    const { existingSecret, ...said } = OIDC;
    const files = { clientSecretFile: '/secrets/oidc/client-secret', caFile: '/secrets/oidc/ca.crt' };
    const claims = { scopes: ['profile', 'email'], nameClaim: 'preferred_username', groupsClaim: 'groups' };
    expect(config).toMatchObject({ oidc: { ...said, ...files, ...claims, clientId: 'bulkhead' } });
    expect(pod).toContain(`{"name":"oidc","secret":{"secretName":"${existingSecret}"}}`);
    expect(pod).toContain('"mountPath":"/secrets/oidc"');
    const without = await apiOf({});
    expect(without.config).not.toHaveProperty('oidc');
    expect(without.pod).not.toContain('/secrets/oidc');
  });

  it('gives several apis one authority, a budget and nodes of their own, and one alone with its file none of it', async () => {
    const apiOf = async (values: object): Promise<string> =>
      JSON.stringify((await rendered(values)).filter(({ metadata }) => metadata.name === 'bulkhead-api'));
    const several = await apiOf(EVALUATION);
    const alone = await apiOf({});

    for (const part of ['authoritySecret: bulkhead-authority', '"podAntiAffinity"', '"PodDisruptionBudget"']) {
      expect(several).toContain(part);
      expect(alone).not.toContain(part);
    }
    expect(rightsOf(await rendered(EVALUATION), 'bulkhead-api')).toContain('get,update secrets bulkhead-authority');
    const own = { nodeAffinity: {} };
    const chosen = await apiOf({
      ...EVALUATION,
      api: { replicas: 2, affinity: own, podDisruptionBudget: { enabled: false } },
    });
    expect(chosen).toContain(JSON.stringify({ affinity: own }).slice(1, -1));
    expect(chosen).not.toContain('"podAntiAffinity"');
    expect(chosen).not.toContain('"PodDisruptionBudget"');
  });

  it('keeps secrets out of arguments, variables and ConfigMaps', async () => {
    const objects = await rendered(EVALUATION);
    const passwords = objects
      .filter(({ kind }) => kind === 'Secret')
      .map((secret) => Buffer.from((secret['data'] as { readonly password: string }).password, 'base64').toString());

    const others = JSON.stringify(objects.filter(({ kind }) => kind !== 'Secret'));
    expect(passwords).toEqual([expect.stringMatching(/^[A-Za-z0-9]{40}$/), expect.stringMatching(/^[A-Za-z0-9]{40}$/)]);
    expect(passwords.filter((password) => others.includes(password))).toEqual([]);
  });

  it('gives api, webhook and agent the rights that they use, and none that they do not', async () => {
    const objects = await rendered({});

    expect(rightsOf(objects, 'bulkhead-api')).toEqual([
      'create leases',
      'create secrets',
      'get,patch secrets bulkhead-enrolment',
      'get,patch secrets bulkhead-webhook-api',
      'get,update leases bulkhead-api',
      'list,watch *',
      'list,watch endpointslices',
      'list,watch jobs',
      'list,watch pods,services',
      'list,watch replicasets',
      'patch */status',
    ]);
    expect(rightsOf(objects, 'bulkhead-webhook')).toEqual([
      'create leases',
      'create secrets',
      'get,list,watch,update secrets bulkhead-webhook-tls',
      'get,patch validatingwebhookconfigurations bulkhead-bulkhead-webhook',
      'get,update leases bulkhead-webhook',
      'list,watch admissionpolicies',
      'patch admissionpolicies/status',
    ]);
    expect(rightsOf(objects, 'bulkhead-agent')).toEqual(['get daemonsets bulkhead-agent']);
    expect(rightsOf(await rendered({ api: { policy: { source: 'store' } } }), 'bulkhead-api').join()).not.toContain(
      '*',
    );
  });

  it('has the webhook ask the api about images where there is one, by the Secret that the api keeps', async () => {
    const webhookOf = async (values: object): Promise<string> =>
      JSON.stringify((await rendered(values)).filter(({ metadata }) => metadata.name === 'bulkhead-webhook'));
    const api = (await rendered({})).find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'bulkhead-api',
    );

    expect(await webhookOf({})).toContain('api: https://bulkhead-api.bulkhead.svc:443');
    expect(await webhookOf({})).toContain('"secretName":"bulkhead-webhook-api","optional":true');
    expect(JSON.stringify(api)).toContain('webhookSecret: bulkhead-webhook-api');
    const alone = { api: { enabled: false }, agent: { enabled: false } };
    for (const values of [alone, { webhook: { images: { enabled: false } } }]) {
      expect(await webhookOf(values)).not.toContain('/secrets/api');
    }
    const other = { api: 'https://other.example:9443', existingSecret: 'other' };
    expect(await webhookOf({ ...alone, webhook: { images: other } })).toContain('api: https://other.example:9443');
  });

  it('has the webhook asked about everything that its reference says', async () => {
    const found = (await rendered({})).find(({ kind }) => kind === 'ValidatingWebhookConfiguration');
    const manual = readFileSync(resolve(import.meta.dirname, '../../../docs/reference/webhook.md'), 'utf8');
    const example = /```yaml\n(apiVersion: admissionregistration[^`]*)```/.exec(manual)?.[1] ?? '';
    const { webhooks = [] } = parse(example) as { readonly webhooks?: Webhooks };

    expect(found).toMatchObject({
      webhooks: webhooks.map(({ name, rules }) => ({
        name,
        rules: rules.map((rule) => expect.objectContaining(rule)),
      })),
    });
    expect(webhooks).toHaveLength(2);
  });
});

type Webhooks = readonly { readonly name: string; readonly rules: readonly object[] }[];

interface Rule {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Of the roles in which a component's name ends: what may be done with which objects. */
function rightsOf(objects: readonly Manifest[], name: string): readonly string[] {
  return objects
    .filter(({ kind, metadata }) => kind.endsWith('Role') && metadata.name.endsWith(name))
    .flatMap((role) => role['rules'] as readonly Rule[])
    .map(({ verbs, resources, resourceNames = [] }) => [verbs.join(), resources.join(), ...resourceNames].join(' '))
    .toSorted();
}

function labelsOf(object: Manifest): Readonly<Record<string, string>> {
  return (object.metadata as { readonly labels?: Readonly<Record<string, string>> }).labels ?? {};
}
