import { expect, it } from 'vitest';
import { Wire } from '../rig/fake-lxd/wire.ts';
import { VirtualCluster } from '../rig/virtual-cluster.ts';

const file = (instances: number) => `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: ${instances - 1}, backups: 1, place: [m1, m2, m3] }
balancer: { place: [m1, m2], replicas: 2, publish: 8080 }
`;

/** Calls of LXD's API by both controllers in two minutes in which nothing happens. */
async function callsOf(instances: number): Promise<Record<string, number>> {
  const cluster = await VirtualCluster.after(file(instances));
  await cluster.clock.run(60_000);
  const counts: Record<string, number> = {};
  const { call } = Wire.prototype;
  Wire.prototype.call = function (this: Wire, request, effect) {
    counts[request.what] = (counts[request.what] ?? 0) + 1;
    return call.call(this, request, effect) as never;
  };
  try {
    await cluster.clock.run(120_000);
  } finally {
    Wire.prototype.call = call;
  }
  return counts;
}

it('costs few calls of LXD’s API, and no more where more instances stand still', async () => {
  const [few, many] = [await callsOf(3), await callsOf(32)];
  const most = { 'updated alias mark.lease': 120, 'alias mark.lease': 120, images: 8, instances: 8 };
  for (const counts of [few, many]) {
    expect(Object.keys(counts).sort()).toEqual(Object.keys(most).sort());
    for (const [what, limit] of Object.entries(most)) expect(counts[what], what).toBeLessThanOrEqual(limit);
  }
});
