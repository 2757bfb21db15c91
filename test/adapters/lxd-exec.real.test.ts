import { createHash, randomBytes } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lxd } from '../../src/ports/lxd.ts';
import { box } from '../rig/box.ts';
import { node } from '../rig/process.ts';

const project = 'relevo-exec';
let opened: Awaited<ReturnType<typeof box>>;
let lxd: Lxd;

beforeAll(async () => {
  opened = await box(project);
  lxd = opened.lxd;
});

afterAll(() => opened[Symbol.asyncDispose]());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Of all that runs inside. */
async function commandLines(): Promise<string> {
  const script = 'for each in /proc/[0-9]*/cmdline; do tr "\\0" " " < "$each"; echo; done';
  return (await lxd.instances.exec('box', ['sh', '-c', script])).stdout;
}

/** What it is given, taken at `pause` milliseconds a piece. */
function sink(pause = 0) {
  const taken = { bytes: 0, hash: createHash('sha256') };
  const stream = new Writable({
    write(piece: Buffer, _, done) {
      taken.bytes += piece.length;
      taken.hash.update(piece);
      if (pause === 0) done();
      else setTimeout(done, pause);
    },
  });
  return Object.assign(stream, { taken });
}

describe('a command is a pipe', () => {
  it('its bytes are those that came', async () => {
    const bytes = randomBytes(5_000_001);
    for (const [stream, script] of Object.entries({ stdout: 'cat', stderr: 'cat >&2' })) {
      const output = { stdout: sink(), stderr: sink() };
      const stdin = Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]);
      const ended = await lxd.instances.exec('box', ['sh', '-c', script], { stdin, output });
      expect(ended).toEqual({ code: 0, stdout: '', stderr: '', whole: true });
      expect(output[stream as 'stdout' | 'stderr'].taken.hash.digest('hex')).toBe(sha256(bytes));
    }
  });

  it('whose memory is flat, however slowly it is read', async () => {
    const mebibytes = 256;
    const stdout = sink(1);
    const before = process.memoryUsage.rss();
    let most = 0;
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss() - before);
    }, 20);
    const argv = ['head', '-c', `${mebibytes}M`, '/dev/zero'];
    const { whole } = await lxd.instances.exec('box', argv, { output: { stdout, stderr: sink() } });
    clearInterval(timer);
    expect(whole).toBe(true);
    expect(stdout.taken.bytes).toBe(mebibytes * 2 ** 20);
    expect(most).toBeLessThan((mebibytes / 2) * 2 ** 20); // what was read is freed when the collector likes
  });

  it('whose input is asked for as fast as it is read', async () => {
    let given = 0;
    const stdin = Readable.from(
      (function* () {
        for (; given < 512; given += 1) yield Buffer.alloc(2 ** 20);
      })(),
    );
    const argv = ['sh', '-c', 'sleep 2; head -c 1M | wc -c'];
    const run = lxd.instances.exec('box', argv, { stdin });
    await sleep(1500);
    expect(given).toBeLessThan(64);
    expect(await run).toMatchObject({ code: 0, stdout: '1048576\n' });
  });

  it('whose input may fail', async () => {
    const stdin = new Readable({
      read() {
        this.destroy(new Error('EISDIR'));
      },
    });
    const run = lxd.instances.exec('box', ['cat'], { stdin });
    await expect(run).rejects.toThrow("the command's input can't be read: EISDIR");
  });

  it('whose output may not be taken', async () => {
    const full = new Writable({ write: (_piece, _encoding, done) => done(new Error('ENOSPC')) });
    full.on('error', () => {});
    const run = lxd.instances.exec('box', ['yes'], { output: { stdout: full, stderr: full } });
    await expect(run).rejects.toThrow("the command's output can't be written: ENOSPC");
  });

  it('whose collected output has a limit', async () => {
    await expect(lxd.instances.exec('box', ['yes'])).rejects.toThrow('printed more than 64 MiB');
  });
});

describe('the end of a command', () => {
  it('is its own code', async () => {
    expect(await lxd.instances.exec('box', ['sh', '-c', 'exit 7'])).toMatchObject({ code: 7, whole: true });
  });

  it('is death after its time', async () => {
    const late = lxd.instances.exec('box', ['sleep', '4321'], { timeout: 1 });
    await expect(late).rejects.toThrow('`sleep` in box did not end within 1 s');
    expect(await commandLines()).not.toContain('sleep 4321');
  });

  it('comes with the end of its client, and is waited for by who leads next', async () => {
    using leader = node('test/rig/leader.ts', `${process.env['LXD_DIR']}/unix.socket`, project);
    await leader.until(/begun/);
    expect(await commandLines()).toContain('sleep 87654');
    let over = false;
    const settled = lxd.settled().then(() => {
      over = true;
    });
    await sleep(1000);
    expect(over).toBe(false);
    leader.child.kill('SIGKILL');
    const began = performance.now();
    await settled;
    expect(performance.now() - began).toBeLessThan(5000);
    expect(await commandLines()).not.toContain('sleep 87654');
  });

  it('always comes', async () => {
    const one = async (n: number) => {
      const { stdout, whole } = await lxd.instances.exec('box', ['echo', `${n}`], { onlyLooks: true });
      expect({ stdout, whole }).toEqual({ stdout: `${n}\n`, whole: true });
    };
    for (let n = 0; n < 200; n += 8) await Promise.all(Array.from({ length: 8 }, (_, k) => one(n + k)));
  });
});
