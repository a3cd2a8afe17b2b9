import { API_VERSION, isName } from '@bulkhead/core';
import { z } from 'zod';
import { FILE_ACCESSES } from '../../file/schema.ts';
import { name } from '../../group/schema.ts';
import { readPrefix } from '../../network/address.ts';
import { APPLICATION_PROTOCOLS, UNKNOWN_PROTOCOLS } from '../../network/application.ts';
import { isDomain } from '../../network/domain.ts';
import { FLOW_PROTOCOLS, NODE_PEER } from '../../network/rule-set.ts';
import { RULE_VERDICTS } from '../../rule/judge.ts';
import { ADMISSION_VERDICTS } from '../policy.ts';
import { testImages } from './images.ts';

/** Bounds of what is written by hand. */
const MAX_CASES = 1000;
const MAX_TEXT = 500;
const MAX_ENDS = 64;
const MAX_PORT = 65_535;

/** What the inspector tells apart; `raw` and `udp` are what no protocol explains. */
const SPOKEN = [...new Set([...Object.values(APPLICATION_PROTOCOLS).flat(), ...UNKNOWN_PROTOCOLS])].toSorted();

const END_EXPECTED = `must be the name of a group, an address, a domain, or ${NODE_PEER}, or a list of these`;

const end = z
  .string()
  .refine(
    (text) => text === NODE_PEER || isName(text) || readPrefix(text) !== undefined || isDomain(text),
    END_EXPECTED,
  );
/** One text, or all that is known of an end. */
const ends = z.union([end.transform((text) => [text]), z.array(end).min(1).max(MAX_ENDS)], { error: END_EXPECTED });

const flow = z.strictObject({
  name: z.string().min(1).max(MAX_TEXT),
  from: ends,
  to: ends,
  protocol: z.enum(FLOW_PROTOCOLS).default('tcp'),
  port: z.int().min(1).max(MAX_PORT).optional(),
  application: z.enum(SPOKEN).optional(),
  expect: z.strictObject({
    verdict: z.enum(RULE_VERDICTS),
    by: z
      .string()
      .regex(/^[a-z0-9-]+(?:\/[a-z0-9-]+)?$/, 'must be ruleSet/rule, or the rule set that closes the direction')
      .optional(),
  }),
});

/** The kernel's bound of a path. */
const MAX_PATH = 4_096;

const path = z.string().max(MAX_PATH).startsWith('/', 'must be an absolute path');
const groups = z.union([name.transform((text) => [text]), z.array(name).min(1).max(MAX_ENDS)], {
  error: 'must be the name of a group, or a list of these',
});
const decided = z.strictObject({
  verdict: z.enum(RULE_VERDICTS),
  by: z
    .string()
    .regex(/^[a-z0-9-]+(?:\/[a-z0-9-]+)?$/, 'must be policy/rule, or the policy that wants programs of the image')
    .optional(),
});

const program = z.strictObject({
  name: z.string().min(1).max(MAX_TEXT),
  groups,
  executable: path,
  parent: path.optional(),
  user: z.int().min(0).optional(),
  fromImage: z.boolean().default(true),
  expect: decided,
});

const file = z.strictObject({
  name: z.string().min(1).max(MAX_TEXT),
  groups,
  path,
  access: z.enum(FILE_ACCESSES),
  executable: path.optional(),
  expect: decided,
});

/** Cases that a policy has to decide as expected, as a document of the policy language. */
export const PolicyTestDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('PolicyTest'),
  metadata: z.strictObject({ name }),
  spec: z
    .strictObject({
      namespace: z.string().min(1).default('default'),
      at: z
        .union([z.iso.date(), z.iso.datetime({ offset: true })], {
          error: 'must be a date such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z',
        })
        .optional(),
      cases: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(MAX_TEXT),
            object: z.record(z.string(), z.unknown()),
            expect: z.strictObject({
              verdict: z.enum(ADMISSION_VERDICTS),
              rules: z.array(z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'must be policy/rule')).optional(),
            }),
          }),
        )
        .max(MAX_CASES)
        .default([]),
      images: testImages,
      flows: z.array(flow).max(MAX_CASES).default([]),
      programs: z.array(program).max(MAX_CASES).default([]),
      files: z.array(file).max(MAX_CASES).default([]),
    })
    .refine(({ cases, flows, programs, files }) => [cases, flows, programs, files].some(({ length }) => length > 0), {
      message: 'tests nothing: give cases, flows, programs or files',
    }),
});
export type PolicyTestDocument = z.infer<typeof PolicyTestDocument>;

/** A test by its name, for the loader. */
export type PolicyTest = PolicyTestDocument['spec'] & { readonly name: string };
