import type { AdmissionDecision } from '@bulkhead/policy';
import type { RotationStep } from './certificate/next-step.ts';

/** What the webhook says on standard output, one JSON object a line. */
export type WebhookEvent =
  | {
      readonly event: 'webhook-started';
      readonly version: string;
      readonly pid: number;
      readonly port: number;
      readonly policies: readonly string[];
      readonly metrics?: string;
    }
  | { readonly event: 'webhook-stopped'; readonly problems: readonly string[] }
  | { readonly event: 'policies-changed'; readonly policies: readonly string[] }
  | { readonly event: 'policies-rejected'; readonly problems: readonly string[] }
  | { readonly event: 'certificate-changed'; readonly validTo: string }
  | { readonly event: 'certificate-rejected'; readonly problem: string }
  /** All that the api tells of images has been heard, the first time or after it was away. */
  | { readonly event: 'images-known'; readonly images: number }
  | { readonly event: 'images-unreachable'; readonly problem: string }
  /** Whether this one of several webhooks does what only one may do. */
  | { readonly event: 'leadership'; readonly leads: boolean }
  | ({ readonly event: 'certificate-rotation' } & RotationStep)
  /** A document of Bulkhead that has problems was kept out of the cluster. */
  | {
      readonly event: 'document-refused';
      readonly subject: string;
      readonly user: string;
      readonly dryRun: boolean;
      readonly problems: readonly string[];
    }
  | ({
      readonly event: 'admission';
      readonly uid: string;
      readonly operation: string;
      readonly subject: string;
      readonly user: string;
      readonly dryRun: boolean;
    } & AdmissionDecision);

export type Emit = (event: WebhookEvent) => void;
