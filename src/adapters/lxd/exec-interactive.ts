import { once } from 'node:events';
import type WebSocket from 'ws';
import type { Terminal } from '../../ports/lxd.ts';
import { apiError } from './answers.ts';
import type { Api } from './api.ts';
import { start, untilEnded, untoldLook } from './exec.ts';

/** Milliseconds for what is still under way when the command has ended. */
const rest = 1000;

async function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  await once(socket, 'close', { signal: AbortSignal.timeout(rest) }).catch(() => {}); // what has come has been shown
}

/** A command on the caller's terminal: raw keys in, output as it comes, the window's size followed. */
export async function execInteractive(
  api: Api,
  name: string,
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const { input, output } = terminal;
  const size = { width: output.columns ?? 80, height: output.rows ?? 24 };
  const environment = { HOME: '/root', TERM: process.env['TERM'] ?? 'xterm', USER: 'root' };
  const started = await start(api, name, { command: argv, interactive: true, environment, ...size });
  const [data, control] = [started.open('0'), started.open('control')];
  // a text is the end of the output, and LXD waits until that was heard
  data.on('message', (piece, binary) => (binary ? output.write(piece as Buffer) : data.close()));
  const keys = (chunk: Buffer) => data.readyState === data.OPEN && data.send(chunk);
  const resize = () =>
    control.readyState === control.OPEN &&
    control.send(
      JSON.stringify({
        command: 'window-resize',
        args: { width: String(output.columns), height: String(output.rows) },
      }),
    );
  data.on('open', () => input.on('data', keys).resume());
  output.on('resize', resize);
  const within = { deadline: Infinity, untold: untoldLook }; // a terminal is not found again
  input.setRawMode?.(true);
  try {
    const done = await untilEnded(api, started.operation, control, within, new AbortController());
    if (done.status_code >= 400)
      throw apiError(done.status_code, done.err, { method: 'POST', path: `/1.0/instances/${name}/exec` });
    await closed(data);
    return Number(done.metadata?.['return'] ?? -1);
  } finally {
    input.setRawMode?.(false);
    input.off('data', keys).pause();
    output.off('resize', resize);
    for (const socket of [data, control]) socket.terminate();
  }
}
