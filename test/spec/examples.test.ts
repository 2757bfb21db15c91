import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load } from './helpers.ts';

const files = globSync('examples/*/relevo.yaml').sort();
const specOf = (file: string) => load(readFileSync(file, 'utf8'));

describe('the examples', () => {
  it('are there', () => expect(files.length).toBeGreaterThanOrEqual(10));

  it.each(files)('%s is valid, and has what it names', (file) => {
    const { name, services } = specOf(file);
    const directory = dirname(file);
    expect(join('examples', name)).toBe(directory);
    const sources = services.flatMap(({ files, secrets }) => [
      ...files.map(({ source }) => source),
      ...secrets.flatMap(({ from }) => ('file' in from ? [from.file] : [])),
    ]);
    expect(sources.filter((source) => !existsSync(join(directory, source)))).toEqual([]);
  });

  it('can run beside one another', () => {
    const ports = files.map((file) => specOf(file).balancer.publish);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('are linked to', () => {
    const readme = readFileSync('README.md', 'utf8');
    const pages = globSync('examples/*/README.md');
    expect(pages.filter((page) => !readme.includes(`(${page})`))).toEqual([]);
  });
});
