/** What a key may be, where its first value does not say it. */
const NARROWER: Readonly<Record<string, object>> = {
  'image.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  'api.policy.source': { enum: ['cluster', 'store', 'files'] },
  'api.service.type': { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
  'api.replicas': { type: 'integer', minimum: 1 },
  'api.alerts.repeatMinutes': { type: 'integer', minimum: 1 },
  'api.oidc.issuer': { type: 'string', pattern: '^(https://.*)?$' },
  'api.oidc.publicUrl': { type: 'string', pattern: '^(https://[^/]+/?)?$' },
  'api.oidc.roles': { type: 'array', items: { type: 'object', required: ['group', 'role'] } },
  'api.alerts.sinks': { type: 'array', items: { type: 'object' } },
  'postgres.runAsUser': { type: 'integer', minimum: 1 },
  'webhook.failurePolicy': { enum: ['Ignore', 'Fail'] },
  'webhook.timeoutSeconds': { type: 'integer', minimum: 1, maximum: 30 },
  'webhook.replicas': { type: 'integer', minimum: 1 },
  'agent.threads': { type: 'integer', minimum: 1, maximum: 64 },
  'agent.runtimeSocket': { type: 'string', pattern: '^/' },
  'agent.namespaces': { type: 'string', pattern: '^/' },
  'agent.captures.hostPath': { type: 'string', pattern: '^/' },
};

/** Keys whose content is Kubernetes' or the user's own, and is not looked into. */
const OPEN =
  /(^|\.)(resources|annotations|podAnnotations|nodeSelector|affinity|labels|commonLabels|updateStrategy)$|^(agent|webhook)\.policy$|\.policy\.files$/;

/** The JSON Schema of values: every key with the type of what it is without being set, and no other key. */
export function schemaOf(values: unknown, path = ''): object {
  const narrower = NARROWER[path];
  if (narrower !== undefined) return narrower;
  if (OPEN.test(path)) return { type: 'object' };
  if (Array.isArray(values)) return { type: 'array' };
  if (typeof values === 'object' && values !== null) {
    const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
    return {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, schemaOf(value, below(key))])),
    };
  }
  if (typeof values === 'number') return { type: 'integer', minimum: 0 };
  return { type: typeof values };
}

/** The schema as Helm reads it; `global` is what charts that contain this one share. */
export function valuesSchema(values: Readonly<Record<string, unknown>>): object {
  const schema = schemaOf(values) as { readonly properties: object };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...schema,
    properties: { ...schema.properties, global: { type: 'object' } },
  };
}
