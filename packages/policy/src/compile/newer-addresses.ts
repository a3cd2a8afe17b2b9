import type { ServiceAddress } from '../network/service.ts';
import type { PolicyDocument, PolicySnapshot } from './snapshot.ts';

/**
 * A snapshot with the addresses of a newer one whose documents cannot be read: whom its groups select goes on being true. Groups that are
 * others in the newer one, or of which that says nothing, are as they were.
 */
export function withNewerAddresses(snapshot: PolicySnapshot, newer: PolicySnapshot): PolicySnapshot {
  const changed = changedGroups(snapshot.documents, newer.documents);
  const isCurrent = (group: string): boolean => Object.hasOwn(newer.members, group) && !changed.has(group);
  const groupsOf = ({ to }: ServiceAddress): readonly string[] => to.flatMap(({ groups }) => groups.flat());
  const placeOf = ({ address, protocol, port }: ServiceAddress): string => `${address} ${protocol} ${port}`;
  const fresh = newer.services?.filter((one) => !groupsOf(one).some((group) => changed.has(group))) ?? [];
  const known = new Set(fresh.map(placeOf));
  const kept = snapshot.services?.filter((one) => !groupsOf(one).every(isCurrent) && !known.has(placeOf(one))) ?? [];
  const unfollowed = [
    ...(newer.unfollowed?.filter(({ groups }) => groups?.some((group) => changed.has(group)) !== true) ?? []),
    ...(snapshot.unfollowed?.filter(({ groups }) => groups?.every(isCurrent) === false) ?? []),
  ];
  const { unfollowed: _, ...rest } = snapshot;
  return {
    ...rest,
    ...(unfollowed.length > 0 && { unfollowed }),
    members: {
      ...snapshot.members,
      ...Object.fromEntries(Object.entries(newer.members).filter(([group]) => isCurrent(group))),
    },
    services: [...fresh, ...kept],
  };
}

function changedGroups(before: readonly PolicyDocument[], after: readonly PolicyDocument[]): ReadonlySet<string> {
  const groupsOf = (documents: readonly PolicyDocument[]): readonly PolicyDocument[] =>
    documents.filter(({ kind }) => kind === 'WorkloadGroup');
  const now = new Map(groupsOf(after).map((one) => [one.metadata.name, JSON.stringify(one)]));
  const names = groupsOf(before).flatMap((one) =>
    now.get(one.metadata.name) === JSON.stringify(one) ? [] : [one.metadata.name],
  );
  return new Set(names);
}
