/** A value of an object with where it stands. What is absent is a value too, on its parent's line. */
export interface Value {
  /** Plain data, whatever it is; undefined for what is absent. */
  readonly data: unknown;
  readonly line: number;
  /** Plain data for scalars; undefined for what is absent, null, a map or a list. */
  readonly scalar: string | number | boolean | undefined;
  readonly exists: boolean;
  get(key: string): Value;
  items(): readonly Value[];
  keys(): readonly string[];
}

/** One Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly root: Value;
  /** `Deployment/shop/web`, without the namespace where there is none. */
  readonly subject: string;
}

/** What stands at the end of some keys. */
export function at(value: Value, path: readonly string[]): Value {
  return path.reduce((parent, key) => parent.get(key), value);
}

/** The object that a value describes; undefined where it does not say which kind it is. */
export function objectOf(root: Value): KubernetesObject | undefined {
  const apiVersion = root.get('apiVersion').scalar;
  const kind = root.get('kind').scalar;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  const metadata = root.get('metadata');
  const name = String(metadata.get('name').scalar ?? metadata.get('generateName').scalar ?? '(unnamed)');
  const scalar = metadata.get('namespace').scalar;
  const namespace = scalar === undefined ? undefined : String(scalar);
  const subject = [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
  return { apiVersion, kind, name, namespace, root, subject };
}
