import { setTimeout as sleep } from 'node:timers/promises';

export interface StreamEvent {
  readonly id: number;
  readonly data: string;
}

/**
 * Follows server-sent events as a browser does: after an end it comes back in the time that `retry` says, and tells the last id.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html. `stop` resolves to all events and the longest silence.
 */
export function followEvents(url: string): () => Promise<{ events: StreamEvent[]; longestSilence: number }> {
  const events: StreamEvent[] = [];
  const stopping = new AbortController();
  let longestSilence = 0;
  let heard = performance.now();
  let retry = 3000;

  const hear = (block: string) => {
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
    retry = Number(field('retry') ?? retry);
    const data = field('data');
    if (data === undefined) return;
    longestSilence = Math.max(longestSilence, performance.now() - heard);
    heard = performance.now();
    events.push({ id: Number(field('id')), data });
  };

  const once = async () => {
    const last = events.at(-1)?.id;
    const headers = { accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': String(last) }) };
    const { body } = await fetch(url, { headers, signal: stopping.signal });
    let rest = '';
    for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = `${rest}${piece}`.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) hear(block);
    }
  };

  const ended = (async () => {
    while (!stopping.signal.aborted) {
      await once().catch(() => undefined); // a stream that breaks is what this is about
      if (!stopping.signal.aborted) await sleep(retry);
    }
  })();
  return async () => {
    stopping.abort();
    await ended;
    return { events, longestSilence };
  };
}
