import { LEFT_OUT_CAUSES, type LeftOut, type LeftOutCause, type LeftOutService } from '@bulkhead/policy';
import type { Logger } from '@bulkhead/runtime';

const NEITHER = 'rules that name groups neither allow nor deny what is opened to it';
const CLOSED =
  'no rule allows it by a group, and each that denies a group that may be behind it denies it at all ports';

/** Why it is not known where a Service leads, what becomes of it, and what to do. */
export const LEFT_OUT: Readonly<Record<LeftOutCause, string>> = {
  address: `snapshots have no room even for its address: ${NEITHER}; have fewer Services in front of these groups`,
  ports: `snapshots have no room for where its ports lead: ${CLOSED}; have fewer Services in front of these groups, or name its address as a prefix`,
  ends: `it has too many endpoints to be followed: ${CLOSED}; have fewer of them or fewer ports, or name its address as a prefix`,
};

/** The same of a whole node. */
export const ELSEWHERE =
  'there is no pod of the cluster of this api on a node of this name: it is told of no Services, which are addresses like any other there; give each cluster an api of its own, or correct controlPlane.node of its agent and enrol that anew';

/** The same of those that are not told of by name. */
export const UNNAMED =
  'they are not followed either and are too many to be named, so that some may be in front of these groups; see to those that are named in the status of rule sets first';

/** The same of all. */
export const REFUSED =
  'the API server does not let the api list Services, EndpointSlices or pods: they are addresses like any other; give it the rights that its reference page lists, and start it again';

/** Services of one process and nodes that are told of by name; beyond these the status of rule sets says more. */
const MAX_TOLD = 1_000;

/** Says of each Service that is left out so, and of each node elsewhere, once. */
export class LeftOutLog {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #told = new Set<string>();

  constructor(logger: Pick<Logger, 'warn'>) {
    this.#logger = logger;
  }

  services({ services }: LeftOut): void {
    for (const { id, cause } of services) {
      if (this.#isNew(`${cause} ${id}`))
        this.#logger.warn({ service: id }, `a Service is not followed: ${LEFT_OUT[cause]}`);
    }
  }

  elsewhere(node: string): void {
    if (this.#isNew(node)) this.#logger.warn({ node }, `an agent is of another cluster, or of none: ${ELSEWHERE}`);
  }

  #isNew(what: string): boolean {
    if (this.#told.has(what) || this.#told.size >= MAX_TOLD) return false;
    this.#told.add(what);
    return true;
  }
}

/** Of several nodes, each Service once, as the node has it that is worst off. */
export function leftOutAnywhere(all: readonly LeftOut[]): Pick<LeftOut, 'services' | 'unnamed'> {
  const worst = new Map<string, LeftOutService>();
  for (const one of all.flatMap(({ services }) => services)) {
    const known = worst.get(one.id);
    if (known === undefined || rankOf(one) < rankOf(known)) worst.set(one.id, one);
  }
  return { services: [...worst.values()], unnamed: all.reduce((most, { unnamed }) => Math.max(most, unnamed), 0) };
}

function rankOf({ cause }: LeftOutService): number {
  return LEFT_OUT_CAUSES.indexOf(cause);
}
