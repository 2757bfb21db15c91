import { describe, expect, it } from 'vitest';
import { compileCondition, refusalsOfCondition } from '../../../src/load/text/condition.ts';
import { aUser } from '../rig/text-user.ts';

const user = aUser({ variables: { x: '5', ok: 'true', name: 'ann', gone: '', 'JMeterThread.last_sample_ok': 'true' } });

describe('a condition in JavaScript', () => {
  it.each([
    ['${x} > 4', true],
    ['${x} == 5 && "${name}" == "ann"', true],
    ['"${name}" != "bob"', true],
    ['"${name}" === "bob"', false],
    ['${ok}', true],
    ['"${ok}" == "true"', true],
    ['!${ok}', false],
    ['"${JMeterThread.last_sample_ok}" == "true"', true],
    ['"${nope}" == "\\${nope}"', true],
    ['"${name}".length > 2 && "${name}".indexOf("nn") == 1', true],
    ['(${x} + 1) * 2 == 12', true],
    ['${x} % 2 == 1 ? true : false', true],
    // What is no boolean is an error in JMeter, and then false.
    ['${x}', false],
    ['"true"', true],
    ['"${nope}" > 3', false],
    ['${name} == "ann"', false],
  ])('%s is %s', (text, holds) => {
    expect(compileCondition(text, 'javascript')(user)).toBe(holds);
  });

  it.each([
    'while(true){}',
    'new Date() > 1',
    'x = 5',
    'java.lang.System.exit(0)',
    '"${name}".match(/a/)',
    'f(${x})',
    '${x} > ',
    '',
  ])('"%s" is refused', (text) => {
    expect(refusalsOfCondition(text, 'javascript')).toHaveLength(1);
  });
});

describe('a condition as an expression', () => {
  it.each([
    ['true', true],
    ['TRUE ', true],
    ['${ok}', true],
    ['${__jexl3(${x} > 4)}', true],
    ['${__groovy(vars.get("name") == "bob")}', false],
    ['${x} > 4', false],
    ['', false],
  ])('%s is %s', (text, holds) => {
    expect(compileCondition(text, 'expression')(user)).toBe(holds);
  });

  it('is refused where its functions are', () => {
    expect(refusalsOfCondition('${__BeanShell(true)}', 'expression')).toHaveLength(1);
    expect(refusalsOfCondition('while(true){}', 'expression')).toEqual([]);
  });
});
