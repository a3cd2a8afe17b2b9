import { z } from 'zod';

const owner = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
});

/** What is known of any object before its kind is looked at. Other keys are kept as they are. */
export const KubeObject = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string().default(''),
    resourceVersion: z.string().default(''),
    generation: z.number().optional(),
    creationTimestamp: z.string().nullish(),
    deletionTimestamp: z.string().nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z.array(owner).nullish(),
  }),
});
export type KubeObject = z.output<typeof KubeObject>;

/** A page of a list. */
export const KubeList = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().default(''), continue: z.string().nullish() }).default({
    resourceVersion: '',
  }),
  items: z.array(z.unknown()).nullable(),
});

/** What the API server says instead of an object. */
export const KubeStatus = z.looseObject({
  kind: z.literal('Status'),
  code: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().default(''),
  details: z.looseObject({ retryAfterSeconds: z.number().optional() }).nullish(),
});
export type KubeStatus = z.output<typeof KubeStatus>;

/** The key under which an object is found among those of its resource. */
export function keyOf({ metadata }: KubeObject): string {
  return objectKey(metadata.namespace, metadata.name);
}

/** As `keyOf`, of a namespace (absent for what has none) and a name. */
export function objectKey(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
