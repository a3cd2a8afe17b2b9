import { API_VERSION } from '@bulkhead/core';
import { z } from 'zod';
import type { KubeObject } from '../client/object.ts';
import type { PolicyVersion } from './settle.ts';

const Condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTransitionTime: z.string().default(''),
});

/** A status as it may be found: whoever wrote it. */
const Status = z.looseObject({
  observedGeneration: z.number().optional(),
  conditions: z.array(Condition).nullish(),
});
export type FoundStatus = z.output<typeof Status>;

/** A resource of a policy kind, reduced to what is needed of it. */
export interface PolicyObject extends PolicyVersion {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly status: FoundStatus;
}

/**
 * The document that a resource is: what its author wrote, without what the API server added to it. Its file is its kind and its name,
 * `DataSensor/cards`, which no file of a folder is called.
 */
export function policyObject(object: KubeObject): PolicyObject {
  const { metadata, kind = '', spec, status } = object;
  const { name, uid, generation = 0 } = metadata;
  const document = { apiVersion: API_VERSION, kind, metadata: { name }, spec };
  return {
    kind,
    name,
    uid,
    generation,
    file: `${kind}/${name}`,
    text: JSON.stringify(document),
    status: Status.safeParse(status ?? {}).data ?? {},
  };
}
