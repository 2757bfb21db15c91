import type { Assertion } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { lookedAt } from '../extract/common.ts';
import type { Element } from '../jmx/element.ts';
import type { AssertionResult, Sample } from '../sample.ts';

/** Looks at one sample; undefined where it holds. */
export type Check = (user: User, sample: Sample) => AssertionResult | undefined;

export function failed(element: Element, message: string): AssertionResult {
  return { name: element.name, failure: true, error: false, message };
}

/** The assertion could not be made. */
export function inError(element: Element, message: string): AssertionResult {
  return { name: element.name, failure: false, error: true, message };
}

export const wasNull = (element: Element) => failed(element, 'Response was null');

/**
 * An assertion with `Assertion.scope`: of the sample, of those that belong to it (four levels down), or both. One of those that
 * fails makes the sample fail too. What is said of them is written into them here; the engine writes what is said of the sample.
 */
export function scoped(element: Element, check: Check): Assertion {
  const looked = lookedAt(element, 'Assertion.scope');
  if (looked === 'parent' || looked === 'variable') return { check };
  const children: Check = (user, sample) => below(user, sample, 3);

  function below(user: User, sample: Sample, levels: number): AssertionResult | undefined {
    if (levels < 0) return undefined;
    let anyFailed = false;
    for (const child of sample.children) {
      write(child, check(user, child));
      write(child, below(user, child, levels - 1));
      anyFailed ||= !child.success;
    }
    return anyFailed && sample.success ? failed(element, 'One or more sub-samples failed') : undefined;
  }

  if (looked === 'children') return { check: children };
  return {
    check: (user, sample) => {
      const own = check(user, sample);
      const belonging = children(user, sample);
      return own ?? belonging;
    },
  };
}

function write(sample: Sample, result: AssertionResult | undefined): void {
  if (result === undefined) return;
  sample.success = false;
  sample.assertions.push(result);
  if (sample.failure === '') sample.failure = result.message;
}
