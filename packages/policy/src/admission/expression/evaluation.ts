import type { Container, Pod } from '@bulkhead/pod-rules';
import type { AdmissionRequestFacts } from '../request.ts';
import { expressionLanguage, type StepBudget } from './language.ts';

/**
 * Steps that one rule may take for one object: some milliseconds. A rule over each container of a large pod takes some
 * thousand.
 */
export const RULE_STEPS = 50_000;
/** Steps of all rules together: what does not get any is not evaluated, and its failure policy says what that means. */
export const REVIEW_STEPS = 200_000;

type Inputs = Readonly<Record<string, unknown>>;

/** The inputs of all expressions about one object, made when the first one asks for them, and the work that is left. */
export class ExpressionEvaluation {
  readonly #pod: Pod;
  readonly #oldObject: unknown;
  readonly #request: AdmissionRequestFacts;
  /** What is made of an object: its parts have other names too. */
  readonly #known = new Map<object, unknown>();
  readonly #byContainer = new Map<Container, Inputs | 'too large'>();
  #inputs: Inputs | 'too large' | undefined;
  #left = REVIEW_STEPS;

  constructor(pod: Pod, request: AdmissionRequestFacts, oldObject: unknown) {
    this.#pod = pod;
    this.#request = request;
    this.#oldObject = oldObject;
  }

  /** What all expressions may name; undefined for an object that is too large to be looked at. */
  get inputs(): Inputs | undefined {
    this.#inputs ??= inputsOf(this.#pod, this.#request, this.#oldObject, this.#known) ?? 'too large';
    return this.#inputs === 'too large' ? undefined : this.#inputs;
  }

  /** As above, of an expression about one container. */
  inputsFor(container: Container): Inputs | undefined {
    let inputs = this.#byContainer.get(container);
    if (inputs === undefined) {
      const common = this.inputs;
      const input = expressionLanguage().input(container.spec.data, this.#known);
      inputs = common === undefined || input === undefined ? 'too large' : { ...common, container: input };
      this.#byContainer.set(container, inputs);
    }
    return inputs === 'too large' ? undefined : inputs;
  }

  /** Lets a rule evaluate with what it may take. */
  withBudget<Result>(evaluate: (budget: StepBudget) => Result): Result {
    const allowed = Math.min(RULE_STEPS, this.#left);
    const budget = { left: allowed };
    const result = evaluate(budget);
    this.#left -= allowed - Math.max(budget.left, 0);
    return result;
  }
}

function inputsOf(
  pod: Pod,
  request: AdmissionRequestFacts,
  oldObject: unknown,
  known: Map<object, unknown>,
): Inputs | undefined {
  const language = expressionLanguage();
  const input = (data: unknown): unknown => language.input(data, known);
  const inputs: Inputs = {
    object: input(pod.object.root.data),
    oldObject: input(oldObject ?? null),
    request: input(request),
    namespaceObject: input({ metadata: { name: request.namespace } }),
    variables: input({ pod: pod.template.data, containers: pod.containers.map(({ spec }) => spec.data) }),
  };
  return Object.values(inputs).includes(undefined) ? undefined : inputs;
}
