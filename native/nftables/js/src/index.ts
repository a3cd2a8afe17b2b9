export type { LoggedPacket } from './addon.ts';
export { buildEnforcement } from './enforcement/build-enforcement.ts';
export { type Count, type EnforcementState, inspectState, isEnforced } from './enforcement/inspect-state.ts';
export { MARK } from './enforcement/marks.ts';
export type { EnforcementOptions, Hook, OnFailure, QueueVia, SteeringOptions } from './enforcement/options.ts';
export { changeFirewall, hasTraces, type Protection, protect, release } from './enforcement/protect.ts';
export type { CounterName } from './enforcement/table.ts';
export { NftablesError, type NftablesErrorCode } from './error.ts';
export {
  type AddressList,
  type AddressRange,
  type EndList,
  type Firewall,
  type FirewallDirection,
  type FirewallEnd,
  type FirewallMatch,
  type FirewallPorts,
  type FirewallRule,
  LOG_GROUP,
  LOG_KINDS,
  type LogKind,
  readLogPrefix,
} from './firewall/firewall.ts';
export { writeAddress } from './flows/address.ts';
export { countFlows, countsFlows, emptyFlows, stopCountingFlows } from './flows/count-flows.ts';
export { COUNTED_SECONDS, FLOW_SIDES, type FlowCountKind, type FlowSide } from './flows/flow-sets.ts';
export { type FlowReading, readFlows } from './flows/read-flows.ts';
export type { FlowCount } from './flows/take-records.ts';
export { type LogOptions, type LogReader, openLog } from './log-reader.ts';
export type { NetworkNamespace } from './network-namespace.ts';
export type { Json, NftCommand, NftObject } from './nft-json.ts';
export { listRuleset, listTable } from './nft-listing.ts';
export { type KernelFeature, type KernelOffer, probe } from './probe.ts';
export { checkTransaction, runText, runTransaction } from './transaction.ts';
