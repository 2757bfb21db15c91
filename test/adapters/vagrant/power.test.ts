import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restorer } from '../../../src/adapters/vagrant/power.ts';

describe('what gives a machine its power back', () => {
  let home = '';
  const at = (name: string) => join(home, name);
  const program = (name: string, script: string) => {
    writeFileSync(at(name), `#!/bin/sh\n${script}\n`);
    chmodSync(at(name), 0o755);
  };
  const restore = (id: string) =>
    execFileSync('sh', ['-c', restorer, 'sh', id, at('m1.json'), 'm1', '60'], {
      env: { PATH: `${home}:${process.env['PATH']}`, SAID: at('said') },
    });
  const said = () => (existsSync(at('said')) ? readFileSync(at('said'), 'utf8').trim().split('\n') : []);

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'relevo-power-'));
    writeFileSync(at('m1.json'), JSON.stringify({ machine: 'm1', id: 'cut-1', record: '' }));
    program('sleep', ':');
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('tries again where another vagrant has the machine locked, and then the cut is over', () => {
    program('vagrant', 'echo "$@" >> "$SAID"; [ "$(wc -l < "$SAID")" -ge 20 ]');
    restore('cut-1');
    expect(said()).toEqual(Array.from({ length: 20 }, () => 'up --no-provision m1'));
    expect(existsSync(at('m1.json'))).toBe(false);
  });

  it('leaves the cut on record where the machine stays off', () => {
    program('vagrant', 'echo "$@" >> "$SAID"; exit 1');
    restore('cut-1');
    expect(said()).toHaveLength(120);
    expect(existsSync(at('m1.json'))).toBe(true);
  });

  it('does nothing once the cut was ended, or is another one', () => {
    program('vagrant', 'echo "$@" >> "$SAID"');
    restore('cut-2');
    rmSync(at('m1.json'));
    restore('cut-1');
    expect(said()).toEqual([]);
  });
});
