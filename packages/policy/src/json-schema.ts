import { z } from 'zod';
import { PolicyTestDocument } from './admission/policy-test/schema.ts';
import { AdmissionReport } from './admission/review/report.ts';
import { AdmissionPolicyDocument } from './admission/schema.ts';
import { FilePolicyDocument } from './file/schema.ts';
import { WorkloadGroupDocument } from './group/schema.ts';
import { NetworkRuleSetDocument } from './network/schema.ts';
import { ProcessPolicyDocument } from './process/schema.ts';
import { ResponseRuleDocument } from './response/schema.ts';

/** The JSON Schemas of the documents this package reads, by the file name they are published under. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return {
    'admission-policy.schema.json': z.toJSONSchema(AdmissionPolicyDocument, { io: 'input' }),
    'admission-report.schema.json': z.toJSONSchema(AdmissionReport),
    'file-policy.schema.json': z.toJSONSchema(FilePolicyDocument, { io: 'input' }),
    'network-rule-set.schema.json': z.toJSONSchema(NetworkRuleSetDocument, { io: 'input' }),
    'policy-test.schema.json': z.toJSONSchema(PolicyTestDocument, { io: 'input' }),
    'process-policy.schema.json': z.toJSONSchema(ProcessPolicyDocument, { io: 'input' }),
    'response-rule.schema.json': z.toJSONSchema(ResponseRuleDocument, { io: 'input' }),
    'workload-group.schema.json': z.toJSONSchema(WorkloadGroupDocument, { io: 'input' }),
  };
}
