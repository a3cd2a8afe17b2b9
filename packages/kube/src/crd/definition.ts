import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { POLICY_KINDS, type PolicyKind, type PrinterColumn } from './policy-kinds.ts';
import { STATUS_SCHEMA } from './status-schema.ts';
import { type JsonSchema, type Relaxation, structuralSchema } from './structural.ts';

/** The annotation that says which version of Bulkhead a definition is from. */
export const VERSION_ANNOTATION = 'bulkhead.io/version';
/** The version of the definitions in this program. */
export const DEFINITION_VERSION: string = manifest.version;

/** A CustomResourceDefinition (`apiextensions.k8s.io/v1`). */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The definitions of all kinds of policy, sorted by name. */
export function customResourceDefinitions(): readonly CustomResourceDefinition[] {
  return POLICY_KINDS.map(definitionOf).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Where the API server accepts more of a kind than Bulkhead does; what is wrong there is reported in the status. */
export function relaxationsOf({ document }: PolicyKind): readonly Relaxation[] {
  return structuralSchema(specOf(document)).relaxations;
}

const AGE: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Since when it is there.',
};

function definitionOf(kind: PolicyKind): CustomResourceDefinition {
  const { group, version, plural, singular, shortNames } = kind;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      labels: { 'app.kubernetes.io/name': 'bulkhead', 'app.kubernetes.io/part-of': 'bulkhead' },
      annotations: { [VERSION_ANNOTATION]: DEFINITION_VERSION },
    },
    spec: {
      group,
      scope: 'Cluster',
      names: { kind: kind.kind, listKind: `${kind.kind}List`, plural, singular, shortNames, categories: ['bulkhead'] },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            ...kind.columns,
            conditionColumn('Accepted', 'Whether the last generation is valid.'),
            conditionColumn('Enforced', 'Whether what is in force is enforced everywhere it should be.'),
            AGE,
          ],
          schema: { openAPIV3Schema: schemaOf(kind) },
        },
      ],
    },
  };
}

function schemaOf({ description, document }: PolicyKind): JsonSchema {
  return {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: {
        type: 'object',
        // As names of policies are in files: an RFC 1123 label.
        properties: { name: { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' } },
      },
      spec: structuralSchema(specOf(document)).schema,
      status: STATUS_SCHEMA,
    },
  };
}

function specOf(document: PolicyKind['document']): JsonSchema {
  const schema = z.toJSONSchema(document, { io: 'input' }) as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
  };
  return schema.properties?.['spec'] ?? {};
}

function conditionColumn(type: string, description: string): PrinterColumn {
  return { name: type, type: 'string', jsonPath: `.status.conditions[?(@.type=="${type}")].status`, description };
}
