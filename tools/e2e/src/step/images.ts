import type { Conclusion } from '@bulkhead/lab';
import { askApi } from '../api.ts';
import { SHOP } from '../shop.ts';
import { advisoryFeed, VULNERABILITY } from '../supply/advisories.ts';
import { debianImage, type PushedImage } from '../supply/image.ts';
import { SIGNING_KEY, signatureOf } from '../supply/signature.ts';
import { FEED_POD, SUPPLY, SUPPLY_REGISTRY, supplyManifests } from '../supply/supply.ts';
import { apply, exec, type Finished, kubectl, runFor, type Target } from '../target.ts';
import { until } from '../until.ts';

const POLICY = {
  apiVersion: 'bulkhead.io/v1alpha1',
  kind: 'AdmissionPolicy',
  metadata: { name: 'images' },
  spec: {
    mode: 'protect',
    selector: { namespaces: [SHOP] },
    kinds: ['Pod'],
    rules: [
      { name: 'vulnerabilities', vulnerabilities: { severity: 'high', withFix: true, notScanned: 'wait' } },
      { name: 'signed', signatures: { images: [`${SUPPLY_REGISTRY}/signed/*`], keys: [SIGNING_KEY] } },
    ],
  },
};

/** The same package, before and after its fix. */
const [VULNERABLE, CLEAN] = ['shop/vulnerable', 'shop/clean'];
const [SIGNED, UNSIGNED] = ['signed/by-us', 'signed/by-nobody'];
/** Pushed after its registry was crawled. */
const LATE = 'shop/late';

/**
 * Pushes what it reads to a registry of plain HTTP: blobs, then the manifest that names them. A pod that is ready is not behind its
 * service yet: the node learns of it some moments later.
 */
const PUSH = `
const [base] = process.argv.slice(1);
const put = async (url, body, type) => {
  const answer = await fetch(url, { method: 'PUT', body, headers: { 'content-type': type } });
  if (answer.status !== 201) throw new Error(url + ': ' + answer.status + ' ' + await answer.text()); };
const push = async ({ repository, tag, blobs, mediaType, manifest }) => {
  const place = base + '/v2/' + repository;
  for (const { digest, content } of blobs) {
    const upload = await fetch(place + '/blobs/uploads/', { method: 'POST' });
    const location = new URL(upload.headers.get('location'), base);
    location.searchParams.set('digest', digest);
    await put(location, Buffer.from(content, 'base64'), 'application/octet-stream'); }
  await put(place + '/manifests/' + tag, manifest, mediaType); };
const there = async (triesLeft) => {
  try { await fetch(base + '/v2/'); } catch (error) {
    if (triesLeft === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 200));
    await there(triesLeft - 1); } };
(async () => {
  await there(150);
  let text = ''; for await (const more of process.stdin) text += more;
  for (const image of JSON.parse(text)) await push(image);
  console.log('pushed');
})().catch((error) => { console.error(error); process.exit(1); });
`;

/** A registry and a feed of advisories, before anything is installed that would look at them. */
export async function supply(target: Target): Promise<Conclusion> {
  await kubectl(target, ['create', 'namespace', SUPPLY]);
  await apply(target, supplyManifests(target, await advisoryFeed()));
  await kubectl(target, ['-n', SUPPLY, 'wait', '--for=condition=Ready', 'pod/registry', 'pod/feed', '--timeout=90s']);
  const { package: name, vulnerable, fixed } = VULNERABILITY;
  const signed = debianImage(SIGNED, '1', 'zlib1g', '1.2-1');
  const images = [
    debianImage(VULNERABLE, '1', name, vulnerable),
    debianImage(CLEAN, '1', name, fixed),
    debianImage(UNSIGNED, '1', 'zlib1g', '1.2-2'),
    signed,
  ];
  const isPushed = await push(target, [...images, signatureOf(signed)]);
  return { seen: `${images.length} images`, checks: { 'they were not pushed': isPushed }, evidence: {} };
}

async function push(target: Target, images: readonly PushedImage[]): Promise<boolean> {
  const said = await exec(target, FEED_POD, PUSH, [`http://${SUPPLY_REGISTRY}`], JSON.stringify(images));
  return said.trim() === 'pushed';
}

export async function watchRegistry(target: Target): Promise<Conclusion> {
  // Without the key of its images: workers hear of it by the policy that names it.
  const registry = { name: 'supply', host: SUPPLY_REGISTRY, insecure: true };
  const { status, body } = await askApi(target, FEED_POD, 'POST', '/api/v1/registries', registry);
  return { seen: `status ${status}`, checks: { 'the api refused it': status === 201 }, evidence: { body } };
}

export async function scanned(target: Target): Promise<Conclusion> {
  let status: {
    readonly images?: { readonly complete: number };
    readonly findings?: Readonly<Record<string, number>>;
  } = {};
  const done = await until(async () => {
    const { body } = await askApi(target, FEED_POD, 'GET', '/api/v1/registries/supply');
    status = body as typeof status;
    return status.images?.complete === 4;
  });
  return {
    seen: `${status.images?.complete ?? 0} images, findings ${JSON.stringify(status.findings ?? {})}`,
    checks: { 'not all were scanned': done },
    evidence: { status },
  };
}

export async function vulnerableImage(target: Target): Promise<Conclusion> {
  await apply(target, [POLICY]);
  let answer: Finished = { code: 0, stdout: '', stderr: '' };
  const denied = await until(async () => {
    answer = await createPod(target, VULNERABLE);
    return answer.code !== 0 && answer.stderr.includes(VULNERABILITY.id);
  });
  return {
    seen: denied ? 'denied' : 'not denied for it',
    checks: {
      'it was not denied by its CVE': denied,
      'the answer does not name the rule': answer.stderr.includes('images/vulnerabilities'),
      'the answer does not name the fix': answer.stderr.includes(VULNERABILITY.fixed),
    },
    evidence: { answer },
  };
}

export async function cleanImage(target: Target): Promise<Conclusion> {
  const answer = await createKnownPod(target, CLEAN);
  return {
    seen: answer.code === 0 ? 'let in' : 'denied',
    checks: { 'it was denied': answer.code === 0 },
    evidence: { answer },
  };
}

export async function signedImage(target: Target): Promise<Conclusion> {
  const [signed, unsigned] = [await createKnownPod(target, SIGNED), await createKnownPod(target, UNSIGNED)];
  return {
    seen: `signed: ${signed.code === 0 ? 'let in' : 'denied'}, unsigned: ${unsigned.code === 0 ? 'let in' : 'denied'}`,
    checks: {
      'the signed one was denied': signed.code === 0,
      'the other was let in': unsigned.code !== 0,
      'the answer does not say why': unsigned.stderr.includes('has no signature by the key'),
    },
    evidence: { signed, unsigned },
  };
}

export async function lateImage(target: Target): Promise<Conclusion> {
  await push(target, [debianImage(LATE, '1', 'zlib1g', '1.2-3')]);
  // In a dry run nothing is scanned.
  const first = await createPod(target, LATE, []);
  const started = performance.now();
  const letIn = await until(async () => (await createPod(target, LATE)).code === 0);
  return {
    seen: letIn ? `let in after ${Math.round(performance.now() - started)} ms` : 'denied for good',
    checks: {
      'it was let in at once': first.code !== 0,
      'the answer does not say that its scan is queued': first.stderr.includes('its scan is queued'),
      'it was not let in once it was scanned': letIn,
    },
    evidence: { first },
  };
}

/** As `createPod`, once the webhook that answers knows the image: each of them hears of scans some seconds later. */
async function createKnownPod(target: Target, repository: string): Promise<Finished> {
  let answer: Finished = { code: 0, stdout: '', stderr: '' };
  await until(async () => {
    answer = await createPod(target, repository);
    return !/try again later|were not held against/.test(answer.stderr);
  });
  return answer;
}

function createPod(
  target: Target,
  repository: string,
  options: readonly string[] = ['--dry-run=server'],
): Promise<Finished> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'image', namespace: SHOP },
    spec: { containers: [{ name: 'app', image: `${SUPPLY_REGISTRY}/${repository}:1` }] },
  };
  return runFor(target, [target.kubectl, 'create', ...options, '-f', '-'], JSON.stringify(pod));
}
