import type { JSONPathNode, JSONPathQuery } from 'json-p3';
import { RelevoError } from '../../../domain/failure.ts';
import { jsonP3 } from '../../libraries.ts';
import { bounded } from '../../text/bounded.ts';
import { Refused } from '../../text/function.ts';
import { remembered } from '../../text/remembered.ts';
import { environment } from './filter.ts';
import { BadPath, type JaywayPath, parsePath } from './jayway.ts';
import { type Json, type JsonNode, member, nodeAt, printJson, rootHolder } from './value.ts';

/** A path of Jayway's JsonPath 2.8, as JMeter has it. */
export interface JsonPath {
  /** It leads to one place at most. */
  readonly definite: boolean;
  /** It ends with a function: `$.items.length()`. */
  readonly call: string | undefined;
  /** All places that it leads to. Of a definite one that leads nowhere it throws NotFound. */
  find(json: Json): readonly JsonNode[];
}

/** With Jayway's message. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** Throws Refused where it is not understood. */
export const compileJsonPath: (text: string) => JsonPath = remembered(compile);

function compile(text: string): JsonPath {
  try {
    const path = parsePath(text.trim());
    const { steps, pick, call } = path;
    const find = steps === undefined ? finder(text, path) : (json: Json) => [walk(json, steps)];
    return {
      definite: steps !== undefined,
      call,
      find: pick === undefined ? find : (json) => find(json).map((node) => picked(json, node, pick)),
    };
  } catch (error) {
    const { JSONPathSyntaxError, JSONPathTypeError } = jsonP3();
    const bad = error instanceof BadPath || error instanceof JSONPathSyntaxError || error instanceof JSONPathTypeError;
    if (!bad && !(error instanceof SyntaxError)) throw error;
    throw new Refused(`the JSON path ${text}: ${error.message}`, 'nothing would be found');
  }
}

/** From here on a descent may take long: it costs as much as the answer is deep, for each of its values. */
const large = 50_000;

function finder(text: string, { rfc }: JaywayPath): (json: Json) => readonly JsonNode[] {
  const query = environment().compile(rfc);
  const descents = rfc.split('..').length - 1;
  // Each descent may look at everything that the one before has found; so may a filter in a filter.
  const isDear = descents > 1 || /\?.*\?/.test(rfc);
  return (json) => {
    if (!isDear && (descents === 0 || json.size < large)) return all(json, query);
    return bounded(`The JSON path ${text}`, () => all(json, query));
  };
}

function all(json: Json, query: JSONPathQuery): JsonNode[] {
  return nodesOf(json, query).map(({ value, location }) => {
    if (typeof value !== 'number') return { value, written: undefined };
    const holder = location.slice(0, -1).reduce<unknown>(member, json.root);
    return nodeAt(json, holder as object, String(location.at(-1)), value);
  });
}

function nodesOf({ root }: Json, query: JSONPathQuery): readonly JSONPathNode[] {
  try {
    return query.query(root as never).nodes;
  } catch (error) {
    if (!(error instanceof jsonP3().JSONPathRecursionLimitError)) throw error;
    throw new RelevoError({ code: 'failed', message: 'The answer is nested too deeply.' });
  }
}

function walk(json: Json, steps: readonly (string | number)[]): JsonNode {
  let holder: object = rootHolder;
  let key: string | number = '';
  let value = json.root;
  for (const [index, step] of steps.entries()) {
    const here = printPath(steps.slice(0, index));
    holder = checked(value, step, here);
    key = typeof step === 'number' && step < 0 && Array.isArray(value) ? value.length + step : step;
    value = member(value, key);
    if (value !== undefined) continue;
    const missing = printPath(steps.slice(0, index + 1));
    const last = index === steps.length - 1 || typeof step === 'number';
    throw new NotFound(last ? `No results for path: ${missing}` : `Missing property in path ${missing}`);
  }
  return nodeAt(json, holder, String(key), value);
}

/** Whether a step can be taken from there at all. */
function checked(value: unknown, step: string | number, here: string): object {
  if (typeof step === 'number') {
    if (Array.isArray(value)) return value;
    if (value === null) throw new NotFound(`The path ${here} is null`);
    throw new NotFound(
      `Filter: [${step}] can only be applied to arrays. Current context is: ${printJson({ root: value, size: 0, written: new Map() }, value).slice(0, 500)}`,
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new NotFound(
    `Expected to find an object with property ['${step}'] in path ${here} but found '${className(value)}'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JsonSmartJsonProvider'.`,
  );
}

function className(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'net.minidev.json.JSONArray';
  if (typeof value === 'number') return `java.lang.${Number.isInteger(value) ? 'Integer' : 'Double'}`;
  return typeof value === 'boolean' ? 'java.lang.Boolean' : 'java.lang.String';
}

function printPath(steps: readonly (string | number)[]): string {
  return `$${steps.map((step) => (typeof step === 'number' ? `[${step}]` : `['${step}']`)).join('')}`;
}

/** An object of the named members; those that are not there are left out. */
function picked(json: Json, { value }: JsonNode, names: readonly string[]): JsonNode {
  const chosen: Record<string, unknown> = Object.create(null);
  for (const name of names) {
    const found = member(value, name);
    if (found !== undefined) chosen[name] = found;
  }
  const written = typeof value === 'object' && value !== null ? json.written.get(value) : undefined;
  if (written !== undefined) (json.written as Map<object, ReadonlyMap<string, string>>).set(chosen, written);
  return { value: chosen, written: undefined };
}
