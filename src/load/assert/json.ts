import { RelevoError } from '../../domain/failure.ts';
import type { Assertion, Refusal, Scope, Supported } from '../engine/support.ts';
import { body, isTrue, refusalsBy } from '../extract/common.ts';
import { compileJsonPath, NotFound } from '../extract/json/path.ts';
import { isDouble, type Json, type JsonNode, member, nodeAt, parseJson, printJson } from '../extract/json/value.ts';
import { type Element, textOf } from '../jmx/element.ts';
import { compileRegex, MalformedRegex } from '../text/regex.ts';
import { failed, wasNull } from './scoped.ts';

/** JMeter's JSONPathAssertion. */
export const jsonAssertion: Supported = {
  role: 'assertion',
  title: 'JSON Assertion',
  limits: [
    'Only standard JSON is read; JMeter is more lenient.',
    'The only functions known are length() and size(), of definite paths.',
  ],
  refuses: ['Paths that are none, and other functions in them.'],
  inspect,
  compile,
};

const calls = new Set(['length', 'size']);

function inspect(element: Element): Refusal[] {
  return refusalsBy(textOf(element, 'JSON_PATH'), compileJsonPath).concat(refuseCall(textOf(element, 'JSON_PATH')));
}

function refuseCall(path: string): Refusal[] {
  if (path.includes('${') || refusalsBy(path, compileJsonPath).length > 0) return [];
  const { call, definite } = compileJsonPath(path);
  if (call === undefined || (calls.has(call) && definite)) return [];
  return [{ what: `the function ${call}() in the JSON path ${path}`, consequence: 'the assertion would always fail' }];
}

/** What the assertion says where it does not hold. */
class Unmet extends Error {
  override readonly name = 'Unmet';
}

interface Asked {
  readonly path: string;
  readonly expected: string;
  readonly validates: boolean;
  readonly expectsNull: boolean;
  readonly isRegex: boolean;
}

function compile(element: Element, scope: Scope): Assertion {
  const [path, expected] = [scope.text(element, 'JSON_PATH'), scope.text(element, 'EXPECTED_VALUE')];
  const inverted = isTrue(element, 'INVERT');
  const fixed = {
    validates: isTrue(element, 'JSONVALIDATION'),
    expectsNull: isTrue(element, 'EXPECT_NULL'),
    isRegex: textOf(element, 'ISREGEX', 'true').toLowerCase() === 'true',
  };
  return {
    check: (user, sample) => {
      const text = body(sample);
      if (text === '') return wasNull(element);
      const asked: Asked = { path: path.of(user), expected: expected.of(user), ...fixed };
      const unmet = complaint(parseJson(text), asked);
      if (inverted) return unmet === undefined ? failed(element, holdsThough(asked)) : undefined;
      return unmet === undefined ? undefined : failed(element, unmet);
    },
  };
}

function holdsThough({ path, expected, validates, expectsNull }: Asked): string {
  if (!validates) return `Failed that JSONPath not exists: ${path}`;
  return `Failed that JSONPath ${path} not matches ${expectsNull ? 'null' : expected}`;
}

/** Undefined where it holds. */
function complaint(json: Json, asked: Asked): string | undefined {
  try {
    look(json, asked);
    return undefined;
  } catch (error) {
    if (error instanceof MalformedRegex) return `Invalid expression: ${error.pattern}\n${error.reason}`;
    const known = error instanceof Unmet || error instanceof NotFound || error instanceof RelevoError;
    if (!known && !(error instanceof RangeError)) throw error;
    return error.message;
  }
}

function look(json: Json, asked: Asked): void {
  const { path, expected, validates, expectsNull, isRegex } = asked;
  const compiled = compileJsonPath(path);
  const nodes = compiled.find(json);
  const node = compiled.definite ? called(compiled.call, nodes[0] as JsonNode) : listOf(json, nodes);
  const { value } = node;
  if (!validates) {
    if (!compiled.definite && nodes.length === 0)
      throw new Unmet(
        `JSONPath '${path}' is indefinite and the extracted Value is an empty Array. Please use an assertion value, to be sure to get a correct result. Expected value was '${expected}'`,
      );
    return;
  }
  if (Array.isArray(value) ? someMatches(json, value, asked) : matches(json, node, asked)) return;
  if (expectsNull)
    throw new Unmet(`Value in json path '${path}' expected to be null, but found '${found(json, node)}'`);
  throw new Unmet(
    isRegex
      ? `Value in json path '${path}' expected to match regexp '${expected}', but it did not match: '${printed(json, node)}'`
      : `Value in json path '${path}' expected to be '${expected}', but found '${printed(json, node)}'`,
  );
}

function called(call: string | undefined, node: JsonNode): JsonNode {
  if (call === undefined) return node;
  const { value } = node;
  const isContainer = typeof value === 'object' && value !== null;
  const length =
    !isContainer || !calls.has(call) ? null : Array.isArray(value) ? value.length : Object.keys(value).length;
  return { value: length, written: undefined };
}

/** What an indefinite path leads to is one list. */
function listOf(json: Json, nodes: readonly JsonNode[]): JsonNode {
  const list = nodes.map(({ value }) => value);
  const written = nodes.flatMap((node, index) =>
    node.written === undefined ? [] : [[String(index), node.written] as const],
  );
  (json.written as Map<object, ReadonlyMap<string, string>>).set(list, new Map(written));
  return { value: list, written: undefined };
}

function someMatches(json: Json, list: readonly unknown[], asked: Asked): boolean {
  if (list.length === 0 && asked.expected === '[]') return true;
  const any = list.some((value, index) => matches(json, nodeAt(json, list, String(index), value), asked));
  return any || equalsValue(json, { value: list, written: undefined }, asked);
}

function matches(json: Json, node: JsonNode, asked: Asked): boolean {
  return (asked.expectsNull && node.value === null) || equalsValue(json, node, asked);
}

function equalsValue(json: Json, node: JsonNode, { expected, isRegex }: Asked): boolean {
  if (isRegex) return compileRegex(expected).matches(printed(json, node));
  const wanted = parseJson(expected);
  return same(wanted, nodeAt(wanted, rootOf(wanted), '', wanted.root), json, node);
}

const rootOf = ({ written }: Json): object => [...written.keys()].find((holder) => written.get(holder)?.has('')) ?? {};

/** Java's equals: 2 and 2.0 are not. */
function same(a: Json, one: JsonNode, b: Json, other: JsonNode): boolean {
  const [left, right] = [one.value, other.value];
  if (typeof left === 'number' && typeof right === 'number') return left === right && isDouble(one) === isDouble(other);
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right;
  const keys = Object.keys(left);
  if (Array.isArray(left) !== Array.isArray(right) || keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => {
    const step = Array.isArray(left) ? Number(key) : key;
    const [mine, yours] = [member(left, step), member(right, step)];
    return yours !== undefined && same(a, nodeAt(a, left, key, mine), b, nodeAt(b, right, key, yours));
  });
}

/** Doubles in full, with one digit after the point at least. */
function printed(json: Json, node: JsonNode): string {
  const { value } = node;
  if (typeof value === 'number') {
    if (!isDouble(node)) return node.written ?? String(value);
    const plain = value.toLocaleString('en-US', {
      useGrouping: false,
      minimumFractionDigits: 1,
      maximumFractionDigits: 20,
    });
    return plain;
  }
  return typeof value === 'object' && value !== null ? printJson(json, value, !Array.isArray(value)) : String(value);
}

/** As Java prints the thing itself. */
function found(json: Json, node: JsonNode): string {
  return typeof node.value === 'object' && node.value !== null ? printJson(json, node.value) : printed(json, node);
}
