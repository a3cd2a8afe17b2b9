import { RpcError } from '../error.ts';

/** Host and port of `host:port`, where an IPv6 address has brackets. Throws `UNREACHABLE` where it is none. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < 1 || port > 65_535) {
    const why = `"${address}" is no address`;
    throw new RpcError('UNREACHABLE', { what: 'cannot reach the control plane', why, fix: 'write host:port' });
  }
  return { host, port };
}
