import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Element } from '../../../src/load/jmx/element.ts';
import { readPlan } from '../../../src/load/jmx/read.ts';
import { writePlan } from '../../../src/load/jmx/write.ts';
import { plans, withoutLines } from './trees.ts';

const root = (properties: Element['properties']): Element => ({
  kind: 'TestPlan',
  form: 'TestPlanGui',
  name: 'Test Plan',
  enabled: true,
  properties,
  children: [],
  path: 'Test Plan',
  line: 0,
});

describe('writePlan', () => {
  test('what it writes is read as what was written', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect(withoutLines(readPlan(writePlan(plan), 'x'))).toEqual(withoutLines(plan));
      }),
    );
  });

  test('types are those that JMeter’s forms write', () => {
    const text = writePlan(
      root(
        new Map([
          ['ThreadGroup.num_threads', '5'],
          ['ThreadGroup.ramp_time', '${ramp}'],
          ['ThreadGroup.duration', '60'],
          ['ThreadGroup.scheduler', 'true'],
          ['throughput', '120.5'],
          ['TestPlan.comments', ''],
        ]),
      ),
    );
    expect(text).toContain('<intProp name="ThreadGroup.num_threads">5</intProp>');
    expect(text).toContain('<stringProp name="ThreadGroup.ramp_time">${ramp}</stringProp>');
    expect(text).toContain('<longProp name="ThreadGroup.duration">60</longProp>');
    expect(text).toContain('<boolProp name="ThreadGroup.scheduler">true</boolProp>');
    expect(text).toMatch(/<doubleProp>\s*<name>throughput<\/name>\s*<value>120.5<\/value>/);
    expect(text).toContain('<stringProp name="TestPlan.comments"/>');
  });

  test('what a listener saves is an object', () => {
    const save = { kind: 'SampleSaveConfiguration', properties: new Map([['time', 'true']]) };
    const plan = root(new Map([['saveConfig', save]]));
    expect(writePlan(plan)).toMatch(/<objProp>\s*<name>saveConfig<\/name>\s*<value class="SampleSaveConfiguration">/);
    expect(readPlan(writePlan(plan), 'x').properties.get('saveConfig')).toEqual(save);
  });

  test('a character that XML has not is refused', () => {
    expect(() => writePlan(root(new Map([['a', '\u0001']])))).toThrow("a .jmx can't hold the character U+0001");
    expect(() => writePlan(root(new Map([['a\uD800', '']])))).toThrow('U+D800');
  });
});
