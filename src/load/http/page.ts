import { RelevoError } from '../../domain/failure.ts';
import { newSample } from '../engine/leaf.ts';
import type { Sample } from '../sample.ts';
import { compileRegex } from '../text/regex.ts';
import { decode, isCharset } from './charset.ts';
import { HttpFailure } from './failure.ts';
import { linksOf, mayLink } from './links.ts';
import { addChild, copyOf, failed, nameChild } from './result.ts';
import { isTrue, wholeNumber } from './settings.ts';
import type { HttpUrl } from './url.ts';
import type { Visited, Visiting } from './visiting.ts';

const deepest = 5;

/**
 * Gets what a page shows. The sample of the whole has the page's below it, then one for each resource; it fails where one of
 * them does. The page's own sample where it has no resources.
 */
export async function downloadPage(visit: Visiting, page: Visited, depth: number): Promise<Sample> {
  const { sample, content } = page;
  if (depth > deepest) {
    const failure = new HttpFailure('java.lang.Exception', 'Maximum frame/iframe nesting depth exceeded.');
    addChild(sample, failed({ ...copyOf(sample), received: 0, sent: 0 }, failure));
    return sample;
  }
  const links = content === undefined || content.length === 0 ? [] : linksIn(page, content);
  if (links.length === 0) return sample;
  const whole = copyOf(sample);
  nameChild(whole, sample);
  try {
    const wanted = links.filter(filterOf(visit));
    for (const each of await fetchAll(visit, wanted, depth + 1)) {
      if (each !== undefined) addChild(whole, each);
    }
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
    const failure = new HttpFailure('java.lang.IllegalStateException', error.message);
    addChild(whole, failed(newSample(visit.label, whole.start), failure));
  }
  return judged(whole);
}

function linksIn({ url, media, sample }: Visited, content: Buffer): HttpUrl[] {
  if (!mayLink(media)) return [];
  return linksOf(media, decode(content, isCharset(sample.encoding) ? sample.encoding : 'UTF-8'), url);
}

/** Both must match the whole URL. One that is malformed is as if it were not there, as in JMeter. */
function filterOf({ values }: Visiting): (url: HttpUrl) => boolean {
  const [allow, exclude] = [regexOf(values.allow), regexOf(values.exclude)];
  return ({ text }) => allow?.matches(text) !== false && exclude?.matches(text) !== true;
}

function regexOf(pattern: string) {
  if (pattern === '') return undefined;
  try {
    return compileRegex(pattern);
  } catch (error) {
    if (error instanceof RelevoError) return undefined;
    throw error;
  }
}

/** In the order of the links: one after another, or so many at a time as the pool has places. */
async function fetchAll(visit: Visiting, links: readonly HttpUrl[], depth: number): Promise<(Sample | undefined)[]> {
  const { values, user } = visit;
  const width = isTrue(values.concurrent) ? Math.max(1, wholeNumber(values.pool, 6)) : 1;
  const samples: (Sample | undefined)[] = [];
  const left = links.entries();
  const work = async () => {
    for (const [index, url] of left) {
      if (user.signal.aborted) return;
      samples[index] = await fetchOne(visit, url, depth);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, links.length) }, work));
  return samples;
}

async function fetchOne(visit: Visiting, url: HttpUrl, depth: number): Promise<Sample | undefined> {
  try {
    return (await visit.fetch(visit.prepare(url, 'GET', false), false, depth))?.sample;
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return failed({ ...newSample(visit.label, visit.user.run.clock.now()), url: url.text }, error);
  }
}

function judged(whole: Sample): Sample {
  const bad = whole.children.filter(({ success }) => !success);
  if (bad.length === 0) return whole;
  whole.success = false;
  whole.message = `Embedded resource download error:${bad
    .map(({ url, code, message }) => `${url} code:${code} message:${message}, `)
    .join('')}`;
  return whole;
}
