import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP, isIPv4 } from 'node:net';

/** Addresses of this machine, of its link and of private networks, and those that are nobody's. */
const PRIVATE = listOf([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  'fc00::/7',
  'ff00::/8',
  '64:ff9b::/96',
]);
/** Where clouds give credentials to whoever asks: never a receiver of alerts. */
const LINK_LOCAL = listOf(['169.254.0.0/16', 'fe80::/10']);

function listOf(prefixes: readonly string[]): BlockList {
  const list = new BlockList();
  for (const prefix of prefixes) {
    const [address = '', length] = prefix.split('/');
    list.addSubnet(address, Number(length), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** Whether a message may go to an address. IPv4 written as IPv6 is what it stands for. */
export function isReachable(address: string, privateAddresses: boolean): boolean {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (isIP(address) === 0 || LINK_LOCAL.check(address, family)) return false;
  return privateAddresses || !PRIVATE.check(address, family);
}

type Answer = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Looks names up as `dns.lookup` does and answers only with addresses that may be reached: what is checked is what is
 * connected to, whatever the name says a moment later.
 */
export function reachableLookup(privateAddresses: boolean) {
  return (hostname: string, options: LookupOptions, answer: Answer): void => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return answer(error, '', 0);
      const reachable = found.filter(({ address }) => isReachable(address, privateAddresses));
      const [first] = reachable;
      if (first === undefined) return answer(new UnreachableError(hostname), '', 0);
      if (options.all === true) return answer(null, reachable);
      return answer(null, first.address, first.family);
    });
  };
}

/** A name that stands only for addresses that nothing is sent to. */
export class UnreachableError extends Error {
  override name = 'UnreachableError';

  constructor(host: string) {
    super(`${host} is at a private or link-local address, and privateAddresses is not set (link-local never is)`);
  }
}
