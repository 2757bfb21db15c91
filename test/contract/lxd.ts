import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelevoError } from '../../src/domain/failure.ts';
import type { Devices, Lxd } from '../../src/ports/lxd.ts';
import { marksImage } from '../../src/render/marks-image.ts';

/** One project of an LXD, with the image `image` from which containers can be made that boot. */
export interface Subject {
  readonly lxd: Lxd;
  readonly devices: Devices;
  /** Lets time pass until it is settled. */
  run<T>(promise: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What Relevo counts on, of the fake LXD and of the real one. */
export function lxdContract(name: string, open: () => Promise<Subject>): void {
  describe(`${name}, as Relevo counts on it`, () => {
    let subject: Subject;
    let marks = '';
    beforeAll(async () => {
      subject = await open();
      marks = await run((lxd) => lxd.images.upload(marksImage.bytes, 'marks'));
    });
    afterAll(() => subject.close());

    const run = <T>(act: (lxd: Lxd) => Promise<T>) => subject.run(act(subject.lxd));
    const alias = (description: string) => ({ name: 'mark', target: marks, description });
    const create = (name: string, more = {}) =>
      run((lxd) =>
        lxd.instances.create({ name, image: { alias: 'image' }, config: {}, devices: subject.devices, ...more }),
      );
    /** The code of the failure. */
    const failure = async (act: (lxd: Lxd) => Promise<unknown>) => {
      const error = await run(act).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (error !== undefined && !(error instanceof RelevoError)) throw error;
      return error?.failure.code;
    };

    it('has each alias once', async () => {
      expect(await run((lxd) => lxd.images.createAlias(alias('first')))).toBe(true);
      expect(await run((lxd) => lxd.images.createAlias(alias('second')))).toBe(false);
      expect(await run((lxd) => lxd.images.readAlias('mark'))).toMatchObject(alias('first'));
      expect(await run((lxd) => lxd.images.readAlias('nobody'))).toBeUndefined();
      expect(await run((lxd) => lxd.images.updateAlias({ ...alias(''), name: 'nobody' }))).toBe(false);
    });

    it('lets one of many swap what they read', async () => {
      const etag = (await run((lxd) => lxd.images.readAlias('mark')))?.etag ?? '';
      const all = Array.from({ length: 20 }, (_, index) => String(index));
      const swapped = await run((lxd) => Promise.all(all.map((text) => lxd.images.swapAlias(alias(text), etag))));
      expect(swapped.filter((done) => done)).toHaveLength(1);
      expect((await run((lxd) => lxd.images.readAlias('mark')))?.description).toBe(all[swapped.indexOf(true)]);
      expect(await run((lxd) => lxd.images.swapAlias({ ...alias(''), name: 'nobody' }, etag))).toBe(false);
    });

    it('tells the ETag of an alias without asking', async () => {
      for (const text of ['{"holder":"balancer-1","beat":7}', 'a < b && "ü" > \u2028']) {
        await run((lxd) => lxd.images.updateAlias(alias(text)));
        const etag = (await run((lxd) => lxd.images.readAlias('mark')))?.etag;
        expect(await run(async (lxd) => lxd.images.etagOf(alias(text)))).toBe(etag);
      }
    });

    it('lets aliases go with their image', async () => {
      await run((lxd) => lxd.images.delete(marks));
      expect(await run((lxd) => lxd.images.readAlias('mark'))).toBeUndefined();
      expect(await failure((lxd) => lxd.images.createAlias(alias('')))).toBe('not-found');
      expect(await failure((lxd) => lxd.images.delete(marks))).toBe('not-found');
      await run((lxd) => lxd.images.deleteAlias('mark'));
    });

    it('makes stopped instances, each name once, of what is there', async () => {
      await create('one', { config: { 'user.a': '1', 'user.empty': '' } });
      const one = await run((lxd) => lxd.instances.get('one'));
      expect(one).toMatchObject({
        status: 'Stopped',
        config: { 'user.a': '1' },
        devices: subject.devices,
        profiles: [],
      });
      expect(one?.config).not.toHaveProperty('user.empty');
      expect(
        await failure((lxd) =>
          lxd.instances.create({ name: 'one', image: { alias: 'image' }, config: {}, devices: subject.devices }),
        ),
      ).toBeDefined();
      const missing = { name: 'two', config: {}, devices: subject.devices };
      expect(await failure((lxd) => lxd.instances.create({ ...missing, image: { instance: 'nobody' } }))).toBe(
        'not-found',
      );
      expect(await run((lxd) => lxd.instances.get('two'))).toBeUndefined();
    });

    it('merges a patch, and takes an update whole but for its own keys', async () => {
      await run((lxd) => lxd.instances.patchConfig('one', { 'user.b': '2', 'user.a': '' }));
      const patched = (await run((lxd) => lxd.instances.get('one')))?.config ?? {};
      expect(patched).toMatchObject({ 'user.b': '2' });
      expect(patched).not.toHaveProperty('user.a');
      await run((lxd) => lxd.instances.update('one', { 'user.c': '3' }, subject.devices));
      const updated = (await run((lxd) => lxd.instances.get('one')))?.config ?? {};
      const own = Object.entries(patched).filter(([key]) => key.startsWith('volatile.'));
      expect(updated).toMatchObject({ 'user.c': '3', ...Object.fromEntries(own) });
      expect(updated).not.toHaveProperty('user.b');
    });

    it('clones with files and config, where the clone’s own words do not say otherwise', async () => {
      await run((lxd) => lxd.instances.pushFile('one', '/etc/relevo-test', 'text'));
      await create('two', { image: { instance: 'one' }, config: { 'user.c': '', 'user.d': '4' } });
      const two = await run((lxd) => lxd.instances.get('two'));
      expect(two?.config).toMatchObject({ 'user.d': '4' });
      const file = await run((lxd) => lxd.instances.readFile('two', '/etc/relevo-test'));
      expect(Buffer.from(file ?? []).toString()).toBe('text');
      expect(await run((lxd) => lxd.instances.readFile('two', '/etc/nothing'))).toBeUndefined();
    });

    it('starts what is stopped, stops what runs, and deletes what is stopped', async () => {
      expect(await failure((lxd) => lxd.instances.stop('two', { force: true }))).toBeDefined();
      await run((lxd) => lxd.instances.start('two'));
      expect((await run((lxd) => lxd.instances.get('two')))?.status).toBe('Running');
      expect(await failure((lxd) => lxd.instances.start('two'))).toBeDefined();
      expect(await failure((lxd) => lxd.instances.delete('two'))).toBeDefined();
      await run((lxd) => lxd.instances.stop('two', { force: true }));
      await run((lxd) => lxd.instances.delete('two'));
      await run((lxd) => lxd.instances.delete('two'));
      expect(await failure((lxd) => lxd.instances.exec('one', ['true']))).toBeDefined();
      await run((lxd) => lxd.instances.delete('one'));
    });

    it('sends nothing that its guard forbids', async () => {
      const guarded = (lxd: Lxd) => lxd.guardedBy(() => false);
      const one = { name: 'three', image: { alias: 'image' }, config: {}, devices: subject.devices };
      expect(await failure((lxd) => guarded(lxd).instances.create(one))).toBe('interrupted');
      expect(await run((lxd) => guarded(lxd).instances.get('three'))).toBeUndefined();
    });

    it('tells of changes, and first that earlier ones may have been missed', async () => {
      const heard: string[] = [];
      const seen = Promise.withResolvers<void>();
      const listening = Promise.withResolvers<void>();
      using _changes = subject.lxd.changes((change) => {
        heard.push(change.kind === 'gap' ? 'gap' : change.action);
        if (change.kind === 'gap') listening.resolve();
        else if (change.action === 'instance-created') seen.resolve();
      });
      await subject.run(listening.promise);
      await create('four');
      await subject.run(seen.promise);
      expect(heard[0]).toBe('gap');
      await run((lxd) => lxd.instances.delete('four'));
    });
  });
}
