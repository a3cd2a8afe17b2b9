import { API_VERSION } from '@bulkhead/core';
import { z } from 'zod';

/** Larger numbers are legal for the kernel; one per namespace is all that is used. */
const MAX_QUEUE = 65_535;
const MAX_PORT = 65_535;
const MAX_THREADS = 64;

/** How an agent meets its control plane. */
export const ControlPlaneConfig = z.strictObject({
  address: z
    .string()
    .regex(/^\S+:\d{1,5}$/, 'must be host:port')
    .describe('Host and port at which the api serves agents.'),
  tokenFile: z.string().min(1).describe('File with the enrolment token, relative to the configuration file.'),
  folder: z
    .string()
    .min(1)
    .default('state')
    .describe('Where the agent keeps who it is, its last policy and events that wait, relative to the same.'),
  node: z.string().min(1).max(253).optional().describe('Name of this machine; its host name without it.'),
  spoolMebibytes: z
    .int()
    .min(1)
    .max(1_048_576)
    .default(64)
    .describe('What may wait while the control plane is away; the oldest goes first, and is counted.'),
});
export type ControlPlaneConfig = z.output<typeof ControlPlaneConfig>;

/** How an agent in a cluster knows that it is taken off it, rather than started anew. */
export const InstallationConfig = z.strictObject({
  daemonSet: z.string().min(1).max(253).describe('Name of the DaemonSet that the agent is of.'),
  namespace: z.string().min(1).max(63).describe('Its namespace.'),
  serviceAccountFolder: z
    .string()
    .startsWith('/', 'must be an absolute path')
    .default('/var/run/secrets/kubernetes.io/serviceaccount')
    .describe('Where the token and the authority of the API server are.'),
});
export type InstallationConfig = z.output<typeof InstallationConfig>;

/** The agent's configuration. `apiVersion` and `kind` may head it, as they do every document of Bulkhead. */
export const AgentConfig = z
  .strictObject({
    apiVersion: z.literal(API_VERSION).optional(),
    kind: z.literal('AgentConfig').optional(),
    policy: z
      .array(z.string().min(1))
      .min(1, 'names no file or folder')
      .optional()
      .describe('Files and folders of policy documents, relative to the configuration file. Followed as they change.'),
    controlPlane: ControlPlaneConfig.optional().describe(
      'Where the policy comes from and events go, instead of files.',
    ),
    stateFolder: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Where an agent with policy files keeps what the next has to know, relative to the same; "state" without it.',
      ),
    workloads: z
      .strictObject({
        cri: z
          .string()
          .startsWith('/', 'must be an absolute path')
          .optional()
          .describe('Socket of the container runtime, such as /run/containerd/containerd.sock.'),
        netns: z.boolean().default(false).describe('Whether namespaces made by `ip netns add` are workloads.'),
      })
      .refine(({ cri, netns }) => cri !== undefined || netns, 'finds no workload: give cri, or netns: true'),
    onStop: z
      .enum(['keep', 'release'])
      .default('keep')
      .describe('What becomes of the rules in the kernel when the agent is asked to end.'),
    installation: InstallationConfig.optional().describe(
      'The DaemonSet of the agent: where it is gone as the agent ends, nothing is kept.',
    ),
    flows: z
      .boolean()
      .default(true)
      .describe('Whether the kernel counts who talks to the workloads that a group selects, and with whom they talk.'),
    programs: z
      .boolean()
      .default(true)
      .describe('Whether it is counted what the containers that a group selects run. Nobody in them waits for it.'),
    files: z
      .boolean()
      .default(true)
      .describe(
        'Whether it is counted which files the containers that a group selects write. Nobody in them waits for it.',
      ),
    sentinel: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe(
            'Whether policies about programs and files are enforced. Where the node lacks what that needs, it is said once.',
          ),
      })
      .prefault({}),
    threads: z.int().min(1).max(MAX_THREADS).default(1).describe('Inspecting threads. A session stays on one of them.'),
    queue: z
      .int()
      .min(0)
      .max(MAX_QUEUE)
      .default(6_430)
      .describe('Number of the queue in every protected network namespace.'),
    metrics: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether metrics and health are served, on 127.0.0.1 only.'),
        port: z.int().min(0).max(MAX_PORT).default(9_430).describe('Where; 0 takes any free port.'),
      })
      .prefault({}),
    events: z
      .strictObject({
        findings: z
          .enum(['native', 'ocsf'])
          .default('native')
          .describe(
            'How a finding, and a program or file that a policy denies, is written: as an event of the agent, or as an OCSF event. Other events stay as they are.',
          ),
      })
      .prefault({}),
    captures: z
      .strictObject({
        folder: z
          .string()
          .min(1)
          .default('captures')
          .describe('Where captures are kept, relative to the configuration file.'),
        maxMebibytes: z
          .int()
          .min(1)
          .max(1_048_576)
          .default(256)
          .describe('The oldest captures go when all together exceed this.'),
        maxDays: z
          .int()
          .min(1)
          .max(3_650)
          .default(7)
          .describe('Captures go when they are older than this, whatever room there is.'),
        ringMebibytes: z
          .int()
          .min(1)
          .max(1_024)
          .default(8)
          .describe('Packets kept in memory per thread, so that a capture begins before what caused it.'),
      })
      .prefault({}),
  })
  .refine(({ policy, controlPlane }) => (policy === undefined) !== (controlPlane === undefined), {
    message: 'give either policy (files) or controlPlane',
    path: ['policy'],
  })
  .refine(({ stateFolder, controlPlane }) => stateFolder === undefined || controlPlane === undefined, {
    message: 'with a control plane, controlPlane.folder says it',
    path: ['stateFolder'],
  });
export type AgentConfig = z.output<typeof AgentConfig>;
