import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { bridgeName } from '../../src/adapters/local/network.ts';

/** All that a project of this name has left on the host: LXD's objects, interfaces, firewall rules, files. Empty when nothing is. */
export function remains(name: string): string[] {
  const bridge = bridgeName(name, `${process.env['LXD_DIR']}/unix.socket`);
  const lists = ['projects', 'storage-pools', 'networks'].flatMap((kind) =>
    query(`/1.0/${kind}?recursion=1`)
      .filter(({ managed = true }) => managed)
      .map(({ name: found }) => `${kind}/${found}`),
  );
  const own = lists.filter((each) => each.endsWith(`/relevo-${name}`) || each.endsWith(`/${bridge}`));
  const links = lines('ip', '-o', 'link').filter((line) => line.includes(bridge));
  const rules = lines('nft', 'list', 'ruleset').filter((line) => line.includes(bridge));
  const state = `${process.env['RELEVO_HOME']}/${name}`;
  const files = existsSync(state) ? readdirSync(state).map((file) => `${state}/${file}`) : [];
  return [...own, ...links, ...rules, ...files];
}

function query(path: string): { name: string; managed?: boolean }[] {
  return JSON.parse(lines('lxc', 'query', path).join('\n')) as { name: string; managed?: boolean }[];
}

function lines(program: string, ...argv: string[]): string[] {
  const { status, stdout, stderr, error } = spawnSync(program, argv, { encoding: 'utf8' });
  if (error || status !== 0) throw error ?? new Error(`${program} ${argv.join(' ')}: ${stderr}`);
  return stdout.split('\n');
}
