import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faults } from '../../src/faults/catalogue.ts';

const directory = mkdtempSync(join(tmpdir(), 'relevo-complete-'));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (machines: string) => `version: 1
name: shop
machines: { hosts: [${machines}] }
services:
  web: { port: 80, replicas: 2, backups: 1 }
balancer: { replicas: 2 }
load: { stress: { users: 2, duration: 1s, requests: [{ get: / }] } }
`;
writeFileSync(join(directory, 'relevo.yaml'), file('m1, m2'));
writeFileSync(join(directory, 'other.yaml'), file('n1, n2'));
writeFileSync(join(directory, 'shop.jmx'), '');
mkdirSync(join(directory, 'bin'));
const program = `exec '${process.execPath}' '${resolve('src/cli/main.ts')}' "$@"`;
writeFileSync(join(directory, 'bin/relevo'), `#!/bin/sh\n${program}\n`, { mode: 0o755 });

const env = {
  ...process.env,
  PATH: `${join(directory, 'bin')}:${process.env['PATH']}`,
  HOME: directory,
  NODE_COMPILE_CACHE: resolve('node_modules/.cache/node'),
};
/** Each press of Tab starts the program. */
const patient = { timeout: 60_000 };

beforeAll(() => void output(['sh', '-c', 'relevo completion bash > script.bash']), patient.timeout);

function output(argv: readonly string[]): string[] {
  const [shell = '', ...rest] = argv;
  const { stdout, stderr } = spawnSync(shell, rest, { encoding: 'utf8', cwd: directory, env });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

/** What a real bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const script = `source ./script.bash
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _relevo; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return output(['bash', '-c', script, 'bash', 'relevo', ...words]);
}

const names = faults.map(({ name }) => name);
const containers = ['web/1', 'web/2', 'web/3', 'balancer/1', 'balancer/2'];
const common = ['-f', '--file', '--json'];
const help = ['-h', '--help'];

describe('completion in bash', patient, () => {
  it('offers commands, and the commands of a command', () => {
    expect(offered('fa')).toEqual(['fault']);
    expect(offered('fault', '')).toEqual(['list', 'inject', 'heal', ...help]);
    expect(offered('fault', 'h')).toEqual(['heal']);
  });

  it('offers faults, then targets, then nothing but options', () => {
    expect(offered('fault', 'inject', '')).toEqual(names);
    expect(offered('fault', 'heal', 'process.k')).toEqual(['process.kill']);
    expect(offered('fault', 'inject', 'cpu.hog', '')).toEqual([...containers, 'm1', 'm2']);
    expect(offered('fault', 'heal', 'cpu.hog', 'web/')).toEqual(['web/1', 'web/2', 'web/3']);
    expect(offered('fault', 'inject', 'cpu.hog', 'web/1', '')).toEqual([...common, '--for', ...help]);
  });

  it('offers the options of each, before, between and after arguments', () => {
    expect(offered('fault', 'list', '-')).toEqual([...common, '-a', '--active', ...help]);
    expect(offered('fault', 'inject', '-')).toEqual([...common, '--for', ...help]);
    expect(offered('fault', 'heal', 'cpu.hog', '--a')).toEqual(['--all']);
  });

  it('knows which words belong to an option, and asks the file that is named', () => {
    expect(offered('fault', 'inject', '--for', '')).toEqual([]);
    expect(offered('fault', 'inject', '--for', '10s', 'lxd')).toEqual(['lxd.kill']);
    expect(offered('fault', 'inject', '-f', 'other.yaml', 'cpu.hog', '')).toEqual([...containers, 'n1', 'n2']);
    expect(offered('fault', 'inject', '-f', 'ot')).toEqual(['other.yaml']);
  });

  it('offers the second of a cut: bash takes its colon for a word', () => {
    expect(offered('fault', 'inject', 'network.drop', 'web/1', ':')).toEqual([...containers, 'm1', 'm2']);
    expect(offered('fault', 'inject', 'network.drop', 'web/1', ':', 'bal')).toEqual(['balancer/1', 'balancer/2']);
    expect(offered('fault', 'inject', 'network.drop', 'web/1', ':', 'm1', '--j')).toEqual(['--json']);
  });

  it('offers faults without a file, and no targets', () => {
    expect(offered('fault', 'inject', '-f', 'none.yaml', 'disk')).toEqual(['disk.full']);
    expect(offered('fault', 'inject', '-f', 'none.yaml', 'disk.full', '')).toEqual([]);
  });

  it('offers what other commands take', () => {
    expect(offered('shell', 'web-')).toEqual(['web-1', 'web-2', 'web-3']);
    expect(offered('logs', 'web')).toEqual(['web', 'web-1', 'web-2', 'web-3']);
    expect(offered('exec', 'web-1', '--', 'w')).toEqual([]);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('offers load plans by name and file beside the commands of `load`', () => {
    expect(offered('load', '')).toEqual(['check', 'export', 'report', 'stress', 'shop.jmx']);
    expect(offered('load', 'st')).toEqual(['stress']);
    expect(offered('load', 'check', '')).toEqual(['stress', 'shop.jmx']);
    expect(offered('load', 'stress', '--skip')).toEqual(['--skip-unsupported']);
    expect(offered('load', 'report', 'sh')).toEqual(['shop.jmx']);
    expect(offered('load', 'report', 'shop.jmx', '--ex')).toEqual(['--expect']);
  });
});

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

describe('completion in the other shells, where they are installed', patient, () => {
  it.skipIf(!has('fish'))('fish offers the same', () => {
    const at = (line: string) =>
      output(['fish', '--no-config', '-c', `relevo completion fish | source; complete -C '${line}' | cut -f 1`]);
    expect(at('relevo fault ').sort()).toEqual(['heal', 'inject', 'list']);
    expect(at('relevo fault inject --for 10s ').sort()).toEqual([...names].sort());
    expect(at('relevo fault inject network.drop web/1:bal')).toEqual(['web/1:balancer/1', 'web/1:balancer/2']);
    expect(at('relevo fault heal cpu.hog --a')).toEqual(['--all']);
  });

  it.skipIf(!has('zsh'))('zsh can read its script', () => {
    expect(output(['zsh', '-f', '-c', 'relevo completion zsh > script; zsh -n script'])).toEqual([]);
  });
});
