import { createHash } from 'node:crypto';
import type { Supported } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { lookedAt, noSuchScope, refuseScope } from '../extract/common.ts';
import { textOf } from '../jmx/element.ts';
import type { Sample } from '../sample.ts';
import type { Text } from '../text/template.ts';
import { failed, inError, scoped, wasNull } from './scoped.ts';

/** As Java's MessageFormat prints numbers in English. */
const grouped = (value: number) => value.toLocaleString('en-US');

/** As Java reads a number from a property: what is none is 0. */
function number(user: User, text: Text): number {
  const written = text.of(user);
  return /^[+-]?\d{1,15}$/.test(written) ? Number(written) : 0;
}

/** JMeter's DurationAssertion. */
export const durationAssertion: Supported = {
  role: 'assertion',
  title: 'Duration Assertion',
  refuses: [noSuchScope],
  inspect: (element) => refuseScope(element, 'Assertion.scope'),
  compile: (element, scope) => {
    const duration = scope.text(element, 'DurationAssertion.duration');
    return scoped(element, (user, { elapsed }) => {
      const [allowed, took] = [number(user, duration), Math.round(elapsed)];
      if (allowed <= 0 || took <= allowed) return undefined;
      return failed(
        element,
        `The operation lasted too long: It took ${grouped(took)} milliseconds, but should not have lasted longer than ${grouped(allowed)} milliseconds.`,
      );
    });
  },
};

/** By the operator's number. */
const comparisons: Readonly<
  Record<number, readonly [words: string, holds: (size: number, allowed: number) => boolean]>
> = {
  1: ['been equal to', (size, allowed) => size === allowed],
  2: ['not been equal to', (size, allowed) => size !== allowed],
  3: ['been greater than', (size, allowed) => size > allowed],
  4: ['been less than', (size, allowed) => size < allowed],
  5: ['been greater or equal to', (size, allowed) => size >= allowed],
  6: ['been less than or equal to', (size, allowed) => size <= allowed],
};
const noComparison = ['ERROR - invalid condition', () => false] as const;

/** As they came: each line ended with two characters of which one is left, and so did the empty one after them. */
const headers = ({ response }: Sample) => {
  const text = response?.headers ?? '';
  return text === '' ? 0 : text.length + text.split('\n').length + 1;
};

/** In bytes, as they came; codes and messages in characters. */
const sizes: Readonly<Record<string, (sample: Sample) => number>> = {
  'SizeAssertion.response_headers': headers,
  'SizeAssertion.response_data': (sample) => Math.max(0, sample.received - headers(sample)),
  'SizeAssertion.response_code': ({ code }) => code.length,
  'SizeAssertion.response_message': ({ message }) => message.length,
};
const whole = ({ received }: Sample) => received;

/** JMeter's SizeAssertion. */
export const sizeAssertion: Supported = {
  role: 'assertion',
  title: 'Size Assertion',
  refuses: ['A size that is no whole number.', noSuchScope],
  inspect: (element) => {
    const size = textOf(element, 'SizeAssertion.size');
    const bad = { what: `the size "${size}"`, consequence: 'JMeter puts each sample in error' };
    return [
      ...(size.includes('${') || /^[+-]?\d{1,15}$/.test(size) ? [] : [bad]),
      ...refuseScope(element, 'Assertion.scope'),
    ];
  },
  compile: (element, scope) => {
    const [size, operator] = [scope.text(element, 'SizeAssertion.size'), scope.text(element, 'SizeAssertion.operator')];
    const variable = scope.text(element, 'Scope.variable');
    const isVariable = lookedAt(element, 'Assertion.scope') === 'variable';
    const sizeOf = sizes[textOf(element, 'Assertion.test_field')] ?? whole;
    return scoped(element, (user, sample) => {
      const value = isVariable ? user.variables.get(variable.of(user)) : String(sizeOf(sample));
      if (value === undefined || !/^[+-]?\d{1,15}$/.test(value))
        return failed(element, `Error parsing variable name: ${variable.of(user)} value: ${value ?? 'null'}`);
      const written = size.of(user);
      if (!/^[+-]?\d{1,15}$/.test(written))
        return inError(element, `java.lang.NumberFormatException: For input string: "${written}"`);
      const [words, holds] = comparisons[number(user, operator)] ?? noComparison;
      if (holds(Number(value), Number(written))) return undefined;
      return failed(
        element,
        `The result was the wrong size: It was ${grouped(Number(value))} bytes, but should have ${words} ${grouped(Number(written))} bytes.`,
      );
    });
  },
};

/** JMeter's MD5HexAssertion. */
export const md5Assertion: Supported = {
  role: 'assertion',
  title: 'MD5Hex Assertion',
  compile: (element, scope) => {
    const allowed = scope.text(element, 'MD5HexAssertion.size');
    return {
      check: (user, { response }) => {
        if (response === undefined || response.body.length === 0) return wasNull(element);
        const wanted = allowed.of(user);
        if (wanted === '') return failed(element, 'MD5Hex to test against is empty');
        const got = createHash('md5').update(response.body).digest('hex');
        if (got === wanted.toLowerCase()) return undefined;
        return failed(element, `Error asserting MD5 sum : got ${got} but should have been ${wanted}`);
      },
    };
  },
};
