import { z } from 'zod';
import type { Rule } from './rules.ts';

/** The smallest parts of the schema: each knows how to say what it expects. */

interface Doc {
  readonly description: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly [key: string]: unknown;
}

export function text(what: string, rule: Rule, doc: Doc) {
  return z
    .string({ error: (issue) => expected(what, issue.input) })
    .check((context) => {
      const complaint = rule(context.value);
      if (complaint === undefined) return;
      const params = { hint: complaint.hint };
      context.issues.push({ code: 'custom', input: context.value, message: complaint.message, params, continue: true });
    })
    .meta({ ...doc });
}

export function whole(what: string, least: number, most: number, doc: Doc) {
  const error = (issue: { input: unknown }) => expected(what, issue.input);
  return z
    .int({ error })
    .min(least, { error })
    .max(most, { error })
    .meta({ ...doc });
}

export function flag(doc: Doc) {
  return z.boolean({ error: (issue) => expected('true or false', issue.input) }).meta({ ...doc });
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values, doc: Doc) {
  const what = [values.slice(0, -1).join(', '), values.at(-1)].filter(Boolean).join(' or ');
  return z.enum(values, { error: (issue) => expected(what, issue.input) }).meta({ ...doc });
}

export function list<Item extends z.ZodType>(what: string, item: Item, doc: Doc) {
  return z.array(item, { error: (issue) => expected(what, issue.input) }).meta({ ...doc });
}

export function some<Item extends z.ZodType>(what: string, item: Item, doc: Doc) {
  return z
    .array(item, {
      error: (issue) =>
        Array.isArray(issue.input) ? `the list is empty; expected ${what}` : expected(what, issue.input),
    })
    .min(1)
    .meta({ ...doc });
}

export function section<Shape extends z.ZodRawShape>(what: string, shape: Shape, doc: Doc) {
  return z.strictObject(shape, { error: (issue) => expected(what, issue.input) }).meta({ ...doc });
}

export function either<Options extends readonly [z.ZodType, ...z.ZodType[]]>(what: string, options: Options, doc: Doc) {
  return z.union(options, { error: (issue) => expected(what, issue.input) }).meta({ ...doc });
}

export function mapOf<Value extends z.ZodType>(what: string, key: z.ZodType<string, string>, value: Value, doc: Doc) {
  return z.record(key, value, { error: (issue) => expected(what, issue.input) }).meta({ ...doc });
}

/** For `check`: names of headers have no case, so that one of two spellings would be lost. */
export function spelledOnce({ value, issues }: z.core.ParsePayload<Record<string, unknown>>): void {
  const first = new Map<string, string>();
  for (const name of Object.keys(value)) {
    const other = first.get(name.toLowerCase());
    first.set(name.toLowerCase(), name);
    if (other === undefined) continue;
    const message = `\`${name}\` and \`${other}\` are the same header`;
    issues.push({
      code: 'custom',
      path: [name],
      input: value[name],
      message,
      params: { hint: 'delete one of them' },
      continue: true,
    });
  }
}

/** For `check`. Its `maxProperties` says it to editors. */
export function atMost(most: number, things: string, hint: string) {
  return ({ value, issues }: z.core.ParsePayload<Record<string, unknown>>): void => {
    const count = Object.keys(value).length;
    if (count <= most) return;
    const message = `${count} ${things} are more than one line of haproxy.cfg takes; ${most} are`;
    issues.push({ code: 'custom', input: value, message, params: { hint }, continue: true });
  };
}

export function expected(what: string, got: unknown): string {
  return `expected ${what}, got ${described(got)}`;
}

/** A value in the words of somebody who writes YAML. */
export function described(value: unknown): string {
  if (typeof value === 'string') return `the text "${value.length > 40 ? `${value.slice(0, 39)}…` : value}"`;
  if (typeof value === 'number' || typeof value === 'boolean')
    return typeof value === 'number' ? `the number ${value}` : `${value}`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return value === null || value === undefined ? 'nothing' : 'a map of keys';
}
