import { z } from 'zod';

/** As much of NeuVector's resources (neuvector.com/v1) as is read. What is not named here is not an error: it is noted. */
const criterion = z.looseObject({ key: z.string(), op: z.string().default('='), value: z.string().default('') });
const selector = z.looseObject({ name: z.string().default(''), criteria: z.array(criterion).nullish() });

const networkRule = z.looseObject({
  action: z.enum(['allow', 'deny']),
  name: z.string().default(''),
  ports: z.string().default('any'),
  applications: z.array(z.string()).nullish(),
  selector,
});

export const SecurityRule = z.looseObject({
  kind: z.enum(['NvSecurityRule', 'NvClusterSecurityRule']),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    target: z.looseObject({ policymode: z.string().nullish(), selector }),
    ingress: z.array(networkRule).nullish(),
    egress: z.array(networkRule).nullish(),
    process: z
      .array(
        z.looseObject({
          action: z.enum(['allow', 'deny']),
          name: z.string().default(''),
          path: z.string().default(''),
        }),
      )
      .nullish(),
    process_profile: z.looseObject({ baseline: z.string().nullish() }).nullish(),
    file: z
      .array(
        z.looseObject({
          behavior: z.string(),
          filter: z.string(),
          recursive: z.boolean().default(false),
          app: z.array(z.string()).nullish(),
        }),
      )
      .nullish(),
    dlp: z
      .looseObject({
        status: z.boolean().default(true),
        settings: z.array(z.looseObject({ name: z.string(), action: z.string().default('allow') })).nullish(),
      })
      .nullish(),
    waf: z.looseObject({ settings: z.array(z.unknown()).nullish() }).nullish(),
  }),
});
export type SecurityRule = z.infer<typeof SecurityRule>;
export type NetworkRuleShape = z.infer<typeof networkRule>;
export type SelectorShape = z.infer<typeof selector>;

export const DlpRule = z.looseObject({
  kind: z.literal('NvDlpSecurityRule'),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    sensor: z.looseObject({
      name: z.string(),
      comment: z.string().nullish(),
      rules: z
        .array(
          z.looseObject({
            name: z.string(),
            patterns: z.array(
              z.looseObject({ op: z.string(), value: z.string(), context: z.string().default('packet') }),
            ),
          }),
        )
        .default([]),
    }),
  }),
});
export type DlpRule = z.infer<typeof DlpRule>;

export const AdmissionRule = z.looseObject({
  kind: z.literal('NvAdmissionControlSecurityRule'),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    config: z.looseObject({ enable: z.boolean().default(true), mode: z.string().default('monitor') }).nullish(),
    rules: z
      .array(
        z.looseObject({
          action: z.string(),
          disabled: z.boolean().default(false),
          comment: z.string().nullish(),
          criteria: z.array(z.looseObject({ name: z.string(), op: z.string(), value: z.string() })).default([]),
        }),
      )
      .default([]),
  }),
});
export type AdmissionRule = z.infer<typeof AdmissionRule>;
