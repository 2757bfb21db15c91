import type { Step, StepBody } from '../domain/step.ts';

/** A plan in the making. */
export class Steps {
  readonly all: Step[] = [];

  /** Adds a step and returns its id. Of `after`, only steps that are in the plan already count. */
  add(id: string, body: StepBody, reason: string, after: readonly string[]): string {
    const known = new Set(this.ids);
    this.all.push({ ...body, id, reason, after: [...new Set(after)].filter((each) => known.has(each)) });
    return id;
  }

  get ids(): string[] {
    return this.all.map((step) => step.id);
  }
}
