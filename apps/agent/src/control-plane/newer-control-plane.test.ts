import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, createAuthority } from '@bulkhead/pki';
import { type AgentLink, type AgentServer, agentUri, formatToken, type PolicyAnswer, serveAgents } from '@bulkhead/rpc';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PolicyChange } from '../policy/policy-watch.ts';
import { ControlPlane } from './control-plane.ts';

const WAIT = { timeout: 10_000 };
const HEAD = { apiVersion: 'bulkhead.io/v1alpha1' };
const WEB = {
  ...HEAD,
  kind: 'WorkloadGroup',
  metadata: { name: 'web' },
  spec: { selector: { netns: ['web'] }, mode: 'monitor' },
};
const LATER = { ...HEAD, kind: 'HostPolicy', metadata: { name: 'no-telnet' }, spec: { ports: [23] } };
const RULES = {
  ...HEAD,
  kind: 'NetworkRuleSet',
  metadata: { name: 'web' },
  spec: { groups: ['web'], egress: [], allowCuttingDns: true, zones: ['a'] },
};

/** What the control plane of a version that is not there yet may send. */
describe('an agent of a newer control plane', () => {
  let folder: string;
  let server: AgentServer;
  let plane: ControlPlane;
  let link: AgentLink;
  let stop: AbortController;
  const answers: PolicyAnswer[] = [];
  const changes: PolicyChange[] = [];
  const rejected: (readonly string[])[] = [];
  const problems: string[] = [];

  beforeEach(async () => {
    for (const list of [answers, changes, rejected, problems]) list.length = 0;
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-agent-'));
    stop = new AbortController();
    const authority = new Authority(await createAuthority('Test'));
    const identity = await authority.issue({ commonName: 'api', addresses: ['127.0.0.1'] }, ['server'], 1);
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const isConnected = Promise.withResolvers<AgentLink>();
    server = await serveAgents({
      host: '127.0.0.1',
      port: 0,
      identity,
      issuer: {
        trustPem: () => authority.trustPem,
        sign: (id, request) => authority.sign(request, { commonName: id, uris: [agentUri(id)] }, ['client'], 1),
      },
      hub: {
        enrol: () => Promise.resolve({ ok: true, agentId: 'agent-1' }),
        connect: (_agent, connected) => {
          isConnected.resolve(connected);
          const session = {
            storeBatch: () => Promise.resolve(),
            workloads: () => Promise.resolve(),
            policyAnswered: (answer: PolicyAnswer) => Promise.resolve(void answers.push(answer)),
            closed: () => undefined,
          };
          return Promise.resolve({ ok: true, session, stored: undefined });
        },
      },
      logger: quiet,
    });
    const token = formatToken({ id: 'abc123', secret: 'a-secret-of-more-than-22-characters', pin: authority.pin });
    await writeFile(join(folder, 'token'), token, { mode: 0o600 });
    plane = new ControlPlane({
      config: {
        address: `127.0.0.1:${server.port}`,
        tokenFile: 'token',
        node: 'node-1',
        folder: 'state',
        spoolMebibytes: 64,
      },
      folder,
      version: '1',
      onLost: () => undefined,
      onState: () => undefined,
      onProblem: (problem) => problems.push(problem),
    });
    const done = { outcome: 'done', message: '' } as const;
    void plane.follow({
      signal: stop.signal,
      onPolicy: (change) => Promise.resolve(void changes.push(change)),
      onRejected: (why) => rejected.push(why),
      quarantine: () => Promise.resolve(),
      capture: () => Promise.resolve(done),
      scan: () => done,
      read: () => Promise.resolve(undefined),
      enforcement: () => [],
      namesOf: () => [],
    });
    link = await isConnected.promise;
    return async () => {
      stop.abort();
      await plane.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    };
  });
  afterEach(() => vi.restoreAllMocks());

  async function send(version: string, snapshot: object): Promise<PolicyAnswer | undefined> {
    link.sendSnapshot({ version, json: JSON.stringify({ version, ...snapshot }) });
    await vi.waitFor(() => expect(answers.at(-1)?.version).toBe(version), WAIT);
    return answers.at(-1);
  }

  it('passes over what it need not know of', async () => {
    const answer = await send('v1', { documents: [WEB], members: { web: [] }, madeAt: 'noon' });
    expect(answer).toMatchObject({ accepted: true, problems: [] });
    expect(changes.at(-1)?.policy.groups).toMatchObject([{ name: 'web' }]);
  });

  it('enforces all but documents of kinds that it does not know, and says which these are', async () => {
    const said = expect.stringMatching(/^HostPolicy no-telnet: .* does not enforce it; upgrade it/);
    expect(await send('v1', { documents: [WEB, LATER], members: {} })).toMatchObject({
      accepted: true,
      problems: [said],
    });
    expect(changes.at(-1)?.policy.groups).toMatchObject([{ name: 'web' }]);
    expect(problems).toEqual([said]);

    // Whatever else it tells of, it goes on saying so.
    plane.report([{ workloadId: 'w', enforced: true, problem: undefined }]);
    await vi.waitFor(() => expect(answers.at(-1)?.enforcement).toHaveLength(1), WAIT);
    expect(answers.at(-1)).toMatchObject({ accepted: true, problems: [said] });
  });

  it('takes what needs no more than it knows, and says once that there are Services whose ports are not known', async () => {
    const unfollowed = [{ addresses: ['10.96.0.7', '10.96.0.8'] }];
    const snapshot = { needs: ['unfollowed'], documents: [WEB], members: {}, unfollowed };
    expect(await send('v1', snapshot)).toMatchObject({ accepted: true, problems: [] });
    expect(changes.at(-1)?.unfollowed).toEqual(unfollowed);
    expect(plane.standing.unfollowedServices).toBe(2);
    await send('v2', snapshot);
    expect(problems).toEqual([expect.stringContaining('where 2 addresses of Services lead')]);
  });

  it('refuses what needs more than it knows, and keeps what it has', async () => {
    await send('v1', { documents: [WEB], members: { web: ['10.0.0.1'] } });
    const answer = await send('v2', { needs: ['zones'], documents: [], members: { web: [] }, zones: [] });
    expect(answer).toMatchObject({ accepted: false, problems: [expect.stringContaining('names "zones"')] });
    expect(changes).toHaveLength(1);
    expect(rejected).toHaveLength(1);
  });

  it('keeps the documents that it has where it cannot read new ones, and follows who the groups are', async () => {
    await send('v1', { documents: [WEB], members: { web: ['10.0.0.1'] } });
    const refused = { accepted: false, problems: [expect.stringContaining('zones')] };
    expect(await send('v2', { documents: [WEB, RULES], members: { web: ['10.0.0.2'] } })).toMatchObject(refused);
    expect(changes.map(({ members }) => members)).toEqual([{ web: ['10.0.0.1'] }, { web: ['10.0.0.2'] }]);
    expect(changes.at(-1)?.policy.network).toEqual([]);

    // What is told of the policy that stays does not hide that there is one that was refused.
    plane.report([{ workloadId: 'w', enforced: true, problem: undefined }]);
    await vi.waitFor(() => expect(answers.at(-1)?.enforcement).toHaveLength(1), WAIT);
    expect(answers.at(-1)).toMatchObject({ version: 'v2', ...refused });

    expect(await send('v3', { documents: [WEB], members: { web: [] } })).toMatchObject({ accepted: true });
    expect(changes.at(-1)?.members).toEqual({ web: [] });
  });
});
