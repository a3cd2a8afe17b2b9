import { type CommandOutcome, limits } from '@bulkhead/rpc';
import { z } from 'zod';

/** What became of a command, as one process writes it for another. Bytes are base64 there. */
const Answer = z.object({
  outcome: z
    .object({
      outcome: z.enum(['done', 'failed', 'unsupported']),
      message: z.string(),
      part: z.object({ data: z.base64().max(2 * limits.MAX_READ_BYTES), size: z.int() }).optional(),
    })
    .optional(),
});

/** Nothing where the agent did not answer. */
export function writeOutcome(outcome: CommandOutcome | undefined): string {
  if (outcome?.part === undefined) return JSON.stringify({ outcome });
  const { data, size } = outcome.part;
  return JSON.stringify({ outcome: { ...outcome, part: { data: Buffer.from(data).toString('base64'), size } } });
}

/** Reads what `writeOutcome` wrote. */
export function readOutcome(text: string): CommandOutcome | undefined {
  const { outcome } = Answer.parse(JSON.parse(text));
  if (outcome === undefined) return undefined;
  const { part, ...rest } = outcome;
  return part === undefined ? rest : { ...rest, part: { ...part, data: Buffer.from(part.data, 'base64') } };
}
