import { describe, expect, it } from 'vitest';
import { type Proposal, up } from '../../src/app/up.ts';
import { VirtualCluster } from '../rig/virtual-cluster.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 3 }
balancer: { place: [m1], publish: 8080 }
`;

/** An instance is stopped; `meanwhile` happens while somebody reads the plan. Resolves to all that was asked. */
async function asked(meanwhile: (cluster: VirtualCluster) => void): Promise<Proposal[]> {
  const cluster = await VirtualCluster.after(text);
  cluster.world.end(cluster.world.instance('web-1'));
  const proposals: Proposal[] = [];
  const ask = async (proposal: Proposal) => {
    if (proposals.push(proposal) === 1) meanwhile(cluster);
  };
  await cluster.clock.until(up(cluster.command(text).project, { given: false, ask }));
  return proposals;
}

const kinds = ({ steps }: Proposal) => steps.flatMap(({ id, kind }) => (id === 'instance web-1' ? [kind] : []));

describe('who agreed to a plan', () => {
  it('is not asked again where it is still the same', async () => {
    expect((await asked(() => {})).map(kinds)).toEqual([['instance.start']]);
  });

  it('is asked again where the same instance would get another step', async () => {
    const proposals = await asked(({ world }) => {
      const instance = world.instance('web-1');
      instance.config = { ...instance.config, 'user.relevo.hash': 'of another file' };
    });
    expect(proposals.map(({ again }) => again)).toEqual([false, true]);
    expect(proposals.map(kinds)).toEqual([['instance.start'], ['instance.replace']]);
  });
});
