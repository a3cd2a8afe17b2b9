import type { JsonSchema } from './structural.ts';

const MAX_MESSAGE = 32_768;

const condition: JsonSchema = {
  type: 'object',
  required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
  properties: {
    type: { type: 'string', description: 'Accepted, or Enforced.' },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    reason: { type: 'string', description: 'Why, in one word.' },
    message: { type: 'string', maxLength: MAX_MESSAGE, description: 'Why, for people.' },
    observedGeneration: { type: 'integer', format: 'int64', description: 'The generation that was looked at.' },
    lastTransitionTime: { type: 'string', format: 'date-time', description: 'When the status last became another.' },
  },
};

/** The `status` of every kind of policy, which Bulkhead writes. */
export const STATUS_SCHEMA: JsonSchema = {
  type: 'object',
  description: 'What Bulkhead makes of the resource. Written by Bulkhead alone.',
  properties: {
    observedGeneration: { type: 'integer', format: 'int64', description: 'The generation that was looked at last.' },
    inForceGeneration: {
      type: 'integer',
      format: 'int64',
      description: 'The generation that is in force; an earlier one while the last has problems. Absent: none.',
    },
    conditions: {
      type: 'array',
      description:
        'Accepted: whether the last generation is valid. Enforced: whether what is in force is enforced everywhere it should be.',
      items: condition,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
    problems: {
      type: 'array',
      description: 'Everything that is wrong with the last generation.',
      items: {
        type: 'object',
        required: ['message'],
        properties: {
          path: { type: 'string', description: 'Where: spec.rules[2].images' },
          message: { type: 'string', description: 'What is wrong there.' },
        },
      },
    },
    notEnforced: {
      type: 'array',
      description: 'Where what is in force is not enforced, and why.',
      items: {
        type: 'object',
        required: ['where', 'why'],
        properties: { where: { type: 'string' }, why: { type: 'string' } },
      },
    },
  },
};
