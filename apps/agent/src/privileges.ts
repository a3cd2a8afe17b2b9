import { readFileSync } from 'node:fs';
import { AgentError } from './error.ts';

/** Bits of `CapEff` (capabilities(7)) the agent works with, and what for. */
const NEEDED = [
  { bit: 12n, name: 'CAP_NET_ADMIN', purpose: 'to set rules and take packets' },
  { bit: 13n, name: 'CAP_NET_RAW', purpose: 'to watch and to reset connections' },
  { bit: 21n, name: 'CAP_SYS_ADMIN', purpose: "to enter workloads' network namespaces" },
] as const;

/** Throws when the process may not do what the agent does. */
export function requirePrivileges(status = readFileSync('/proc/self/status', 'utf8')): void {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const missing = NEEDED.filter(({ bit }) => (effective & (1n << bit)) === 0n);
  if (missing.length === 0) return;
  throw new AgentError('MISSING_CAPABILITY', {
    what: 'the agent cannot inspect traffic',
    why: `it lacks ${missing.map(({ name, purpose }) => `${name} (${purpose})`).join(', ')}`,
    fix: 'run it as root, or grant these capabilities',
  });
}
