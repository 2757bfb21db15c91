import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { connectLxd } from '../../src/adapters/lxd/client.ts';
import { feed } from '../../src/adapters/lxd/exec-streams.ts';
import { background, failure, operation, ScriptedLxd, sync } from '../rig/scripted-lxd.ts';

const fds = { metadata: { fds: { 0: 'in', 1: 'out', 2: 'err', control: 'control' } } };

describe('a command in an instance', () => {
  it('fails at once where one of its streams is refused', async () => {
    using fake = new ScriptedLxd();
    fake.answers['POST /1.0/instances/web-1/exec'] = background('one', fds);
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 103));
    fake.refused = /secret=out/;
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.instances.exec('web-1', ['true'])).rejects.toThrow('no stream to `true` in web-1');
  });

  it('that does not end is given up after its time', async () => {
    using fake = new ScriptedLxd();
    fake.answers['POST /1.0/instances/web-1/exec'] = background('one', fds);
    fake.answers['GET /1.0/operations/one'] = (response, request) => {
      const killed = performance.now() - began > 300;
      sync(operation('one', killed ? 200 : 103))(response, request);
    };
    await using lxd = connectLxd(await fake.overSocket());
    const began = performance.now();
    const late = lxd.instances.exec('web-1', ['sleep', '60'], { timeout: 0.3 });
    await expect(late).rejects.toThrow('`sleep` in web-1 did not end within 0.3 s');
  });

  it('that LXD lost sight of is run again where it only looks', async () => {
    using fake = new ScriptedLxd();
    let runs = 0;
    fake.answers['POST /1.0/instances/web-1/exec'] = (response, request) => {
      runs += 1;
      (runs === 1 ? background('one', fds) : failure(500, 'run again'))(response, request);
    };
    await using lxd = connectLxd(await fake.overSocket()); // it knows nothing of the operation
    await expect(lxd.instances.exec('web-1', ['true'])).rejects.toThrow('forgot');
    expect(runs).toBe(1);
    runs = 0;
    await expect(lxd.instances.exec('web-1', ['true'], { onlyLooks: true })).rejects.toThrow('run again');
    expect(runs).toBe(2);
  });

  it('ends, where its output never does: the machine that the stream leads through is off', async () => {
    using fake = new ScriptedLxd();
    fake.answers['POST /1.0/instances/web-1/exec'] = background('one', fds);
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 200, { metadata: { return: 3 } }));
    fake.opens['secret=out'] = (socket) => socket.send(Buffer.from('as far as it came'));
    await using lxd = connectLxd(await fake.overSocket());
    const ended = { code: 3, stdout: 'as far as it came', stderr: '', whole: false };
    expect(await lxd.instances.exec('web-1', ['true'], { timeout: 3 })).toEqual(ended);
  }, 12_000);

  it('on a terminal shows all that it printed, also what comes after word of its end', async () => {
    using fake = new ScriptedLxd();
    fake.answers['POST /1.0/instances/web-1/exec'] = background('one', fds);
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 200, { metadata: { return: 3 } }));
    fake.opens['secret=in'] = (socket) =>
      setTimeout(() => {
        socket.send(Buffer.from('the last line'));
        socket.close();
      }, 300);
    fake.opens['secret=control'] = (socket) => socket.close();
    await using lxd = connectLxd(await fake.overSocket());
    const output = new PassThrough();
    const terminal = { input: new PassThrough(), output, error: output } as never;
    expect(await lxd.instances.execInteractive('web-1', ['true'], terminal)).toBe(3);
    output.end();
    expect(await text(output)).toBe('the last line');
  });

  it('ends with its client', async () => {
    using fake = new ScriptedLxd();
    fake.answers['POST /1.0/instances/web-1/exec'] = background('one', fds);
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    fake.opens['secret=in'] = (stdin) => stdin.once('message', () => resolve());
    fake.opens['secret=control'] = (control) =>
      control.once('close', () => {
        fake.answers['GET /1.0/operations/one'] = sync(operation('one', 200, { metadata: { return: 137 } }));
      });
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 103));
    const lxd = connectLxd(await fake.overSocket());
    const run = lxd.instances.exec('web-1', ['sleep', 'infinity'], { timeout: Infinity });
    await begun;
    await lxd.close();
    expect(await run).toMatchObject({ code: 137, whole: false });
  });
  it('in an instance that does not exist', async () => {
    using fake = new ScriptedLxd();
    fake.answers['POST /1.0/instances/web-1/exec'] = failure(404, 'Instance not found');
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.instances.exec('web-1', ['true'])).rejects.toMatchObject({ failure: { code: 'not-found' } });
  });

  it('begins no command whose last socket would be opened too late', async () => {
    using fake = new ScriptedLxd();
    fake.answers['POST /1.0/instances/web-1/exec'] = background('one', fds);
    let leads = true;
    fake.opens['secret=err'] = () => {
      leads = false;
    };
    let begun = false;
    fake.opens['secret=in'] = () => {
      begun = true;
    };
    await using lxd = connectLxd(await fake.overSocket());
    const run = lxd.guardedBy(() => leads).instances.exec('web-1', ['true']);
    await expect(run).rejects.toMatchObject({ failure: { code: 'interrupted' } });
    expect(begun).toBe(false);
  });
});

describe('the input of a command', () => {
  it('is not at fault where its socket breaks before it says so', async () => {
    const broken = Object.assign(new EventEmitter(), {
      ...{ readyState: 1, OPEN: 1 },
      send: (_: Buffer, done: (error: Error) => void) => done(new Error('write EPIPE')),
    });
    const source = Readable.from([Buffer.from('a'), Buffer.from('b')]);
    await feed(broken as never, source, new AbortController().signal);
    expect(source.destroyed).toBe(true);
  });

  it('is told of where it can’t be read', async () => {
    const socket = Object.assign(new EventEmitter(), { readyState: 1, OPEN: 1 });
    const source = new Readable({ read: () => void source.destroy(new Error('EIO')) });
    const fed = feed(socket as never, source, new AbortController().signal);
    await expect(fed).rejects.toThrow("the command's input can't be read: EIO");
  });
});
