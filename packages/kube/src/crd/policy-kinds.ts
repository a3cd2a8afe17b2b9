import { API_VERSION } from '@bulkhead/core';
import { DataSensorDocument } from '@bulkhead/dlp';
import {
  AdmissionPolicyDocument,
  FilePolicyDocument,
  NetworkRuleSetDocument,
  ProcessPolicyDocument,
  ResponseRuleDocument,
  WorkloadGroupDocument,
} from '@bulkhead/policy';
import type { ZodType } from 'zod';
import type { Resource } from '../client/resource.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  /** Shown by `-o wide` alone. */
  readonly priority?: 1;
}

/** A kind of policy document that is a resource of a cluster. */
export interface PolicyKind extends Resource {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly document: ZodType;
  readonly columns: readonly PrinterColumn[];
}

const [GROUP = '', VERSION = ''] = API_VERSION.split('/');

const MODE: PrinterColumn = {
  name: 'Mode',
  type: 'string',
  jsonPath: '.spec.mode',
  description: 'What the policy does.',
};

function kind(
  name: string,
  plural: string,
  shortName: string,
  description: string,
  document: ZodType,
  columns: readonly PrinterColumn[],
): PolicyKind {
  const resource = { group: GROUP, version: VERSION, plural, kind: name, namespaced: false };
  return { ...resource, singular: name.toLowerCase(), shortNames: [shortName], description, document, columns };
}

/** The kinds of policy that a cluster holds, all of them cluster-wide: who may write one decides for all namespaces. */
export const POLICY_KINDS: readonly PolicyKind[] = [
  kind(
    'AdmissionPolicy',
    'admissionpolicies',
    'bap',
    'Rules about what may enter the cluster. docs/reference/admission.md describes it.',
    AdmissionPolicyDocument,
    [MODE],
  ),
  kind(
    'DataSensor',
    'datasensors',
    'bds',
    'Which sensitive data to look for, and what to do about it. docs/reference/policy.md describes it.',
    DataSensorDocument,
    [{ name: 'Action', type: 'string', jsonPath: '.spec.action', description: 'What happens to what is found.' }],
  ),
  kind(
    'FilePolicy',
    'filepolicies',
    'bfp',
    'Which files the workloads of groups may open. docs/reference/policy.md describes it.',
    FilePolicyDocument,
    [],
  ),
  kind(
    'NetworkRuleSet',
    'networkrulesets',
    'bnr',
    'Which traffic the workloads of groups may have. docs/reference/network.md describes it.',
    NetworkRuleSetDocument,
    [],
  ),
  kind(
    'ProcessPolicy',
    'processpolicies',
    'bpp',
    'Which programs the workloads of groups may run. docs/reference/policy.md describes it.',
    ProcessPolicyDocument,
    [],
  ),
  kind(
    'ResponseRule',
    'responserules',
    'brr',
    'What is done when something happened. docs/reference/policy.md describes it.',
    ResponseRuleDocument,
    [],
  ),
  kind(
    'WorkloadGroup',
    'workloadgroups',
    'bwg',
    'Which workloads belong together, their mode, and the sensors bound to them. docs/reference/policy.md describes it.',
    WorkloadGroupDocument,
    [MODE],
  ),
];

/** A kind by its name, such as `DataSensor`. Throws a `RangeError` for one that no cluster holds. */
export function policyKind(name: string): PolicyKind {
  const found = POLICY_KINDS.find((one) => one.kind === name);
  if (found === undefined) throw new RangeError(`${name} is no kind of policy that a cluster holds`);
  return found;
}
