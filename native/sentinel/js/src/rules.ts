import { SentinelError } from './error.ts';
import type { FileAccess } from './event.ts';

export type RuleAction = 'allow' | 'deny';

/** One rule about programs; the first of its set that holds decides. */
export interface ProcessRule {
  readonly name: string;
  readonly action: RuleAction;
  /** Globs over the paths of programs: `*` stands for any run of characters, `?` for one, everything else for itself. */
  readonly executables: readonly string[];
  /** Globs over the program that asks for it; any program without it. */
  readonly parents?: readonly string[] | undefined;
  /** Numbers of users as the machine counts them; any user without it. */
  readonly users?: readonly number[] | undefined;
}

export interface ProcessRuleSet {
  readonly policy: string;
  /** Whether what is denied is refused; else it is told of and happens. */
  readonly enforced: boolean;
  /** What no rule decides is denied where it is not from the image. Everything else that no rule decides is allowed. */
  readonly onlyFromImage: boolean;
  readonly rules: readonly ProcessRule[];
}

/** One rule about files; the first of its set that holds decides. What no rule decides is allowed. */
export interface FileRule {
  readonly name: string;
  readonly action: RuleAction;
  readonly paths: readonly string[];
  readonly access: readonly FileAccess[];
  /** Globs over the program that asks; any program without it. */
  readonly executables?: readonly string[] | undefined;
}

export interface FileRuleSet {
  readonly policy: string;
  readonly enforced: boolean;
  readonly rules: readonly FileRule[];
}

/**
 * What a container is held to. Each set speaks for itself: what one of them denies is denied, whatever the others say. One that
 * is enforced and denies refuses; else one that is not and denies is told of.
 */
export interface ContainerRules {
  readonly process: readonly ProcessRuleSet[];
  readonly file: readonly FileRuleSet[];
  /** What is done without judging it. */
  readonly learn?: {
    /**
     * Counts what is run, for `takePrograms`. Where nothing is judged either, no process of the container ever waits: the kernel
     * tells of programs once they have started.
     */
    readonly programs?: boolean;
    /**
     * Counts what is written, for `takeFiles`: a file that rules about files speak of as it is opened, any other as it is closed, by the
     * name that it has then. Nobody waits for that.
     */
    readonly files?: boolean;
  };
}

/** More than any policy needs; what is compiled for a container stays within some megabytes. */
const MAX_SETS = 256;
const MAX_RULES = 8_192;
const MAX_GLOBS = 65_536;
/** The kernel's bound of a path. */
const MAX_GLOB = 4_096;

/** Throws a SentinelError for rules beyond what is taken. Their types are trusted. */
export function checkRules({ process, file }: ContainerRules): void {
  const sets = [...process, ...file];
  if (sets.length > MAX_SETS) throw invalid(`${sets.length} rule sets are more than ${MAX_SETS}`);
  const globs = sets.flatMap((set) => set.rules.map(globsOf));
  if (globs.length > MAX_RULES) throw invalid(`${globs.length} rules are more than ${MAX_RULES}`);
  const all = globs.flat();
  if (all.length > MAX_GLOBS) throw invalid(`${all.length} globs are more than ${MAX_GLOBS}`);
  const long = all.find((glob) => glob.length > MAX_GLOB);
  if (long !== undefined) throw invalid(`the glob ${long.slice(0, 40)}… is longer than ${MAX_GLOB} characters`);
}

function globsOf(rule: ProcessRule | FileRule): readonly string[] {
  return 'paths' in rule
    ? [...rule.paths, ...(rule.executables ?? [])]
    : [...rule.executables, ...(rule.parents ?? [])];
}

function invalid(reason: string): SentinelError {
  return new SentinelError('INVALID_RULES', `the rules of a container are too many: ${reason}; give it fewer`);
}
