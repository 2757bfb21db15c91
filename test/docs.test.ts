import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureMeanings, otherExits } from '../src/cli/exits.ts';
import { exitCodes, type FailureCode } from '../src/domain/failure.ts';
import { faults } from '../src/faults/catalogue.ts';
import { targetWords } from '../src/faults/fault.ts';
import { jsonSchema } from '../src/spec/schema.ts';

const read = (file: string) => readFileSync(file, 'utf8');

/** The cells of each row of each table. */
function rowsOf(page: string): string[][] {
  const rows = read(page)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1));
  return rows.map((cells) => cells.map((cell) => cell.trim().replace('\\|', '|')));
}

describe('the documents', () => {
  it('tell every exit code, with the words that the help has', () => {
    const failures = Object.entries(exitCodes).map(([name, code]) => [
      String(code),
      `\`${name}\``,
      failureMeanings[name as FailureCode],
    ]);
    const others = otherExits.map(([code, meaning]) => [String(code), '', meaning]);
    const wanted = [...failures, ...others].sort(([a], [b]) => Number(a) - Number(b));
    const rows = rowsOf('docs/exit-codes.md').filter(([code = '']) => /^\d/.test(code));
    expect(rows).toEqual(wanted);
  });

  it('publish the schema that the program checks files by', () => {
    expect(JSON.parse(read('docs/relevo.schema.json'))).toEqual(JSON.parse(JSON.stringify(jsonSchema())));
  });

  it('tell every fault, its targets and what it does, as `relevo fault list` has them', () => {
    const wanted = faults.map(({ name, takes, does }) => [
      `\`${name}\``,
      takes.map((kind) => targetWords[kind]).join(', '),
      does,
    ]);
    const rows = rowsOf('docs/faults.md').filter(([name = '']) => /^`[a-z]+\.[a-z]+`$/.test(name));
    expect(rows).toEqual(wanted);
  });

  it('show a fault’s file as it is', () => {
    expect(read('docs/faults.md')).toContain(read('src/faults/catalogue/container-pause.ts'));
  });

  it('explain each npm dependency', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
    const text = read('docs/dependencies.md');
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) expect(text).toContain(`\`${name}\``);
  });

  it('link only to files that are there', () => {
    const pages = [...globSync('*.md'), ...globSync('{docs,examples}/**/*.md')];
    const links = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = '']) => join(dirname(page), target)),
    );
    expect(links.length).toBeGreaterThan(8);
    expect(links.filter((target) => globSync(target).length === 0)).toEqual([]);
  });
});
