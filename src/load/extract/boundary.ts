import type { After, Scope, Supported } from '../engine/support.ts';
import type { Element } from '../jmx/element.ts';
import {
  fieldOf,
  integer,
  isTrue,
  lookedAt,
  noSuchField,
  noSuchScope,
  refuseField,
  refuseScope,
  samplesOf,
  saveMatches,
} from './common.ts';

/** JMeter's BoundaryExtractor: what stands between two texts. */
export const boundaryExtractor: Supported = {
  role: 'after',
  title: 'Boundary Extractor',
  refuses: [noSuchField, noSuchScope],
  inspect: (element) => [
    ...refuseField(element, 'BoundaryExtractor.useHeaders'),
    ...refuseScope(element, 'Sample.scope'),
  ],
  compile,
};

function compile(element: Element, scope: Scope): After {
  const text = (property: string) => scope.text(element, `BoundaryExtractor.${property}`);
  const [name, left, right] = [text('refname'), text('lboundary'), text('rboundary')];
  const [number, otherwise] = [text('match_number'), text('default')];
  const variable = scope.text(element, 'Scope.variable');
  const looked = lookedAt(element, 'Sample.scope');
  const field = fieldOf(element, 'BoundaryExtractor.useHeaders');
  const emptyDefault = isTrue(element, 'BoundaryExtractor.default_empty_value');
  return {
    run: (user, sample) => {
      const [refname, which, value] = [name.of(user), integer(user, number), otherwise.of(user)];
      if (value.trim() !== '' || emptyDefault) user.variables.set(refname, value);
      const inputs =
        looked === 'variable' ? [user.variables.get(variable.of(user)) ?? ''] : samplesOf(looked, sample).map(field);
      saveMatches(user, refname, between(inputs, left.of(user), right.of(user), which), which);
    },
  };
}

/** All of them, or as many as are needed. */
function between(inputs: readonly string[], left: string, right: string, which: number): string[] {
  const found: string[] = [];
  for (const input of inputs) {
    if (input.trim() === '') continue;
    found.push(...within(input, left, right, which > 0 ? which - found.length : Number.POSITIVE_INFINITY));
    if (which > 0 && found.length >= which) break;
  }
  return found;
}

function within(input: string, left: string, right: string, most: number): string[] {
  if (left === '' && right === '') return [input];
  const [first, start] = [input.indexOf(right), input.indexOf(left)];
  if (left === '' && first !== -1) return [input.slice(0, first)];
  if (right === '' && start !== -1) return [input.slice(start + left.length)];
  if (left === '' || right === '') return [];
  const found: string[] = [];
  for (let at = start; at !== -1 && found.length < most; at = input.indexOf(left, at + left.length)) {
    const end = input.indexOf(right, at + left.length);
    if (end === -1) break;
    found.push(input.slice(at + left.length, end));
  }
  return found;
}
