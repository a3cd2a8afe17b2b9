/**
 * Why it is not said of a service where its ports lead, the worst first: there is no room even for its address, so that rules miss it; there is
 * none for its ports; it has too many ends.
 */
export const LEFT_OUT_CAUSES = ['address', 'ports', 'ends'] as const;
export type LeftOutCause = (typeof LEFT_OUT_CAUSES)[number];

export interface LeftOutService {
  readonly id: string;
  readonly cause: LeftOutCause;
  /** In which groups those are who may be behind it; absent: anybody may. */
  readonly groups?: readonly string[] | undefined;
}

/** The services of which a snapshot does not say where they lead, as far as people read. */
export interface LeftOut {
  readonly counts: Readonly<Record<LeftOutCause, number>>;
  /** The worst, few enough for a person. */
  readonly services: readonly LeftOutService[];
  /** How many are not among these. */
  readonly unnamed: number;
}

const MAX_NAMED = 100;

export function leftOutOf(all: readonly LeftOutService[]): LeftOut {
  const byCause = Map.groupBy(all, ({ cause }) => cause);
  const of = (cause: LeftOutCause): readonly LeftOutService[] => byCause.get(cause) ?? [];
  const services = LEFT_OUT_CAUSES.flatMap(of).slice(0, MAX_NAMED);
  return {
    counts: { address: of('address').length, ports: of('ports').length, ends: of('ends').length },
    services,
    unnamed: all.length - services.length,
  };
}
