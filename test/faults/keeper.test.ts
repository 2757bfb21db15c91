import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { healArgv, injectArgv, listArgv } from '../../src/faults/keeper.ts';

const kept = {
  id: 'a1b2c3d4a',
  seconds: 1.5,
  record: '{"id":"a1b2c3d4a"}',
  inject: 'echo inject',
  heal: 'echo heal',
  values: { name: 'web-1', chains: 'chain input { drop; };' },
};

const shell = ['sh', '-eu', '-c', expect.any(String), 'sh'];

describe('what a machine is told of a fault', () => {
  it('comes word by word, behind a fixed script', () => {
    const healing = expect.stringContaining('flock');
    expect(injectArgv(kept)).toEqual([
      ...[...shell, 'a1b2c3d4a', '1.5', kept.record, 'echo inject', 'echo heal', healing],
      ...['name=web-1', 'chains=chain input { drop; };', 'id=a1b2c3d4a', 'seconds=2'],
    ]);
    expect(healArgv('a1b2c3d4a')).toEqual([
      ...shell,
      ...['/run/relevo-faults/a1b2c3d4a', 'relevo-fault-a1b2c3d4a.timer'],
    ]);
    expect(listArgv()).toEqual(['sh', '-eu', '-c', expect.stringContaining('/run/relevo-faults/*/record')]);
  });

  it('has the same scripts for all faults', () => {
    const other = { ...kept, id: 'other', seconds: 9, record: 'r', inject: 'i', heal: 'h', values: { name: 'x y' } };
    const fixed = (argv: readonly string[]) => [argv[3], argv[10]];
    expect(fixed(injectArgv(other))).toEqual(fixed(injectArgv(kept)));
    expect(healArgv('other')[3]).toBe(healArgv('a1b2c3d4a')[3]);
  });

  it('does not let a value pass for the fault’s own', () => {
    const argv = injectArgv({ ...kept, values: { id: 'mine', seconds: '0' } });
    expect(argv.slice(11)).toEqual(['id=a1b2c3d4a', 'seconds=2']);
  });

  it.each([injectArgv(kept)[3], injectArgv(kept)[10], healArgv('a')[3], listArgv()[3]])(
    'is understood by sh',
    (text) => {
      expect(spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    },
  );

  it('sets the timer before anything is broken', () => {
    const text = injectArgv(kept)[3] ?? '';
    const [timer, inject] = [text.indexOf('systemd-run'), text.indexOf('sh -eu inject')];
    expect(timer).toBeGreaterThan(0);
    expect(inject).toBeGreaterThan(timer);
  });
});

/** The script that heals, for real: it works in whatever directory it is told. */
class Directory {
  readonly path = join(mkdtempSync(join(tmpdir(), 'relevo-keeper-')), 'fault');
  readonly said = `${this.path}.said`;

  constructor(heal: string, values: Readonly<Record<string, string>>) {
    mkdirSync(this.path);
    const all = Object.entries({ ...values, said: this.said }).map(([name, value]) => `${name}=${value}\0`);
    writeFileSync(join(this.path, 'values'), all.join(''));
    writeFileSync(join(this.path, 'heal'), heal);
  }

  heal(): number | null {
    return spawnSync('sh', ['-eu', '-c', injectArgv(kept)[10] ?? '', 'sh', this.path]).status;
  }

  [Symbol.dispose](): void {
    rmSync(join(this.path, '..'), { recursive: true });
  }
}

describe('healing', () => {
  it('hands values over as they are, and leaves nothing', () => {
    const odd = 'a "b" \'c\' $HOME `id` \\ \n  two = lines';
    using directory = new Directory('printf %s "$odd" >> "$said"', { odd });
    expect(directory.heal()).toBe(0);
    expect(readFileSync(directory.said, 'utf8')).toBe(odd);
    expect(existsSync(directory.path)).toBe(false);
  });

  it('is done once, though two ask for it', () => {
    using directory = new Directory('printf x >> "$said"', {});
    expect([directory.heal(), directory.heal()]).toEqual([0, 0]);
    expect(readFileSync(directory.said, 'utf8')).toBe('x');
  });

  it('fails while it can’t be done, and keeps what it needs for the next time', () => {
    using directory = new Directory('printf x >> "$said"; [ "$(cat "$said")" = xxx ]', {});
    expect([directory.heal(), directory.heal()].every((code) => code !== 0)).toBe(true);
    expect(existsSync(join(directory.path, 'heal'))).toBe(true);
    expect(directory.heal()).toBe(0);
    expect(existsSync(directory.path)).toBe(false);
  });
});
