import type { Step, StepBody } from '../domain/step.ts';

/** A plan in the making. */
export class Steps {
  readonly all: Step[] = [];
  readonly #followed = new Set<string>();
  readonly #isOutOfReach: (body: StepBody) => boolean;

  /** `isOutOfReach`: such steps are left out, and nothing waits for them. */
  constructor(isOutOfReach: (body: StepBody) => boolean = () => false) {
    this.#isOutOfReach = isOutOfReach;
  }

  /** Adds a step that comes after others of this plan. Returns it, as what others come after; nothing where it is left out. */
  add(id: string, body: StepBody, reason: string, after: readonly Step[]): readonly Step[] {
    if (this.#isOutOfReach(body)) return [];
    const ids = new Set(after.map((each) => each.id));
    for (const each of ids) this.#followed.add(each);
    const step = { ...body, id, reason, after: [...ids] };
    this.all.push(step);
    return [step];
  }

  /** Those that nothing comes after yet: who comes after them comes after all. */
  get ends(): readonly Step[] {
    return this.all.filter(({ id }) => !this.#followed.has(id));
  }
}
