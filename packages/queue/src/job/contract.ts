import type { z } from 'zod';

/**
 * What travels in one queue. Data are names and digests, never what they name: Redis is clear text, and whoever can
 * read it must learn no secret and no content.
 */
export interface JobContract<Data> {
  /** Name of the queue. */
  readonly queue: string;
  readonly schema: z.ZodType<Data>;
  /** The natural key: of several jobs with the same one only one is there at a time. Without ":". */
  keyOf(data: Data): string;
  /** How often it is tried before it is dead. */
  readonly attempts: number;
  /** The pause before the second try; each further one is twice as long, less a random part of up to a half. */
  readonly firstRetryMs: number;
}
