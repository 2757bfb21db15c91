import type { Element } from '../../jmx/element.ts';
import type { Text } from '../../text/template.ts';
import { toDouble, toInt, toLong } from '../numbers.ts';
import type { Scope } from '../support.ts';

/** What bzm's groups have in common. */
export interface DynamicTexts {
  readonly target: Text;
  readonly rampUp: Text;
  readonly steps: Text;
  readonly hold: Text;
  readonly unit: Text;
  readonly iterations: Text;
}

export interface DynamicSettings {
  readonly target: number;
  /** Seconds. */
  readonly rampUp: number;
  /** 0: a line. */
  readonly steps: number;
  /** Seconds. */
  readonly hold: number;
  /** Seconds in the unit that times and rates are given in. */
  readonly unit: number;
  /** Of each user; 0 where there is no limit. */
  readonly iterations: number;
}

export function dynamicTexts(element: Element, scope: Scope): DynamicTexts {
  return {
    target: scope.text(element, 'TargetLevel', '1'),
    rampUp: scope.text(element, 'RampUp'),
    steps: scope.text(element, 'Steps'),
    hold: scope.text(element, 'Hold', '1'),
    unit: scope.text(element, 'Unit'),
    iterations: scope.text(element, 'Iterations'),
  };
}

export function dynamicSettings(texts: DynamicTexts, read: (text: Text) => string): DynamicSettings {
  const unit = read(texts.unit) === 'M' ? 60 : 1;
  return {
    target: toInt(read(texts.target)),
    rampUp: Math.round(toDouble(read(texts.rampUp)) * unit),
    steps: toLong(read(texts.steps)),
    hold: Math.round(toDouble(read(texts.hold)) * unit),
    unit,
    iterations: toLong(read(texts.iterations)),
  };
}
