import type { Confidence, Selector, Severity } from '@bulkhead/core';
import type { PodSecurityLevel } from '@bulkhead/pod-rules';
import type { CelCriterion } from './expression/criterion.ts';
import type { ExpectedSigner } from './image/signer.ts';

/** What admission says to an object, from most to least permissive. */
export const ADMISSION_VERDICTS = ['allow', 'warn', 'deny'] as const;
export type AdmissionVerdict = (typeof ADMISSION_VERDICTS)[number];

/** `monitor` lets everything in and warns of what `protect` would deny. */
export const ADMISSION_MODES = ['monitor', 'protect'] as const;
export type AdmissionMode = (typeof ADMISSION_MODES)[number];

/** Where amounts of a container's resources stand. */
export const RESOURCE_AMOUNTS = [
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
] as const;
export type ResourceAmount = (typeof RESOURCE_AMOUNTS)[number];

/** What is said of an image that was not scanned; `wait` denies it until it is. */
export const NOT_SCANNED_ANSWERS = ['allow', 'warn', 'deny', 'wait'] as const;
export type NotScannedAnswer = (typeof NOT_SCANNED_ANSWERS)[number];

/** What is said of an image whose scan could not look at everything. */
export const GAP_ANSWERS = ['allow', 'warn', 'deny'] as const;
export type GapAnswer = (typeof GAP_ANSWERS)[number];

/** What a rule asks of a pod. Globs are those of `matchesGlob`. */
export type AdmissionCriterion =
  | { readonly podSecurity: PodSecurityLevel }
  /** Ids of `POD_RULES`. */
  | { readonly misconfigurations: readonly string[] }
  | { readonly images: ImageCriterion }
  | { readonly vulnerabilities: VulnerabilityCriterion }
  | { readonly secrets: SecretCriterion }
  | { readonly signatures: SignatureCriterion }
  | { readonly baseImages: BaseImageCriterion }
  | { readonly capabilities: { readonly allow?: readonly string[]; readonly drop?: readonly string[] } }
  | { readonly volumes: VolumeCriterion }
  | { readonly resources: ResourceCriterion }
  | { readonly labels: EntryCriterion }
  | { readonly annotations: EntryCriterion }
  | { readonly serviceAccounts: { readonly allow?: readonly string[]; readonly deny?: readonly string[] } }
  | { readonly cel: CelCriterion };

/** `allow` and `deny` are globs over `registry/repository` as runtimes understand it. */
export interface ImageCriterion {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly digest?: 'required';
  /** Globs over tags; what is pinned by digest has none. */
  readonly denyTags?: readonly string[];
}

/** What it takes to be found in an image, and how often that may be. */
interface FindingCriterion {
  /** This or worse. */
  readonly severity?: Severity;
  readonly maximum: number;
  readonly notScanned: NotScannedAnswer;
  readonly incomplete: GapAnswer;
}

/** Which vulnerabilities count: those of which all of this holds. */
export interface VulnerabilityCriterion extends FindingCriterion {
  /** CVSS, at least. What has no score does not count. */
  readonly score?: number;
  /** Probability, at least. */
  readonly epss?: number;
  readonly kev?: true;
  readonly withFix?: true;
  /** What has no date counts. */
  readonly olderThanDays?: number;
  readonly ids?: readonly string[];
}

export interface SecretCriterion extends FindingCriterion {
  readonly confidence?: Confidence;
}

/** By whom certificates of short life are given, and where it stands when: a text, as whoever looks at signatures reads it. */
export interface NamedTrustRoot {
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text, in hex. */
  readonly fingerprint: string;
}

/** Somebody who may sign without a key, and the trust root by which that has to hold. */
export interface KeylessSigner extends ExpectedSigner {
  readonly trustRoot: NamedTrustRoot;
}

/** Images that one of the keys, or somebody without one, has to have signed. */
export interface SignatureCriterion {
  /** Globs over `registry/repository`: which images it is about; all without any. */
  readonly images?: readonly string[];
  readonly keys: readonly {
    readonly pem: string;
    /** SHA-256 of the key, in hex. */
    readonly fingerprint: string;
  }[];
  readonly keyless: readonly KeylessSigner[];
  /** What is said of an image whose signatures were not held against one of them. */
  readonly notScanned: NotScannedAnswer;
}

/** What images may be built on. */
export interface BaseImageCriterion {
  /** Globs over `registry/repository`: which images it is about; all without any. */
  readonly images?: readonly string[];
  /** Globs over `registry/repository` of images that are known themselves. */
  readonly allow: readonly string[];
  /** What is said of an image that nobody has looked into. */
  readonly notScanned: NotScannedAnswer;
}

export interface VolumeCriterion {
  /** The only types there may be. */
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  /** The only paths of the node, and what is below them. */
  readonly hostPaths?: readonly string[];
}

export interface ResourceCriterion {
  readonly require: readonly ResourceAmount[];
  /** The most that a container may have, in the unit of the resource (cores, bytes). */
  readonly maximum: ReadonlyMap<ResourceAmount, { readonly text: string; readonly amount: number }>;
}

/** Globs over values, by key. */
export interface EntryCriterion {
  readonly require: Readonly<Record<string, string>>;
  readonly deny: Readonly<Record<string, string>>;
}

export interface AdmissionRule {
  readonly name: string;
  readonly verdict: 'warn' | 'deny';
  /** Said in place of what the rule itself advises. */
  readonly fix?: string;
  readonly criterion: AdmissionCriterion;
}

/** What a rule does not hold for, until when, and who answers for that. */
export interface AdmissionException {
  readonly name: string;
  readonly rules: readonly string[];
  /** Narrows it to some of what a rule finds: ids of `POD_RULES`. */
  readonly misconfigurations?: readonly string[];
  /** Narrows it to vulnerabilities of these names. */
  readonly vulnerabilities?: readonly string[];
  readonly selector?: AdmissionSelector;
  /** Globs over containers' names, and over images as `registry/repository`. A problem of the whole pod has neither. */
  readonly containers?: readonly string[];
  readonly images?: readonly string[];
  readonly owner: string;
  readonly reason: string;
  /** As it was written. */
  readonly expires: string;
  /** Milliseconds since the epoch from which it no longer holds. */
  readonly until: number;
}

/** As a group's, over the labels of pods and the names of objects and their owners. */
export type AdmissionSelector = Omit<Selector, 'netns'>;

/** Rules about what may enter a cluster. */
export interface AdmissionPolicy {
  readonly name: string;
  readonly description: string;
  readonly mode: AdmissionMode;
  /** Kinds it is about; none named: all that are pods or make some. */
  readonly kinds?: readonly string[];
  readonly selector?: AdmissionSelector;
  readonly exclude?: AdmissionSelector;
  readonly rules: readonly AdmissionRule[];
  readonly exceptions: readonly AdmissionException[];
}
