import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { Step } from '../../src/domain/step.ts';
import { viewOf } from '../../src/plan/view.ts';
import { bareWorld, noAssets, planFor, repairsFor, specOf, withCluster, worldAfter } from '../rig/world.ts';

const file = (api = '', web = '') =>
  specOf(`version: 1
name: shop
machines: { hosts: [m1, m2] }
services:
  api: { command: [/bin/api], port: 3000, replicas: 2, route: { path: /api }, release_command: [/bin/migrate]${api} }
  web: { packages: [apache2], port: 80${web} }
`);

/** Ids of the steps that must have been done before this one. */
function earlierThan(steps: readonly Step[], id: string): Set<string> {
  const found = new Set<string>();
  const visit = (each: string) => {
    for (const earlier of steps.find((step) => step.id === each)?.after ?? []) {
      if (!found.has(earlier)) visit(earlier);
      found.add(earlier);
    }
  };
  visit(id);
  return found;
}

const ids = (steps: readonly Step[]) => steps.map(({ id }) => id);

describe('a release command', () => {
  it('is run before the first instances are made', () => {
    const steps = planFor(file(), bareWorld);
    expect(earlierThan(steps, 'instance api-1')).toContain('release api');
    expect(earlierThan(steps, 'instance api-2')).toContain('release api');
    expect(earlierThan(steps, 'instance web-1')).not.toContain('release api');
    expect(earlierThan(steps, 'release api')).toContain('configure');
  });

  it('is run once: what was written down is not run again', () => {
    expect(planFor(file(), worldAfter(file()))).toEqual([]);
  });

  it('is run again where nothing was written down: it failed, or whoever ran it was killed', () => {
    const world = withCluster(worldAfter(file()), () => ({ releases: {} }));
    expect(ids(planFor(file(), world))).toEqual(['release api']);
  });

  it.each([
    ['the image', ', run: [echo]'],
    ['the program', ', stop_signal: SIGINT'],
    ['the environment', ', environment: { A: b }'],
  ])('is another release when %s changes, before any instance is replaced', (_, change) => {
    const steps = planFor(file(change), worldAfter(file()));
    expect(earlierThan(steps, 'instance api-1')).toContain('release api');
    expect(earlierThan(steps, 'instance api-2')).toContain('release api');
  });

  it.each([
    ['for the environment', '{ env: KEY }'],
    ['in a file', '{ env: KEY, target: /etc/api/key }'],
    ['in memory', '{ env: KEY, target: /run/secrets/key }'],
  ])('is another release with another secret %s', (_, secret) => {
    const shop = file(`, secrets: { KEY: ${secret} }`);
    const holding = (key: string) => ({ ...noAssets, secrets: { 'api/KEY': new Secret(key) } });
    const world = worldAfter(shop, holding('a'));
    expect(planFor(shop, world, holding('a'))).toEqual([]);
    expect(ids(planFor(shop, world, holding('b')))).toContain('release api');
  });

  it.each([
    ['replicas', file(', limits: { cpu: 1 }')],
    ['another service', file('', ', environment: { A: b }')],
  ])('is none of it when only something else changes: %s', (_, changed) => {
    expect(ids(planFor(changed, worldAfter(file())))).not.toContain('release api');
  });

  it('is nothing that controllers run', () => {
    const world = withCluster(worldAfter(file()), ({ instances }) => ({
      releases: {},
      instances: instances.filter(({ name }) => name !== 'api-1'),
    }));
    expect(ids(repairsFor(file(), viewOf(world)))).toContain('instance api-1');
    expect(ids(repairsFor(file(), viewOf(world)))).not.toContain('release api');
  });
});

describe('a service that depends on another one', () => {
  const waits = ', depends_on: [api]';

  it('gets its first instances once the others are UP, and its own are waited for then', () => {
    const steps = planFor(file('', waits), bareWorld);
    const earlier = earlierThan(steps, 'instance web-1');
    expect([...earlier]).toEqual(expect.arrayContaining(['release api', 'instance api-1', 'balance balancer-1']));
    const told = steps.find(({ id }) => id === 'balance balancer-1');
    expect(told?.kind === 'balancer.configure' && told.awaits).toEqual(['api-1', 'api-2']);
    const last = steps.find(({ id }) => id === 'await web balancer-1');
    expect(last?.kind === 'balancer.configure' && last.awaits).toEqual(['web-1']);
    expect(earlierThan(steps, 'publish').size).toBeGreaterThan(0);
  });

  it('is replaced, and its stand-in made, after all of the others', () => {
    const change = ', environment: { A: b }';
    const steps = planFor(file(change, `${waits}${change}`), worldAfter(file('', waits)));
    for (const id of ['instance web-1', 'instance web-2'])
      expect([...earlierThan(steps, id)]).toEqual(expect.arrayContaining(['instance api-1', 'instance api-2']));
    expect(earlierThan(steps, 'settle balancer-1')).toContain('await web balancer-1');
  });

  it('starts again by itself, without waiting', () => {
    const world = withCluster(worldAfter(file('', waits)), ({ instances }) => ({
      instances: instances.map((each) => ({ ...each, state: each.kind === 'service' ? 'stopped' : each.state })),
    }));
    const steps = planFor(file('', waits), world);
    expect(earlierThan(steps, 'instance web-1')).toEqual(new Set());
  });
});

describe('no replicas', () => {
  it('take the instances away, backups too, and the balancer goes on', () => {
    const text = (replicas: number) =>
      specOf(
        `version: 1\nname: shop\nmachines: { hosts: [m1, m2] }\nservices: { web: { port: 80, replicas: ${replicas}, backups: 1 } }\n`,
      );
    const steps = planFor(text(0), worldAfter(text(2)));
    expect(ids(steps)).toEqual(
      expect.arrayContaining(['remove web-1', 'remove web-2', 'remove web-3', 'settle balancer-1']),
    );
    expect(planFor(text(0), worldAfter(text(0)))).toEqual([]);
  });
});
