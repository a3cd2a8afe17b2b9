import { z } from 'zod';

// Bounds of one record. The largest real ones: 9 MB, 1,200 affected packages, 40,000 versions (Ubuntu's kernels).
/** A record of more bytes is not even parsed. */
export const MAX_RECORD_BYTES = 32 * 1024 * 1024;
const MAX_AFFECTED = 50_000;
const MAX_RANGES = 10_000;
const MAX_EVENTS = 10_000;
const MAX_VERSIONS = 500_000;
const MAX_NAMES = 10_000;
/** Names and versions are keys and are compared character by character. */
const MAX_NAME_LENGTH = 1024;
const MAX_TEXT_LENGTH = 1024 * 1024;

/** What stands in file names, URLs and output: no control characters, no separators of paths, no spaces. */
const RecordId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:+@~-]{0,255}$/, 'is no identifier');
const Name = z
  .string()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .regex(/^\P{Cc}*$/u, 'has control characters');
const Version = Name;
const Time = z
  .string()
  .max(64)
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is no time');
const Text = z.string().max(MAX_TEXT_LENGTH);
/** Where feeds put what is their own; each key is looked at on its own. */
const Specific = z.record(z.string(), z.unknown()).nullish();

/** Exactly one kind of event: with an unknown one beside it, what the range means is not known. */
const Event = z.union([
  z.strictObject({ introduced: Version }),
  z.strictObject({ fixed: Version }),
  z.strictObject({ last_affected: Version }),
  z.strictObject({ limit: Version }),
]);

const Range = z.object({
  type: z.enum(['ECOSYSTEM', 'SEMVER', 'GIT']),
  events: z.array(Event).min(1).max(MAX_EVENTS),
});

const Severity = z.array(z.object({ type: z.string().max(64), score: z.string().max(1024) })).max(100);

const Affected = z.object({
  package: z.object({ ecosystem: Name, name: Name }).nullish(),
  ranges: z.array(Range).max(MAX_RANGES).nullish(),
  versions: z.array(Version).max(MAX_VERSIONS).nullish(),
  severity: Severity.nullish(),
  ecosystem_specific: Specific,
  database_specific: Specific,
});
export type OsvAffected = z.infer<typeof Affected>;

const Names = z.array(RecordId).max(MAX_NAMES).nullish();

/** A record of the OSV schema (up to 1.7), as far as it is read. Unknown keys are other people's extensions. */
export const OsvRecord = z.object({
  id: RecordId,
  modified: Time,
  published: Time.nullish(),
  withdrawn: Time.nullish(),
  aliases: Names,
  upstream: Names,
  related: Names,
  summary: Text.nullish(),
  details: Text.nullish(),
  severity: Severity.nullish(),
  affected: z.array(Affected).max(MAX_AFFECTED).nullish(),
  references: z
    .array(z.object({ url: z.string().max(8192) }))
    .max(MAX_NAMES)
    .nullish(),
  database_specific: Specific,
});
export type OsvRecord = z.infer<typeof OsvRecord>;
