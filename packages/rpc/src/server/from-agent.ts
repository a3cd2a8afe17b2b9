import { z } from 'zod';
import type * as wire from '../gen/agent/v1/agent.ts';
import {
  MAX_ANSWER_LINES,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_EVENT_BYTES,
  MAX_ID,
  MAX_LABELS,
  MAX_LIST,
  MAX_NAME,
  MAX_READ_BYTES,
  MAX_TEXT,
  MAX_WORKLOADS_PER_REPORT,
} from '../wire/limits.ts';
import type { Position } from '../wire/position.ts';
import type { CommandOutcome, PolicyAnswer } from '../wire/terms.ts';
import type { WorkloadReport } from './hub.ts';

const Text = z.string().max(MAX_TEXT);
const Id = z.string().min(1).max(MAX_ID);
const Name = z.string().max(MAX_NAME);

const HelloSchema = z.object({
  node: Name,
  version: Name,
  capabilities: z.array(Name).max(MAX_LIST),
  policyVersion: Name,
});

const WorkloadSchema = z.object({
  id: Id,
  name: Name,
  namespace: Name.transform((namespace) => (namespace === '' ? undefined : namespace)),
  labels: z
    .record(z.string().max(MAX_ID), z.string().max(MAX_ID))
    .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `has more than ${MAX_LABELS} labels`),
  owners: z.array(z.object({ kind: Name, name: Name })).max(MAX_LIST),
  addresses: z.array(z.union([z.ipv4(), z.ipv6()])).max(MAX_LIST),
  netns: z.string().max(MAX_ID),
});

const ReportSchema = z.object({
  whole: z.boolean(),
  present: z.array(WorkloadSchema).max(MAX_WORKLOADS_PER_REPORT),
  gone: z.array(Id).max(MAX_WORKLOADS_PER_REPORT),
});

const AnswerSchema = z.object({
  version: Name,
  accepted: z.boolean(),
  problems: z.array(Text).max(MAX_ANSWER_LINES),
  enforcement: z
    .array(
      z.object({
        workloadId: Id,
        enforced: z.boolean(),
        problem: Text.transform((problem) => (problem === '' ? undefined : problem)),
      }),
    )
    .max(MAX_ANSWER_LINES),
});

const ResultSchema = z.object({
  id: Name,
  outcome: z.enum(['done', 'failed', 'unsupported']),
  message: Text,
  data: z.instanceof(Uint8Array).refine((data) => data.length <= MAX_READ_BYTES, 'is longer than any part of a file'),
  size: z.int(),
});

/** What an agent sent that the protocol does not allow. Ends its stream, and is told to it. */
export class ProtocolViolation extends Error {
  override name = 'ProtocolViolation';
}

export function readHello(hello: wire.Hello): z.output<typeof HelloSchema> {
  return read(HelloSchema, hello, 'the hello');
}

export function readReport(report: wire.WorkloadReport): WorkloadReport {
  return read(ReportSchema, report, 'a report of workloads');
}

export function readAnswer(answer: wire.PolicyAnswer): PolicyAnswer {
  return read(AnswerSchema, answer, 'an answer about a policy');
}

export function readResult(result: wire.CommandResult): CommandOutcome & { readonly id: string } {
  const { data, size, ...rest } = read(ResultSchema, result, 'the result of a command');
  return size === 0 ? rest : { ...rest, part: { data, size } };
}

/** Events as they came; which of them are new is another question. */
export interface ReceivedBatch extends Position {
  readonly firstSequence: number;
  readonly events: readonly string[];
}

export function readBatch({ epoch, firstSequence, events }: wire.EventBatch): ReceivedBatch {
  const bytes = events.reduce((sum, event) => sum + event.length, 0);
  const longest = events.reduce((most, event) => Math.max(most, event.length), 0);
  // In this order: the sum of two safe numbers may be rounded to one that is, less one.
  const sequence = firstSequence + (events.length - 1);
  const problem =
    (events.length === 0 && 'it holds no event') ||
    (events.length > MAX_BATCH_EVENTS && `it holds ${events.length} events, at most ${MAX_BATCH_EVENTS} are allowed`) ||
    (bytes > MAX_BATCH_BYTES && `it holds ${bytes} bytes, at most ${MAX_BATCH_BYTES} are allowed`) ||
    (longest > MAX_EVENT_BYTES && `an event has ${longest} bytes, at most ${MAX_EVENT_BYTES} are allowed`) ||
    ((epoch === 0 || firstSequence === 0 || !Number.isSafeInteger(sequence)) && 'its position is none');
  if (problem !== false) throw new ProtocolViolation(`a batch of events is refused: ${problem}`);
  return { epoch, firstSequence, sequence, events: events.map(utf8) };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function utf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ProtocolViolation('a batch of events is refused: an event is not UTF-8');
  }
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ProtocolViolation(`${what} is refused: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is wrong'}`);
}
