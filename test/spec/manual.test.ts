import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { placeholderForms } from '../../src/domain/placeholder.ts';
import { jsonSchema } from '../../src/spec/schema.ts';
import { templateVariables } from '../../src/spec/template.ts';
import { figures } from '../../src/spec/threshold.ts';
import { load } from './helpers.ts';

const manual = readFileSync(new URL('../../docs/file.md', import.meta.url), 'utf8');
const examples = [...manual.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1] ?? '');

/** What an example of one section leaves out. */
const rest = {
  version: 1,
  name: 'demo',
  machines: { hosts: ['virtualMachine1', 'virtualMachine2', 'virtualMachine3'] },
  services: { web: { port: 80 } },
};

describe('docs/file.md', () => {
  test.each(examples)('%s', (example) => {
    const given: object = parse(example, { merge: true });
    const missing = Object.entries(rest).filter(([key]) => !(key in given));
    const text = example + missing.map((entry) => stringify(Object.fromEntries([entry]))).join('');
    expect(() => load(text)).not.toThrow();
  });

  test('tells of every key', () => {
    const said = new Set(
      examples.flatMap((example) => [...example.matchAll(/([a-z_0-9]+):/g)].map((match) => match[1])),
    );
    expect(propertiesOf(jsonSchema()).filter((key) => !said.has(key))).toEqual([]);
  });

  test('tells of every template variable', () => {
    expect(templateVariables.filter((name) => !manual.includes(`| \`{{${name}}}\` |`))).toEqual([]);
  });

  test('tells of every placeholder, and every figure of a threshold', () => {
    const rows = placeholderForms.map(([form, meaning]) => `| \`${form}\` | ${meaning} |`);
    expect(rows.filter((row) => !manual.includes(row))).toEqual([]);
    expect(figures.filter((figure) => !manual.includes(`\`${figure}\``))).toEqual([]);
  });
});

/** Keys of the file: those of each `properties`, one of which may be called so itself. */
function propertiesOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'properties' ? [...Object.keys(value), ...Object.values(value).flatMap(propertiesOf)] : propertiesOf(value),
  );
}
