import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly server: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Ask {
  readonly port: number;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent | false;
}

/** One request, on a connection of its own unless an agent keeps one; an error is thrown as it came. */
export function ask({ port, path = '/', method = 'GET', headers = {}, agent = false }: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, method, headers, agent }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        body += piece;
      });
      response.on('error', reject);
      response.on('end', () => {
        const server = response.headers['x-server'];
        resolve({
          ...{ body, headers: response.headers, status: response.statusCode ?? 0 },
          server: typeof server === 'string' ? server : undefined,
        });
      });
    });
    call.setTimeout(20_000, () => call.destroy(new Error('no answer within 20 s')));
    call.on('error', reject);
    call.end(method === 'POST' ? 'x=1' : undefined);
  });
}

export interface Outcome {
  readonly sent: number;
  readonly ok: number;
  /** What else came, and how often: `status 503`, `ECONNRESET`. */
  readonly lost: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly worst: number;
  /** Answers by the server that gave them. */
  readonly servers: Readonly<Record<string, number>>;
}

/**
 * Open-loop: `perSecond` requests begin on time whether or not earlier ones were answered, every second one on a kept
 * connection. Each has an `x-id` of its own. `at`: what to do how many milliseconds after the beginning.
 */
export async function probe(
  port: number,
  { seconds, perSecond = 200, method = 'GET', at = [] }: Load,
): Promise<Outcome> {
  const kept = new Agent({ keepAlive: true, maxSockets: 16 });
  const [lost, servers]: [Record<string, number>, Record<string, number>] = [{}, {}];
  const outcome = { sent: 0, ok: 0, lost, worst: 0, servers };
  const one = async (id: string, agent: Agent | false) => {
    const began = performance.now();
    const result = await ask({ port, method, agent, headers: { 'x-id': id } }).catch(codeOf);
    outcome.worst = Math.max(outcome.worst, Math.round(performance.now() - began));
    if (typeof result === 'string') count(lost, result);
    else if (result.status !== 200) count(lost, `status ${result.status}`);
    else outcome.ok += 1;
    if (typeof result !== 'string' && result.server !== undefined) count(servers, result.server);
  };
  const began = performance.now();
  const [pending, events]: [Promise<unknown>[], Promise<unknown>[]] = [[], []];
  const due = [...at];
  while (performance.now() - began < seconds * 1000) {
    const elapsed = performance.now() - began;
    for (; due[0] !== undefined && due[0][0] <= elapsed; due.shift()) events.push(Promise.resolve(due[0][1]()));
    for (; outcome.sent < (elapsed * perSecond) / 1000; outcome.sent += 1)
      pending.push(one(`${method}-${outcome.sent}`, outcome.sent % 2 === 0 ? kept : false));
    await new Promise((done) => setTimeout(done, 2));
  }
  await Promise.all([...pending, ...events]);
  kept.destroy();
  return outcome;
}

export interface Load {
  readonly seconds: number;
  readonly perSecond?: number;
  readonly method?: 'GET' | 'POST';
  readonly at?: readonly (readonly [milliseconds: number, act: () => unknown])[];
}

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message;
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
