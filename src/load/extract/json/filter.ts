import type { JSONPathEnvironment } from 'json-p3';
import { jsonP3 } from '../../libraries.ts';
import { compileRegex } from '../../text/regex.ts';

/*
 * Filters of Jayway's JsonPath are made into those of RFC 9535. Its comparisons are looser (8 == '8') and it has more operators,
 * so each of them becomes a function of ours: `@.price == '8'` is `is_equal(@['price'],'8')`.
 */

/** By Jayway's operator, the function's name. */
export const operators: Readonly<Record<string, string>> = {
  '==': 'is_equal',
  '!=': 'is_other',
  '<': 'is_less',
  '<=': 'is_most',
  '>': 'is_more',
  '>=': 'is_least',
  '=~': 'is_like',
  in: 'is_in',
  nin: 'is_none',
  contains: 'has',
  size: 'is_long',
  empty: 'is_void',
};

const less = (a: unknown, b: unknown) => isOrdered(a, b) && (a as number) < (b as number);
const parsed = (list: unknown): unknown[] => JSON.parse(String(list)) as unknown[];
const isIn = (value: unknown, list: unknown) => parsed(list).some((each) => isEqual(value, each));

const meanings: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  is_equal: isEqual,
  is_other: (a, b) => !isEqual(a, b),
  is_less: less,
  is_most: (a, b) => less(a, b) || (isOrdered(a, b) && a === b),
  is_more: (a, b) => less(b, a),
  is_least: (a, b) => less(b, a) || (isOrdered(a, b) && a === b),
  is_like: (value, pattern) => typeof value === 'string' && compileRegex(String(pattern)).find(value) !== undefined,
  is_in: isIn,
  is_none: (value, list) => !isIn(value, list),
  has: (value, part) => {
    if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
    return Array.isArray(value) && value.some((each) => isEqual(each, part));
  },
  is_long: (value, length) => (typeof value === 'string' || Array.isArray(value)) && value.length === length,
  is_void: (value, wanted) => (typeof value === 'string' || Array.isArray(value)) && (value.length === 0) === wanted,
};

/** Numbers and texts are equal where the text is that number. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'string') return b.trim() !== '' && Number(b) === a;
  if (typeof a === 'string' && typeof b === 'number') return isEqual(b, a);
  return a === b && (a === null || typeof a !== 'object') && a !== undefined;
}

function isOrdered(a: unknown, b: unknown): boolean {
  return (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string');
}

let made: JSONPathEnvironment | undefined;

/** Where such paths are compiled. */
export function environment(): JSONPathEnvironment {
  made ??= make();
  return made;
}

function make(): JSONPathEnvironment {
  const { FunctionExpressionType, JSONPathEnvironment } = jsonP3();
  const environment = new JSONPathEnvironment({ maxRecursionDepth: 500 });
  environment.functionRegister.clear();
  for (const [name, holds] of Object.entries(meanings)) {
    environment.functionRegister.set(name, {
      argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
      returnType: FunctionExpressionType.LogicalType,
      call: (a: unknown, b: unknown) => holds(a, b),
    });
  }
  return environment;
}
