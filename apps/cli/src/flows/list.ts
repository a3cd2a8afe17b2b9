import { formatBytes, formatCount } from '@bulkhead/core';
import { z } from 'zod';
import { listLines } from '../api/list-lines.ts';
import type { ListOptions } from '../api/list-options.ts';
import type { Io } from '../io.ts';

export interface FlowsOptions extends ListOptions {
  readonly namespace?: string;
  readonly workload?: string;
  readonly verdict?: string;
  readonly application?: string;
  readonly port?: number;
  readonly since?: string;
}

const End = z.looseObject({
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
  domain: z.string().optional(),
});
type End = z.output<typeof End>;

const ListedFlow = z.looseObject({
  client: End,
  server: End,
  seenBy: z.array(z.string()),
  protocol: z.string(),
  port: z.number().optional(),
  application: z.string().optional(),
  verdict: z.string(),
  bytes: z.number(),
  sessions: z.number(),
  lastSeen: z.string(),
});

/** Lists who talks to whom, one flow a line, the latest seen first. */
export function list(
  { namespace, workload, verdict, application, port, since, limit, format, ...place }: FlowsOptions,
  io: Io,
): Promise<number> {
  return listLines(
    place,
    {
      path: '/api/v1/flows',
      fields: { namespace, workload, verdict, application, port: port?.toString(), since },
      failure: 'cannot list the flows',
      item: ListedFlow,
      line: (flow) =>
        [
          `${endName(flow.client)} -> ${endName(flow.server)}`,
          [flow.protocol, flow.port, flow.application].filter((part) => part !== undefined).join(' '),
          flow.verdict,
          `${formatCount(flow.sessions, 'session')}, ${formatBytes(flow.bytes)}`,
          `seen by ${flow.seenBy.join(' and ')} until ${flow.lastSeen}`,
        ].join('  '),
      most: limit,
      format,
    },
    io,
  );
}

function endName({ kind, namespace, name, domain }: End): string {
  if (kind === 'workload') return namespace === undefined ? name : `${namespace}/${name}`;
  return kind === 'node' ? `the node ${name}` : `${name}${domain === undefined ? '' : ` (${domain})`}`;
}
