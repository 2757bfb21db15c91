import type { Sample } from '../sample.ts';
import { type Answer, headerOf } from './answer.ts';
import { HttpFailure, protocolFailure } from './failure.ts';
import type { Prepared } from './prepare.ts';
import { addChild, copyOf, failed, nameChild } from './result.ts';
import { type HttpUrl, resolveUrl } from './url.ts';
import type { Visited, Visiting } from './visiting.ts';

const most = 20;

/** What JMeter follows, and shows each step of. */
export function isRedirect(status: number, method: string): boolean {
  if (status === 307) return method === 'GET' || method === 'HEAD';
  return status === 301 || status === 302 || status === 303 || status === 308;
}

/**
 * Follows a redirect to its end. The sample of the whole has one below it for each request, the time and bytes of all of them,
 * and the code and URL of the last.
 */
export async function followRedirects(visit: Visiting, first: Visited, depth: number): Promise<Sample> {
  const total = copyOf(first.sample);
  nameChild(total, first.sample);
  let last = first;
  for (let hop = 0; last.location !== undefined; hop++) {
    if (hop === most) {
      last = { ...last, sample: tooMany(last.sample), location: undefined };
      addChild(total, last.sample);
      break;
    }
    const next = await step(visit, last, last.location, depth);
    if (next === 'cached') break;
    if (next === 'nowhere') {
      last = { ...last, location: undefined };
      break;
    }
    last = next;
    const { children } = last.sample;
    for (const each of children.length > 0 ? children : [last.sample]) addChild(total, each);
  }
  return asLast(total, last.sample);
}

async function step(
  visit: Visiting,
  from: Visited,
  location: string,
  depth: number,
): Promise<Visited | 'cached' | 'nowhere'> {
  const url = resolveUrl(from.url, location);
  if (url === undefined) {
    failed(from.sample, new HttpFailure('java.net.MalformedURLException', location));
    return 'nowhere';
  }
  const method = from.method === 'HEAD' ? 'HEAD' : 'GET';
  return (await visit.fetch(visit.prepare(url, method, true), true, depth)) ?? 'cached';
}

function tooMany(last: Sample): Sample {
  const failure = new HttpFailure('java.io.IOException', `Exceeded maximum number of redirects: ${most}`);
  return failed({ ...copyOf(last), received: 0, sent: 0 }, failure);
}

/** What of the whole is told by the last request. */
function asLast(total: Sample, last: Sample): Sample {
  const { url, code, message, success, unknown, type, encoding, server, response } = last;
  return Object.assign(total, { url, code, message, success, unknown, type, encoding, server, response });
}

export interface Next {
  readonly url: HttpUrl;
  readonly method: string;
  readonly withBody: boolean;
}

/** Where the client goes by itself, if JMeter's `auto redirects` are on; a failure where it would not. */
export function nextByItself(answer: Answer, from: Prepared, been: Set<string>): Next | HttpFailure | undefined {
  const { status, head } = answer;
  const { method } = from;
  const mayGo = status === 303 || (redirectable.has(method) && [301, 302, 307, 308].includes(status));
  if (answer.failure !== undefined || !mayGo) return undefined;
  const location = headerOf(head, 'location');
  if (location === undefined) return status === 302 ? undefined : protocolFailure();
  const url = illegal.test(location) ? undefined : resolveUrl(from.url, location);
  if (url === undefined || been.has(url.text) || been.size === most) return protocolFailure();
  been.add(url.text);
  const same = method === 'HEAD' || method === 'GET' || status === 307 || status === 308;
  return { url, method: same ? method : 'GET', withBody: same };
}

/** Within the client a location must be escaped. */
const illegal = /[\s"<>\\^`{|}]|%(?![\da-f]{2})/i;

const redirectable = new Set(['GET', 'HEAD', 'POST', 'DELETE']);
