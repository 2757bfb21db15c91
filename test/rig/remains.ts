import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

/** All that a project of this name has left on the host: LXD's objects, interfaces, firewall rules, files. Empty when nothing is. */
export function remains(name: string): string[] {
  const lists = ['projects', 'storage-pools', 'networks'].flatMap((kind) =>
    query(`/1.0/${kind}?recursion=1`)
      .filter(({ managed = true }) => managed)
      .map(({ name: found }) => `${kind}/${found}`),
  );
  const own = lists.filter((each) => each.includes(`relevo-${name}`) || each.includes('/rlv-'));
  const links = lines('ip', '-o', 'link').filter((line) => bridgesOf(line));
  const rules = lines('nft', 'list', 'ruleset').filter((line) => bridgesOf(line));
  const state = `${process.env['RELEVO_HOME']}/${name}`;
  const files = existsSync(state) ? readdirSync(state).map((file) => `${state}/${file}`) : [];
  return [...own, ...links, ...rules, ...files];
}

/** Bridges that existed before the tests began belong to others. */
const foreign = new Set(lines('ip', '-o', 'link').flatMap((line) => /rlv-[0-9a-f]{8}/.exec(line)?.[0] ?? []));

function bridgesOf(line: string): boolean {
  const bridge = /rlv-[0-9a-f]{8}/.exec(line)?.[0];
  return bridge !== undefined && !foreign.has(bridge);
}

function query(path: string): { name: string; managed?: boolean }[] {
  return JSON.parse(lines('lxc', 'query', path).join('\n')) as { name: string; managed?: boolean }[];
}

function lines(program: string, ...argv: string[]): string[] {
  const { status, stdout, stderr, error } = spawnSync(program, argv, { encoding: 'utf8' });
  if (error || status !== 0) throw error ?? new Error(`${program} ${argv.join(' ')}: ${stderr}`);
  return stdout.split('\n');
}
