import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureMeanings, otherExits } from '../src/cli/exits.ts';
import { exitCodes, type FailureCode } from '../src/domain/failure.ts';
import { jsonSchema } from '../src/spec/schema.ts';

const read = (file: string) => readFileSync(file, 'utf8');

describe('the documents', () => {
  it('tell every exit code, with the words that the help has', () => {
    const failures = Object.entries(exitCodes).map(([name, code]) => [
      String(code),
      `\`${name}\``,
      failureMeanings[name as FailureCode],
    ]);
    const others = otherExits.map(([code, meaning]) => [String(code), '', meaning]);
    const wanted = [...failures, ...others].sort(([a], [b]) => Number(a) - Number(b));
    const rows = read('docs/exit-codes.md')
      .split('\n')
      .filter((line) => /^\| \d/.test(line))
      .map((line) =>
        line
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim().replace('\\|', '|')),
      );
    expect(rows).toEqual(wanted);
  });

  it('publish the schema that the program checks files by', () => {
    expect(JSON.parse(read('docs/relevo.schema.json'))).toEqual(JSON.parse(JSON.stringify(jsonSchema())));
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
