import { describe, expect, it } from 'vitest';
import { long, seed } from '../properties/settings.ts';
import { type AnyFile, anyFiles } from '../rig/any-file.ts';
import { figure } from '../rig/figures.ts';
import { Programs } from '../rig/late-refusals.ts';

const together = 1000;
const files = Number(process.env['RELEVO_FUZZ'] ?? (long ? 200_000 : together));
/** Texts are drawn anew so often. */
const perSeed = 10_000;

const take = (source: Generator<AnyFile, never>, count: number) =>
  Array.from({ length: count }, () => source.next().value);

describe('what becomes of any file that the schema accepts', () => {
  it('is accepted by HAProxy, systemd and keepalived', { timeout: files * 100 + 60_000 }, () => {
    using programs = new Programs();
    for (let done = 0; done < files; done += perSeed) {
      const source = anyFiles(seed + done);
      for (let count = 0; count < Math.min(perSeed, files - done); count += together) {
        const refused = programs.refusals(take(source, together));
        expect(refused, `seed ${seed + done}`).toEqual([]);
      }
    }
    figure(`late refusals: none, seed ${seed}, ${JSON.stringify(programs.read)}`);
  });

  it('would not be accepted if it were wrong', () => {
    using programs = new Programs();
    const bad = take(anyFiles(7), 20);
    const [first, second, third] = bad as [AnyFile, AnyFile, AnyFile];
    const [service] = first.spec.services as [AnyFile['spec']['services'][number]];
    const spoilt = [
      { ...first, spec: { ...first.spec, services: [{ ...service, haproxy: ['balances roundrobin'] }] } },
      { ...second, spec: { ...second.spec, services: [{ ...service, command: ['bin/"x'] }] } },
      {
        ...third,
        spec: {
          ...third.spec,
          balancer: { ...third.spec.balancer, vip: '198.18.7.999', addresses: ['198.18.7.2', '198.18.7.3'] },
        },
      },
    ];
    const refused = programs.refusals([...bad.slice(3, 5), ...spoilt, ...bad.slice(5)]);
    expect(refused.map(({ program }) => program)).toEqual(['HAProxy 2.6', 'HAProxy 3.0', 'systemd', 'keepalived']);
    expect(refused.map(({ said }) => said)).toMatchObject(
      [/balances/, /balances/, /special characters/, /198.18.7.999/].map((each) => expect.stringMatching(each)),
    );
  });
});
