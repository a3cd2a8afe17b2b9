/** What a pod has mounted where. */
export interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly volume: object;
}

export interface PodSpec {
  readonly image: string;
  readonly command: readonly string[];
  /** That it is ready when it listens there. */
  readonly port: number;
  readonly mounts: readonly Mount[];
}

/** The head of an object, with its name as its label. */
export function object(apiVersion: string, kind: string, namespace: string, name: string): object {
  return { apiVersion, kind, metadata: { name, namespace, labels: { app: name } } };
}

/** A pod of one container that needs no right. */
export function pod(namespace: string, name: string, { image, command, port, mounts }: PodSpec): object {
  return {
    ...object('v1', 'Pod', namespace, name),
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532 },
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name,
          image,
          command,
          readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
          volumeMounts: mounts.map(({ name: volume, mountPath }) => ({ name: volume, mountPath })),
        },
      ],
      volumes: mounts.map(({ name: volume, volume: source }) => ({ name: volume, ...source })),
    },
  };
}

/** The service of a pod, whose name is its own. */
export function service(
  namespace: string,
  name: string,
  ports: readonly { readonly name: string; readonly port: number; readonly targetPort: number }[],
): object {
  return { ...object('v1', 'Service', namespace, name), spec: { selector: { app: name }, ports } };
}
