import type { Sample } from '../sample.ts';
import type { Answer } from './answer.ts';
import { contentTypeOf, HttpResponse } from './content.ts';
import type { HttpFailure } from './failure.ts';

const codes: string[] = [];

/** Writes what came back into the sample. */
export function fill(sample: Sample, answer: Answer): Sample {
  const { status, failure } = answer;
  sample.elapsed = answer.end - sample.start;
  if (answer.firstByte > 0) sample.latency = answer.firstByte - sample.start;
  if (answer.connected > 0) sample.connect = answer.connected - sample.start;
  sample.received = answer.received;
  sample.sent = answer.sent;
  sample.server = answer.server;
  if (failure !== undefined) return failed(sample, failure);
  codes[status] ??= String(status);
  sample.code = codes[status];
  sample.message = answer.reason;
  sample.success = status >= 200 && status <= 399;
  const { type, charset } = contentTypeOf(answer.contentType);
  sample.type = type;
  sample.encoding = charset;
  return sample;
}

/** As JMeter tells what was thrown; its text is the body that extractors and assertions see. */
export function failed(sample: Sample, failure: HttpFailure): Sample {
  sample.code = failure.code;
  sample.message = failure.text;
  sample.success = false;
  sample.unknown = failure.lost;
  sample.type = 'text';
  sample.response = new HttpResponse('', '', Buffer.from(`${failure.type}: ${failure.message}\n`), '');
  return sample;
}

/** Another sample of the same, without those below it. */
export const copyOf = (sample: Sample): Sample => ({ ...sample, assertions: [], children: [] });

/** Puts a sample below another, which then ends no earlier and has its bytes too. */
export function addChild(parent: Sample, child: Sample): void {
  const end = child.start + child.elapsed + child.idle;
  parent.elapsed = Math.max(parent.elapsed, end - parent.start - parent.idle);
  parent.received += child.received;
  parent.sent += child.sent;
  nameChild(parent, child);
}

/** Puts a sample below another that has its time and bytes already. */
export function nameChild(parent: Sample, child: Sample): void {
  child.label = `${parent.label}-${parent.children.length}`;
  parent.children.push(child);
}
