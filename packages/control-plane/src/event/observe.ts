import { createHash } from 'node:crypto';
import { CONFIDENCES, type Severity, VERDICTS } from '@bulkhead/core';
import { z } from 'zod';

/** What is searched by in an event, and the incident that it belongs to. */
export interface Observation {
  readonly kind: string;
  readonly at: string;
  readonly namespace?: string;
  readonly workload?: string;
  /** As it is kept. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The document as JSON. */
  readonly text: string;
  readonly incident?: IncidentSeed;
}

/** What makes an observation one that a person must look at. */
export interface IncidentSeed {
  /** Equal for observations of one cause. */
  readonly fingerprint: string;
  readonly kind: string;
  readonly title: string;
  readonly severity: Severity;
  /** The ResponseRule that asked for it. */
  readonly rule?: string;
}

/** An agent's largest event, a plan's problems, is far smaller; more is not an observation but a flood. */
export const MAX_EVENT_CHARACTERS = 65_536;
const MAX_KIND = 64;
const MAX_NAME = 253;
const MAX_TITLE = 300;

const Named = z.object({
  workloads: z
    .array(z.object({ name: z.string(), namespace: z.string().optional(), pod: z.string().optional() }))
    .min(1),
});
const FindingEvent = z.object({
  detector: z.string(),
  sensor: z.string(),
  verdict: z.enum(VERDICTS),
  confidence: z.enum(CONFIDENCES),
  knownTest: z.boolean().optional(),
});
const ProblemEvent = z.object({ problem: z.string() });
const ProblemsEvent = z.object({ problems: z.array(z.string()) });
const FlowEvent = z.object({
  direction: z.string(),
  ruleSets: z.array(z.string()),
  /** Absent where no rule allowed the flow. */
  rule: z.string().optional(),
});

const UseEvent = z.object({
  policy: z.string(),
  rule: z.string().optional(),
  /** Of a file; a program is named by its executable. */
  path: z.string().optional(),
  executable: z.string(),
  alreadyRunning: z.boolean().optional(),
});

/** Reads what an agent says happened. Whatever it sent gives an observation: nothing that was sent is dropped for its form. */
export function observe(document: unknown, receivedAt: string): Observation {
  const { document: fields, text } = keptDocument(document);
  const kind = typeof fields['event'] === 'string' ? searchable(fields['event'], MAX_KIND) : 'unknown';
  const first = Named.safeParse(fields).data?.workloads[0];
  const namespace = first?.namespace === undefined ? undefined : searchable(first.namespace, MAX_NAME);
  const workload = first === undefined ? undefined : searchable(first.pod ?? first.name, MAX_NAME);
  const observed = {
    kind: kind === '' ? 'unknown' : kind,
    at: timeOf(fields['time']) ?? receivedAt,
    ...(namespace !== undefined && { namespace }),
    ...(workload !== undefined && { workload }),
    document: fields,
    text,
  };
  const cause = causeOf(kind, fields);
  if (cause === undefined) return observed;
  const { title, severity, parts } = cause;
  const subject = [namespace ?? '', workload ?? ''];
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([kind, ...parts, ...subject]))
    .digest('hex');
  return { ...observed, incident: { fingerprint, kind, title: searchable(title, MAX_TITLE), severity } };
}

interface Cause {
  readonly title: string;
  readonly severity: Severity;
  readonly parts: readonly string[];
}

function causeOf(kind: string, fields: object): Cause | undefined {
  switch (kind) {
    case 'finding': {
      const finding = FindingEvent.safeParse(fields).data;
      if (finding === undefined || finding.verdict === 'allow' || finding.knownTest === true) return undefined;
      const { detector, sensor, verdict, confidence } = finding;
      const done = { block: 'blocked', mask: 'masked', capture: 'found', alert: 'found' }[verdict];
      const title = `${detector} ${done} in traffic by the sensor ${sensor}`;
      return { title, severity: confidence === 'high' ? 'high' : 'medium', parts: [detector, sensor, verdict] };
    }
    case 'flow-denied': {
      const flow = FlowEvent.safeParse(fields).data;
      if (flow === undefined) return { title: 'traffic was denied', severity: 'medium', parts: [''] };
      const { direction, rule, ruleSets } = flow;
      const sets = `${ruleSets.length === 1 ? 'rule set' : 'rule sets'} ${ruleSets.join(', ')}`;
      const why =
        rule === undefined ? `was allowed by no rule of the ${sets}` : `was denied by the rule ${rule} of the ${sets}`;
      return { title: `${direction} traffic ${why}`, severity: 'medium', parts: [direction, rule ?? '', ...ruleSets] };
    }
    case 'process-denied':
    case 'process-alerted':
    case 'file-denied': {
      const use = UseEvent.safeParse(fields).data;
      // What is only tried is no incident; a program that could not be refused any more is one.
      if (use === undefined || (kind === 'process-alerted' && use.alreadyRunning !== true)) return undefined;
      const { policy, rule = '', path, executable } = use;
      const done = kind === 'process-alerted' ? 'runs against' : 'was refused by';
      const title = `${path ?? executable} ${done} the policy ${rule === '' ? policy : `${policy}, rule ${rule}`}`;
      return { title, severity: 'high', parts: [policy, rule, path ?? executable] };
    }
    case 'workload-failed': {
      const problem = ProblemEvent.safeParse(fields).data?.problem ?? 'unknown';
      return { title: `a workload is not protected: ${problem}`, severity: 'high', parts: [problem] };
    }
    case 'policy-rejected': {
      const problems = ProblemsEvent.safeParse(fields).data?.problems ?? [];
      return {
        title: `an agent does not take its policy: ${problems[0] ?? 'unknown'}`,
        severity: 'high',
        parts: problems,
      };
    }
    case 'events-lost':
      return { title: 'an agent lost events', severity: 'medium', parts: [] };
    default:
      return undefined;
  }
}

function keptDocument(document: unknown): Pick<Observation, 'document' | 'text'> {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return note({ event: 'unreadable-event', problem: 'it is not an object' });
  }
  const text = JSON.stringify(document);
  if (text.length <= MAX_EVENT_CHARACTERS) return { document: document as Record<string, unknown>, text };
  const { event } = document as { readonly event?: unknown };
  const of = typeof event === 'string' ? event.slice(0, MAX_KIND) : 'unknown';
  const problem = 'it was larger than any event may be';
  return note({ event: 'oversized-event', of, characters: text.length, problem });
}

/** What is kept in the place of an event. */
function note(document: Readonly<Record<string, unknown>>): Pick<Observation, 'document' | 'text'> {
  return { document, text: JSON.stringify(document) };
}

/** When an agent says something was, where it does. Years of four digits: the others sort as text where they do not belong, and are no time for whoever reads them later. */
export function timeOf(time: unknown): string | undefined {
  if (typeof time !== 'string' || time.length > 40) return undefined;
  const ms = Date.parse(time);
  const text = Number.isNaN(ms) ? '' : new Date(ms).toISOString();
  return /^\d/.test(text) ? text : undefined;
}

/** Columns hold no text that a database cannot take: the document, which is JSON, has it escaped. */
function searchable(text: string, maxLength: number): string {
  return text.slice(0, maxLength).toWellFormed().replaceAll('\0', '\uFFFD');
}

/** The incident of an observation that a ResponseRule asks to be alerted of: one for each rule and workload. */
export function incidentOfRule(rule: string, { kind, namespace = '', workload = '' }: Observation): IncidentSeed {
  const fingerprint = createHash('sha256')
    .update(JSON.stringify(['response-rule', rule, namespace, workload]))
    .digest('hex');
  const title = searchable(`the response rule ${rule} was met: ${kind}`, MAX_TITLE);
  return { fingerprint, kind: 'response-rule', title, severity: 'high', rule };
}
