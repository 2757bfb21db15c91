import type { Step, StepBody } from '../domain/step.ts';

/** A plan in the making. */
export class Steps {
  readonly all: Step[] = [];
  readonly #ids = new Set<string>();
  readonly #isOutOfReach: (body: StepBody) => boolean;

  /** `isOutOfReach`: such steps are left out, and nothing waits for them. */
  constructor(isOutOfReach: (body: StepBody) => boolean = () => false) {
    this.#isOutOfReach = isOutOfReach;
  }

  /** Adds a step and returns its id. Of `after`, only steps that are in the plan already count. */
  add(id: string, body: StepBody, reason: string, after: readonly string[]): string {
    if (this.#isOutOfReach(body)) return id;
    this.all.push({ ...body, id, reason, after: this.present(after) });
    this.#ids.add(id);
    return id;
  }

  /** Those that are in the plan, each once. */
  present(ids: readonly string[]): string[] {
    return [...new Set(ids)].filter((id) => this.#ids.has(id));
  }

  get ids(): string[] {
    return [...this.#ids];
  }
}
