/** One place where an object breaks a rule, before exceptions and the mode of the policy. */
export interface RuleProblem {
  /** What is wrong here, in one line. */
  readonly message: string;
  /** What to do, starting with a verb. */
  readonly fix: string;
  readonly line: number;
  /** `Deployment/shop/web container app`. */
  readonly subject: string;
  /** The rule of the catalogue of misconfigurations, where it is one. */
  readonly misconfiguration?: string;
}
