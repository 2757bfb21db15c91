import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSpec } from '../../src/spec/load.ts';
import { long, runs } from '../properties/settings.ts';
import { anyFile } from '../rig/any-file.ts';
import { selfSigned } from '../rig/certificate.ts';
import { figure } from '../rig/figures.ts';
import { configOf, HaproxyBatch } from '../rig/haproxy-batch.ts';
import { haproxyVersions } from '../rig/haproxy-versions.ts';

/** Files for each version; so many of them are one HAProxy's. */
const files = Number(process.env['RELEVO_FUZZ'] ?? (long ? 20_000 : 200));
const together = 50;
const pem = String(selfSigned().content);

/** As it would be written. */
function configFor(file: object): string {
  const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(stringify(file)));
  if (!loaded.ok)
    throw new Error(`refused: ${JSON.stringify(loaded.diagnostics.map(({ message, path }) => [path, message]))}`);
  const { balancer } = loaded.spec;
  const { stats: _, ...plain } = balancer; // its password takes 30 ms to hash, and depends on nothing
  return configOf({ ...loaded.spec, balancer: balancer.stats === 8404 ? balancer : plain });
}

describe.each(haproxyVersions)('HAProxy %s', (version) => {
  it('accepts what becomes of any file that the schema accepts', { timeout: files * 2000 + 60_000 }, () => {
    using batch = new HaproxyBatch(version, pem);
    const { seed } = runs(1);
    for (let done = 0; done < files; done += together) {
      const sample = fc.sample(anyFile, { numRuns: together, seed: seed + done });
      const refused = batch.refused(sample.map(configFor));
      const why = refused && `${refused.said}\n${JSON.stringify(sample[refused.index])}\nseed ${seed + done}`;
      expect(why).toBeUndefined();
    }
    figure(`HAProxy ${version} accepts ${files} files, seed ${seed}`);
  });

  it('would not accept what is wrong', () => {
    using batch = new HaproxyBatch(version, pem);
    const good = fc.sample(anyFile, { numRuns: 3, seed: 7 }).map(configFor);
    const bad = (good[1] as string).replace('    balance ', '    balances ');
    expect(batch.refused([...good, bad])).toMatchObject({ index: 3, said: expect.stringContaining('balances') });
  });
});
