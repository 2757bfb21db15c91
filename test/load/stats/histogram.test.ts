import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../src/load/stats/histogram.ts';

const percents = [0, 1, 50, 90, 95, 99, 99.9, 99.99, 100];
/** Microseconds, of every size alike. */
const microseconds = fc.double({ min: 0, max: 31.7, noNaN: true }).map((power) => Math.floor(2 ** power));
const hour = 3_600_000_000;

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value / 1000);
  return histogram;
}

const told = (histogram: Histogram) => ({
  ...{ count: histogram.count, sum: histogram.sum, min: histogram.min, max: histogram.max },
  percentiles: percents.map((percent) => histogram.percentile(percent)),
});

describe('a histogram', () => {
  it('tells what an HDR histogram of three digits does, whatever was recorded', () => {
    fc.assert(
      fc.property(fc.array(microseconds, { minLength: 1, maxLength: 300 }), (values) => {
        const reference = build({
          lowestDiscernibleValue: 1,
          highestTrackableValue: hour,
          numberOfSignificantValueDigits: 3,
        });
        const kept = values.map((value) => Math.min(value, hour));
        for (const value of kept) reference.recordValue(value);
        const histogram = histogramOf(values);
        for (const percent of percents.slice(1)) {
          const wanted = Math.min(reference.getValueAtPercentile(percent), Math.max(...kept));
          expect(histogram.percentile(percent)).toBe(wanted / 1000);
        }
        expect(histogram.mean).toBeCloseTo(kept.reduce((sum, value) => sum + value, 0) / kept.length / 1000, 6);
      }),
    );
  });

  it('adds up exactly, encoded or not', () => {
    fc.assert(
      fc.property(fc.array(fc.array(microseconds, { maxLength: 50 }), { maxLength: 6 }), (parts) => {
        const [added, decoded] = [new Histogram(), new Histogram()];
        for (const part of parts) {
          added.add(histogramOf(part));
          decoded.addEncoded(JSON.parse(JSON.stringify(histogramOf(part).encode())));
        }
        const whole = told(histogramOf(parts.flat()));
        expect([told(added), told(decoded)]).toEqual([whole, whole]);
      }),
    );
  });

  it('is empty at first, and again when it is cleared', () => {
    const histogram = histogramOf([5, 70_000]);
    histogram.clear();
    expect(told(histogram)).toEqual(told(new Histogram()));
    expect([histogram.percentile(99), histogram.mean, histogram.encode()]).toEqual([0, 0, '0 0 0 0']);
  });

  it('takes what can’t be for none or an hour', () => {
    const histogram = new Histogram();
    for (const value of [-3, Number.NaN, 0.0004, 1e12, Number.POSITIVE_INFINITY]) histogram.record(value);
    expect(told(histogram)).toMatchObject({ count: 5, min: 0, max: hour, sum: 2 * hour });
    expect(histogram.percentile(60)).toBe(0);
  });
});
