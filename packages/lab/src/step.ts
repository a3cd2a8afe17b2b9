/** What a step of a demonstration came to. */
export interface StepResult {
  readonly name: string;
  /** What should happen. */
  readonly expected: string;
  /** What did. */
  readonly seen: string;
  readonly isAsExpected: boolean;
  readonly ms: number;
  /** What the report keeps of it: answers, logs and events as they were. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Facts that must hold, by what each means when it does not. */
export type Checks = Readonly<Record<string, boolean>>;

export interface Conclusion {
  readonly seen: string;
  readonly checks: Checks;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Runs one step. A step that breaks off has failed; it does not end the demonstration. */
export async function runStep(name: string, expected: string, act: () => Promise<Conclusion>): Promise<StepResult> {
  const started = performance.now();
  try {
    const { seen, checks, evidence } = await act();
    const failed = Object.entries(checks).flatMap(([failure, holds]) => (holds ? [] : [failure]));
    const ms = performance.now() - started;
    return { name, expected, seen: [seen, ...failed].join('; '), isAsExpected: failed.length === 0, ms, evidence };
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error);
    return { name, expected, seen, isAsExpected: false, ms: performance.now() - started, evidence: {} };
  }
}
