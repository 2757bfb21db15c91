import type { LoadFigures, Percentiles } from '../../domain/load.ts';
import type { Sample } from '../sample.ts';
import type { FiguresDelta, Inside } from './delta.ts';
import { Histogram } from './histogram.ts';

/** APDEX, of the same times as percentiles: milliseconds up to which an answer satisfies, and up to which it is tolerated; JMeter's defaults. */
const satisfying = 500;
const tolerable = 1500;

export const nothingInside: Inside = { requests: 0, failed: 0 };

/** What is counted of one label, one server, or all samples. */
export class Figures {
  ok = 0;
  failed = 0;
  unknown = 0;
  received = 0;
  sent = 0;
  satisfied = 0;
  tolerated = 0;
  readonly service = new Histogram();
  response: Histogram | undefined;
  inside: Inside | undefined;

  get samples(): number {
    return this.service.count;
  }

  record(sample: Sample): void {
    const { elapsed, intended } = sample;
    if (sample.success) {
      const time = intended === undefined ? elapsed : sample.start + elapsed - intended;
      this.ok += 1;
      if (time <= satisfying) this.satisfied += 1;
      else if (time <= tolerable) this.tolerated += 1;
    } else if (sample.unknown) this.unknown += 1;
    else this.failed += 1;
    this.received += sample.received;
    this.sent += sample.sent;
    this.service.record(elapsed);
    if (intended === undefined) return;
    this.response ??= new Histogram();
    this.response.record(sample.start + elapsed - intended);
  }

  add(delta: FiguresDelta): void {
    this.#count(delta);
    if (delta.inside !== undefined) this.addInside(delta.inside);
    this.service.addEncoded(delta.service);
    if (delta.response !== undefined) this.#responses().addEncoded(delta.response);
  }

  addInside({ requests, failed }: Inside): void {
    const { inside = nothingInside } = this;
    this.inside = { requests: inside.requests + requests, failed: inside.failed + failed };
  }

  /** All but what is inside transactions. Beside samples with an intended start, those without one began on time. */
  addFigures(other: Figures): void {
    if (other.response !== undefined && this.response === undefined) this.#responses().add(this.service);
    this.response?.add(other.response ?? other.service);
    this.#count(other);
    this.service.add(other.service);
  }

  /** Gives what was recorded, and begins anew. */
  take(name: string): FiguresDelta {
    const { ok, failed, unknown, received, sent, satisfied, tolerated, inside } = this;
    const delta = {
      ...{ name, ok, failed, unknown, received, sent, satisfied, tolerated },
      service: this.service.encode(),
      ...(this.response !== undefined && this.response.count > 0 && { response: this.response.encode() }),
      ...(inside !== undefined && { inside }),
    };
    this.ok = this.failed = this.unknown = this.received = this.sent = this.satisfied = this.tolerated = 0;
    if (inside !== undefined) this.inside = nothingInside;
    this.service.clear();
    this.response?.clear();
    return delta;
  }

  #count(from: Omit<FiguresDelta, 'name' | 'service' | 'response' | 'inside'>): void {
    this.ok += from.ok;
    this.failed += from.failed;
    this.unknown += from.unknown;
    this.received += from.received;
    this.sent += from.sent;
    this.satisfied += from.satisfied;
    this.tolerated += from.tolerated;
  }

  #responses(): Histogram {
    this.response ??= new Histogram();
    return this.response;
  }
}

/** Rates are of the whole run, so that they add up. */
export function loadFigures(name: string, figures: Figures, seconds: number): LoadFigures {
  const { samples, ok, failed, unknown, received, sent, satisfied, tolerated, service, response } = figures;
  const perSecond = (amount: number) => (seconds > 0 ? amount / seconds : 0);
  const each = (amount: number) => (samples > 0 ? amount / samples : 0);
  return {
    ...{ name, samples, ok, failed, unknown },
    errorPercent: each(100 * (failed + unknown)),
    rate: perSecond(samples),
    receivedPerSecond: perSecond(received),
    sentPerSecond: perSecond(sent),
    averageBytes: each(received),
    apdex: each(satisfied + tolerated / 2),
    service: percentilesOf(service),
    ...(response !== undefined && { response: percentilesOf(response) }),
  };
}

export function percentilesOf(histogram: Histogram): Percentiles {
  return {
    min: histogram.min / 1000,
    mean: histogram.mean,
    median: histogram.percentile(50),
    p90: histogram.percentile(90),
    p95: histogram.percentile(95),
    p99: histogram.percentile(99),
    p999: histogram.percentile(99.9),
    max: histogram.max / 1000,
  };
}
