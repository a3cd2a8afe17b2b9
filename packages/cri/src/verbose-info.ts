import { z } from 'zod';

// containerd and CRI-O agree on these keys of the JSON under `info`; everything in it is optional by contract.
const Info = z.object({
  pid: z.int().nonnegative().optional(),
  runtimeSpec: z
    .object({
      linux: z
        .object({ namespaces: z.array(z.object({ type: z.string(), path: z.string().optional() })).optional() })
        .optional(),
    })
    .nullish(),
});

export interface RuntimeInfo {
  /** Of the first process, in the runtime's pid namespace. */
  readonly pid: number | undefined;
  /** Where the OCI spec says the network namespace is, `host` when the spec names none. */
  readonly network: { readonly kind: 'path'; readonly path: string } | { readonly kind: 'own' | 'host' | 'unknown' };
}

const UNKNOWN: RuntimeInfo = { pid: undefined, network: { kind: 'unknown' } };

/** Reads what a verbose status says about a process. Runtimes differ, so what is missing is unknown, not an error. */
export function readVerboseInfo(info: ReadonlyMap<string, string>): RuntimeInfo {
  const text = info.get('info');
  if (text === undefined) return UNKNOWN;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return UNKNOWN;
  }
  const parsed = Info.safeParse(json);
  if (!parsed.success) return UNKNOWN;
  const { pid, runtimeSpec } = parsed.data;
  return { pid: pid === 0 ? undefined : pid, network: networkOf(runtimeSpec?.linux?.namespaces) };
}

function networkOf(
  namespaces: readonly { readonly type: string; readonly path?: string | undefined }[] | undefined,
): RuntimeInfo['network'] {
  if (namespaces === undefined) return { kind: 'unknown' };
  const network = namespaces.find((namespace) => namespace.type === 'network');
  if (network === undefined) return { kind: 'host' };
  return network.path === undefined || network.path === '' ? { kind: 'own' } : { kind: 'path', path: network.path };
}
