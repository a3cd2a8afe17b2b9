import type { Conclusion } from '@bulkhead/lab';
import { CLIENT, post, SHOP } from '../shop.ts';
import { apply, exec, kubectl, type Target } from '../target.ts';
import { until } from '../until.ts';

function group(name: string, app: string, mode: string): object {
  return {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'WorkloadGroup',
    metadata: { name },
    spec: { selector: { namespaces: [SHOP], labels: { matchLabels: { app } } }, mode },
  };
}

/** The pods call each other by a Service, whose ports are others than those of its pod. */
const POLICY = [
  group('shop-server', 'shop', 'discover'),
  group('shop-client', 'client', 'protect'),
  {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'NetworkRuleSet',
    metadata: { name: 'shop-client' },
    spec: {
      groups: ['shop-client'],
      egress: [
        { name: 'dns', action: 'allow', ports: ['53/udp', 53] },
        { name: 'shop', action: 'allow', peers: ['shop-server'], ports: [8080, 8443] },
      ],
    },
  },
];

/** Asks the API server by its Service, which every pod is told of, and prints whether anybody answers. */
const ASK_API = `
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
const socket = require('node:net').connect(Number(port), host);
const say = (outcome) => { console.log(outcome); process.exit(0); };
setTimeout(() => say('silence'), 3_000);
socket.on('connect', () => say('connected')).on('error', ({ code }) => say(code));
`;

/** Rules about groups are about the Services in front of them, and about no others. */
export async function services(target: Target): Promise<Conclusion> {
  const askApi = async (): Promise<string> => (await exec(target, CLIENT, ASK_API, [])).trim();
  const before = await askApi();
  await apply(target, POLICY);
  const cut = await until(async () => (await askApi()) === 'silence');
  const answers = [await post(target, 'http', '{"item":"book"}'), await post(target, 'https', '{"item":"book"}')];
  await kubectl(target, [
    'delete',
    'networkruleset/shop-client',
    'workloadgroup/shop-client',
    'workloadgroup/shop-server',
  ]);
  const back = await until(async () => (await askApi()) === 'connected');
  return {
    seen: `the shop by its Service: ${answers.join(', ')}; another Service: ${cut ? 'silence' : 'answers'}`,
    checks: {
      'the API server was not reached before': before === 'connected',
      'a Service of others is still reached': cut,
      'the Service of the group is cut': answers.every((answer) => answer === '200'),
      'what was cut stays so without the rules': back,
    },
    evidence: { before, answers },
  };
}
