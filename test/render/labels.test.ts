import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { machineLabels } from '../../src/adapters/local/labels.ts';
import { type Labels, labelsConfig, labelsOf } from '../../src/render/labels.ts';

const one: { [K in keyof Labels]: fc.Arbitrary<Labels[K]> } = {
  ...{ kind: fc.string(), image: fc.string(), hash: fc.string(), service: fc.string(), role: fc.string() },
  ...{ health: fc.string(), config: fc.string(), files: fc.string(), checks: fc.string() },
  ...{ forwards: fc.string(), controller: fc.string(), complete: fc.boolean() },
  further: fc.array(fc.nat()),
  ...{ slot: fc.nat(), number: fc.nat(), port: fc.nat(), grace: fc.double({ min: 0, max: 1e6, noNaN: true }) },
};

it('what is written on a machine is what is read there', () => {
  const words = { kind: fc.string(), image: fc.string(), cut: fc.string() };
  const more = { 'cut.record': fc.string(), 'cut.watcher': fc.string(), complete: fc.boolean(), joined: fc.boolean() };
  fc.assert(
    fc.property(fc.record({ ...words, ...more }, { requiredKeys: [] }), (labels) => {
      expect(machineLabels.of({ ...machineLabels.config(labels), 'user.other': 'x' })).toEqual(labels);
    }),
  );
});

it('what is written on an instance is what is read there, and nothing else', () => {
  fc.assert(
    fc.property(fc.record(one, { requiredKeys: [] }), (labels) => {
      const found = labelsOf({ ...labelsConfig(labels), 'boot.autostart': 'true', 'user.other': 'x' });
      expect(found).toEqual(labels);
    }),
  );
});

it('labels are spelt nowhere else', () => {
  const others = globSync('src/**/*.ts').filter(
    (path) => path !== 'src/render/labelling.ts' && readFileSync(path, 'utf8').includes('user.relevo.'),
  );
  expect(others).toEqual([]);
});
