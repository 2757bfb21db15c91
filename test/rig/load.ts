import { Agent, get } from 'node:http';

/** Outcomes and how often each occurred: a page's title, `status 503`, or an error's message. */
export type Outcomes = ReadonlyMap<string, number>;

/** One request; its page's title, or why there is none. `host`: an address; `name`: the Host that is asked for. */
export function title(port: number, agent: Agent | false = false, host = '127.0.0.1', name = host): Promise<string> {
  return new Promise((resolve) => {
    get({ host, port, agent, headers: { host: name }, signal: AbortSignal.timeout(10_000) }, (answer) => {
      let body = '';
      answer.on('data', (piece) => {
        body += piece;
      });
      answer.on('error', (error) => resolve(error.message));
      answer.on('end', () =>
        resolve(answer.statusCode === 200 ? (/<title>(\w+)/.exec(body)?.[1] ?? body) : `status ${answer.statusCode}`),
      );
    }).on('error', (error) => resolve(error.message));
  });
}

const perSecond = 100;
const mostRequests = 60_000;

/**
 * Open-loop load until told to stop: requests begin on time whether or not earlier ones were answered, every second one
 * on a kept connection. Each is accounted for.
 */
export function load(port: number, host?: string, name?: string): () => Promise<Outcomes> {
  const outcomes = new Map<string, number>();
  const pending = new Set<Promise<void>>();
  const kept = new Agent({ keepAlive: true, maxSockets: 8 });
  let sent = 0;
  const send = () => {
    if (sent === mostRequests) return;
    sent += 1;
    const one = title(port, sent % 2 === 0 ? kept : false, host, name).then((outcome) => {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      pending.delete(one);
    });
    pending.add(one);
  };
  const timer = setInterval(send, 1000 / perSecond);
  return async () => {
    clearInterval(timer);
    await Promise.all(pending);
    kept.destroy();
    return outcomes;
  };
}

const isPage = (outcome: string) => /^Web\d\d$/.test(outcome);

/** What did not bring a page of the mini-project. */
export function lost(outcomes: Outcomes): string[] {
  return [...outcomes].filter(([outcome]) => !isPage(outcome)).map(([outcome, times]) => `${times} × ${outcome}`);
}

/** Requests that did not. */
export function lostCount(outcomes: Outcomes): number {
  return [...outcomes].reduce((sum, [outcome, times]) => (isPage(outcome) ? sum : sum + times), 0);
}
