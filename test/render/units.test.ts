import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stopSignals } from '../../src/domain/spec.ts';
import { imagesOf, unitName } from '../../src/plan/images.ts';
import { secretUnits } from '../../src/render/secrets.ts';
import { packagesDropIn, serviceUnit } from '../../src/render/systemd.ts';
import { fileSchema } from '../../src/spec/schema.ts';
import { hasSystemd, unitComplaints } from '../rig/units-batch.ts';
import { noAssets, specOf, text } from '../rig/world.ts';

const odd = fc.string({ unit: 'binary', maxLength: 12 });
const plain = fc.constantFrom(
  'node',
  '/usr/bin/env',
  'bin/rails',
  './x',
  'a b',
  '%i',
  '$HOME',
  ';',
  '',
  '-x',
  '@x',
  'é',
);
const word = fc.oneof(
  plain,
  odd,
  fc.constantFrom('\\', '"', "'", '\n', '\r', '\t', '%%', '$$', '\u0007', '\u0085', '\\;'),
);
const service = fc.record(
  {
    command: fc.oneof(fc.array(word, { minLength: 1, maxLength: 5 }), odd, plain),
    working_dir: fc.oneof(
      fc.constantFrom('/opt/app', '/a b', '/%h', '/é', '/a//b/'),
      odd.map((each) => `/${each}`),
    ),
    user: fc.oneof(fc.constantFrom('root', 'api', '_x', 'a'.repeat(32)), odd),
    stop_signal: fc.constantFrom(...stopSignals),
    environment: fc.dictionary(fc.constantFrom('A', '_b', 'C9'), odd),
    port: fc.constantFrom(80, 3000),
  },
  { requiredKeys: ['command', 'port'] },
);

const fileOf = (web: object) => ({ version: 1, name: 'shop', machines: { hosts: ['m1'] }, services: { web } });

describe.runIf(hasSystemd)('units that are rendered from files that the rules accept', () => {
  it('are units to systemd', { timeout: 240_000 }, () => {
    const runs = Number(process.env['RELEVO_LONG'] === undefined ? 40 : 2000);
    const batch = fc.array(service, { minLength: 25, maxLength: 25 });
    let accepted = 0;
    fc.assert(
      fc.property(batch, (services) => {
        const good = services.filter((each) => fileSchema.safeParse(fileOf(each)).success);
        const specs = good.flatMap((each) => {
          try {
            return specOf(JSON.stringify(fileOf(each))).services;
          } catch {
            return []; // what only looks at several keys finds
          }
        });
        accepted += specs.length;
        const units = specs.map((each, index) => [`relevo-n${index}.service`, serviceUnit(each)] as const);
        expect(specs.length === 0 ? [] : unitComplaints(Object.fromEntries(units))).toEqual([]);
      }),
      { numRuns: runs },
    );
    expect(accepted).toBeGreaterThan(runs);
  });

  it('are none where the rules would have been needed', () => {
    const bad = { name: 'web', user: 'relevo', workingDir: '/', stopSignal: 'SIGTERM', port: 80, routes: [] } as const;
    for (const program of ['bin/rails', 'a"b', '/opt/', 'x\u0007'])
      expect(unitComplaints({ [unitName(bad)]: serviceUnit({ ...bad, command: [program] }) })).not.toEqual([]);
  });

  it('begin with a drop-in that is one', () => {
    const unit = serviceUnit({
      name: 'web',
      user: 'root',
      workingDir: '/',
      stopSignal: 'SIGINT',
      port: 80,
      routes: [],
      command: ['true'],
    });
    expect(unitComplaints({ 'relevo-web.service': `${unit}\n${packagesDropIn()}` })).toEqual([]);
  });
});

describe('the time that programs have to end', () => {
  it.each([
    ['own', '/etc/systemd/system/relevo-web.service', 'command: api'],
    ['a package’s', '/etc/systemd/system/service.d/relevo.conf', 'packages: [nginx]'],
  ])('is LXD’s to bound and not systemd’s, for %s unit', (_, unit, keys) => {
    const spec = specOf(text.replace('packages: [apache2]', keys));
    const files = imagesOf(spec, noAssets).find(({ name }) => name === 'web')?.recipe.files ?? [];
    expect(files.find(({ target }) => target === unit)?.content).toMatch(/^TimeoutStopSec=infinity$/m);
  });
});

describe('a port that is root’s', () => {
  const may = 'AmbientCapabilities=CAP_NET_BIND_SERVICE\n';
  it.each([
    ['is the program’s to open', '{ command: [api], port: 80 }', true],
    ['too where it is a further one', '{ command: [api], port: 8080, route: [{ path: /a, port: 443 }] }', true],
    ['is root’s own matter', '{ command: [api], port: 80, user: root }', false],
    ['is none from 1024 on', '{ command: [api], port: 1024 }', false],
  ])('%s', (_, web, expected) => {
    const [service] = specOf(
      `{ version: 1, name: shop, machines: { hosts: [m1] }, services: { web: ${web} } }`,
    ).services;
    expect(service && serviceUnit(service).includes(may)).toBe(expected);
  });
});

describe('a secret in memory', () => {
  it('is copied at each start, whatever its path has in it', () => {
    const file = { target: '/run/secrets/a "b" %c', owner: 'api:www-data', mode: 0o440 };
    expect(secretUnits([{ name: 'KEY', from: { env: 'KEY' }, file }]).map(({ content }) => content)).toEqual([
      'C "/run/secrets/a \\"b\\" %%c" 0440 api www-data - /etc/relevo/secrets/KEY\n',
    ]);
  });
});
