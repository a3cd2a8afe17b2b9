// The limits of the wire. Both sides keep to them when they send and insist on them when they receive.

const KIBIBYTE = 1_024;
const MEBIBYTE = 1_024 * KIBIBYTE;

/** One event as JSON. A finding has some hundred bytes, a namespace's with hundred workloads some thousand. */
export const MAX_EVENT_BYTES = 64 * KIBIBYTE;
/** Events of one batch: what a database inserts in one statement. */
export const MAX_BATCH_EVENTS = 1_000;
/** Bytes of events of one batch. A server holds one for each agent while it is stored: 1,000 agents, 256 MiB at worst. */
export const MAX_BATCH_BYTES = 256 * KIBIBYTE;
/** What an agent may send in one message: a batch and its framing. gRPC refuses longer ones before they are read. */
export const MAX_MESSAGE_FROM_AGENT = 512 * KIBIBYTE;
/** What an agent reads in one message: a snapshot and its framing. */
export const MAX_MESSAGE_TO_AGENT = 17 * MEBIBYTE;
/** A snapshot as JSON: 1,000 rules and the addresses of 5,000 workloads have less than 2 MiB. */
export const MAX_SNAPSHOT_BYTES = 16 * MEBIBYTE;

/** Events on their way that are not acknowledged yet. */
export const MAX_BATCHES_IN_FLIGHT = 4;

/** Workloads in one report: with the labels of a pod some hundred bytes each. */
export const MAX_WORKLOADS_PER_REPORT = 200;
/** A kubelet runs some hundred pods; this is what a server is ready to keep for one agent. */
export const MAX_WORKLOADS = 10_000;
/** Characters of all of these together, as JSON: the largest workloads that may be would fill a server's memory for one agent. */
export const MAX_WORKLOADS_CHARACTERS = 32 * MEBIBYTE;
/** Problems and places in one answer about a policy; what is more is summed up in a line. */
export const MAX_ANSWER_LINES = 200;
/** Characters of one line, name, reason or message that is for people. */
export const MAX_TEXT = 2_000;
/** Commands that wait for their results at one agent. */
export const MAX_COMMANDS_WAITING = 32;

/** Bytes of a file in one answer: an agent and a control plane hold one for each who reads. */
export const MAX_READ_BYTES = 256 * KIBIBYTE;

/** Certificates are PEM of some KiB. */
export const MAX_PEM = 64 * KIBIBYTE;

/** Connections of one server: 1,000 agents, the same again while they reconnect, and room. */
export const MAX_CONNECTIONS = 4_096;
/** Between the handshake and the hello, and for the hub's answer to it. */
export const HELLO_TIMEOUT_MS = 20_000;
/** A connection without the certificate of an agent is for one enrolment, and for being told why not. */
export const STRANGER_MS = 30_000;
/** A side that has not been heard of is asked whether it lives, and given up when it does not answer. */
export const KEEPALIVE_MS = 20_000;
export const KEEPALIVE_TIMEOUT_MS = 10_000;

/** An id of a workload: of a container, or the path of a network namespace. Labels too. */
export const MAX_ID = 512;
/** Kubernetes allows no longer names; other runtimes might. */
export const MAX_NAME = 253;
/** Kubernetes bounds labels by their size alone; a pod with hundred of them is none that somebody runs. */
export const MAX_LABELS = 256;
/** Owners, addresses and capabilities. */
export const MAX_LIST = 64;
