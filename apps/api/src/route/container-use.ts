import { MAX_PATH_LENGTH, RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import { keepable, Moment, Name, PageQuery } from '../http/schema.ts';

/** What is answered of whatever containers are seen to do, besides what it is and how often. */
export const ContainerAnswer = z.object({
  id: z.number(),
  namespace: z.string().optional(),
  workload: z.string().describe('Of what runs it: all pods of a deployment are one.'),
  container: z.string(),
  groups: z
    .array(z.string())
    .readonly()
    .describe('Those that selected the container when it was last told of, 32 at most.'),
  verdict: z.enum(RULE_VERDICTS),
  firstSeen: z.string(),
  lastSeen: z.string(),
});

/** What may be asked of all of it. */
export const ContainerQuery = PageQuery.extend({
  namespace: Name.optional().describe('Only what is done there.'),
  workload: Name.optional().describe('Only what this workload does.'),
  verdict: z.enum(RULE_VERDICTS).optional(),
  since: Moment.optional().describe('Last seen at or after.'),
});

/** A path as it is asked for. */
export const AskedPath = keepable(MAX_PATH_LENGTH);
