import { describe, expect, it } from 'vitest';
import { runRelease } from '../../src/apply/release.ts';
import type { ReleasePlan } from '../../src/domain/desired.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import type { ExecOptions, ExecResult, Lxd, LxdAlias, NewInstance } from '../../src/ports/lxd.ts';
import { labelsOf } from '../../src/render/labels.ts';

const release: ReleasePlan = {
  ...{ service: 'api', revision: 'r1', user: 'relevo', workingDir: '/opt/api', image: 'relevo-1', machine: 'm1' },
  command: ['npx', 'migrate', '$X'],
  files: [{ target: '/etc/relevo/environment', mode: 0o600, content: 'A="b"\n' }],
};

/** As much of LXD as a release needs. `exits`: with which code each run of the command ends; undefined: this process is killed in it. */
class Fake {
  readonly instances = new Map<string, NewInstance>();
  readonly marks = new Map<string, string>();
  readonly commands: string[] = [];
  readonly pushed: string[] = [];
  readonly killed = Promise.withResolvers<void>();
  isGone = false;
  private readonly exits: (number | undefined)[];

  constructor(exits: (number | undefined)[]) {
    this.exits = exits;
  }

  client(): Lxd {
    const alive = <T>(answer: () => T) => (this.isGone ? new Promise<never>(() => {}) : Promise.resolve().then(answer));
    const exec = async (_: string, argv: readonly string[], { onLine }: ExecOptions = {}): Promise<ExecResult> => {
      const done = (code: number) => ({ code, stdout: '', stderr: '', whole: true });
      if (argv[0] !== 'systemd-run') return done(0);
      this.commands.push(argv.slice(argv.indexOf('--') + 1).join(' '));
      onLine?.('table is there already', 'stdout');
      const code = this.exits.shift();
      this.isGone = code === undefined;
      if (this.isGone) this.killed.resolve();
      return alive(() => done(code ?? 0));
    };
    const instances = {
      exec,
      get: (name: string) => alive(() => (this.instances.has(name) ? { status: 'Running' } : undefined)),
      create: (made: NewInstance) => alive(() => void this.instances.set(made.name, made)),
      delete: (name: string) => alive(() => void this.instances.delete(name)),
      pushFile: (_: string, path: string) => alive(() => void this.pushed.push(path)),
      start: () => alive(() => {}),
      stop: () => alive(() => {}),
    };
    const images = {
      createAlias: ({ name, description }: LxdAlias) =>
        alive(() => !this.marks.has(name) && void this.marks.set(name, description) === undefined),
      updateAlias: ({ name, description }: LxdAlias) => alive(() => void this.marks.set(name, description)),
    };
    return { instances, images } as unknown as Lxd;
  }
}

const clock = { elapsed: () => 0, sleep: async () => {} };
const run = (fake: Fake, plan = release) =>
  runRelease({ clock, desired: { pool: 'local' } }, fake.client(), plan, () => {});

describe('a release command', () => {
  it('is run in an instance of its own, which is nobody’s and goes, and then it is written down', async () => {
    const fake = new Fake([0]);
    const made: NewInstance[] = [];
    const set = fake.instances.set.bind(fake.instances);
    fake.instances.set = (name, instance) => {
      made.push(instance);
      return set(name, instance);
    };
    await run(fake);
    expect(made.map(({ name, config, target }) => [name, labelsOf(config).kind, target])).toEqual([
      ['api-release', 'builder', 'm1'],
    ]);
    expect(fake.pushed).toContain('/etc/systemd/system/default.target');
    expect(fake.commands).toEqual(['npx migrate $$X']);
    expect([...fake.marks]).toEqual([['mark.release.api', 'r1']]);
    expect(fake.instances.size).toBe(0);
  });

  it('that fails tells what it said, leaves nothing, and is not written down', async () => {
    const fake = new Fake([3, 0]);
    const error = await run(fake).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(RelevoError);
    expect((error as RelevoError).failure).toMatchObject({
      message: 'the release command of api failed with exit code 3: npx migrate $X',
      evidence: { lines: ['table is there already'] },
    });
    expect([fake.marks.size, fake.instances.size]).toEqual([0, 0]);
    await run(fake);
    expect(fake.marks.get('mark.release.api')).toBe('r1');
  });

  it('whose process is killed is not written down, and what is left is ended before it is run again', async () => {
    const fake = new Fake([undefined, 0]);
    await Promise.race([run(fake), fake.killed.promise]);
    expect([fake.marks.size, [...fake.instances.keys()]]).toEqual([0, ['api-release']]);
    fake.isGone = false;
    await run(fake);
    expect([fake.commands.length, fake.marks.get('mark.release.api'), fake.instances.size]).toEqual([2, 'r1', 0]);
  });

  it('of a later release takes the place of the earlier one', async () => {
    const fake = new Fake([0, 0]);
    await run(fake);
    await run(fake, { ...release, revision: 'r2' });
    expect(fake.marks.get('mark.release.api')).toBe('r2');
  });
});
