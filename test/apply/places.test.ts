import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { placeFindings } from '../../src/apply/places.ts';
import type { ImageFile } from '../../src/domain/desired.ts';
import type { Asset, ServiceSpec } from '../../src/domain/spec.ts';
import { imageFiles } from '../../src/plan/files.ts';
import { imagesOf } from '../../src/plan/images.ts';
import { targetComplaint } from '../../src/spec/rules-targets.ts';
import { dotted } from '../../src/spec/source.ts';
import { bareWorld, desiredFor, noAssets, specOf } from '../rig/world.ts';

const file = { bytes: new Uint8Array() };
const app: Asset = {
  entries: [
    { path: 'b', kind: 'directory', mode: 0o755 },
    { path: 'b/c', kind: 'file', mode: 0o644, bytes: new Uint8Array() },
    { path: 'now', kind: 'link', to: 'b' },
    { path: 'tmp', kind: 'directory', mode: 0o755 },
  ],
};
const sources = { file, app };

function serviceOf(web: string): ServiceSpec {
  const [service] = specOf(
    `{ version: 1, name: shop, machines: { hosts: [m1] }, services: { web: { port: 80, ${web} } } }`,
  ).services;
  return service as ServiceSpec;
}

const found = (web: string) =>
  placeFindings(serviceOf(web), sources).map(({ path, message }) => `${dotted(path.slice(2))}: ${message}`);

describe('what can’t lie where the file wants it', () => {
  test.each([
    [
      'a file below a file',
      'files: [{ source: file, target: /opt/app }, { source: file, target: /opt/app/x/y }]',
      "files[1].target: `/opt/app/x/y` can't lie in `/opt/app`, which is a file",
    ],
    [
      'a directory below a file',
      'files: [{ source: app, target: /opt/app/b }, { source: file, target: /opt/app }]',
      "files[0].target: `/opt/app/b` can't lie in `/opt/app`, which is a file",
    ],
    [
      'a file in place of a directory',
      'files: [{ source: app, target: /opt/app }, { source: file, target: /opt/app/b }]',
      'files[0].target: `/opt/app/b` would be a file and a directory',
    ],
    [
      'a directory in place of a file',
      'files: [{ source: app, target: /opt/app/b/c }, { source: app, target: /opt/app }]',
      'files[0].target: `/opt/app/b/c` would be a file and a directory',
    ],
    [
      'a file behind a link',
      'files: [{ source: app, target: /opt/app }, { source: file, target: /opt/app/now/x }]',
      "files[1].target: `/opt/app/now/x` can't lie in `/opt/app/now`, which is a link",
    ],
    [
      'secrets in one another',
      'secrets: { A: { env: A, target: /run/a }, B: { env: B, target: /run/a/b } }',
      "secrets.B.target: `/run/a/b` can't lie in `/run/a`, which is a file",
    ],
    [
      'a secret in a file of a directory',
      'files: [{ source: app, target: /opt/app }], secrets: { A: { env: A, target: /opt/app/b/c/d } }',
      "secrets.A.target: `/opt/app/b/c/d` can't lie in `/opt/app/b/c`, which is a file",
    ],
    [
      'a working directory that is a file',
      'files: [{ source: file, target: /opt/app }], command: node, working_dir: /opt/app',
      'working_dir: `/opt/app` is a file, and no program can start in it',
    ],
    [
      'a working directory below one',
      'files: [{ source: file, target: /opt/app }], command: node, working_dir: /opt/app/x',
      'working_dir: `/opt/app` is a file, and no program can start in it',
    ],
    [
      'what a directory puts where nothing stays',
      'files: [{ source: app, target: /var }]',
      'files[0].source: nothing stays in `/var/tmp`: what an image has there is gone when an instance starts',
    ],
  ])('%s', (_, web, expected) => expect(found(web)).toEqual([expected]));

  test.each([
    [
      'files and secrets in a directory',
      'files: [{ source: app, target: /a }, { source: file, target: /a/x }], secrets: { A: { env: A, target: /a/y } }',
    ],
    ['a file in place of one in a directory', 'files: [{ source: app, target: /a }, { source: file, target: /a/b/c }]'],
    ['directories in one another', 'files: [{ source: app, target: /a/b }, { source: app, target: /a }]'],
    [
      'a program that starts in a directory, or by a link to it',
      'files: [{ source: app, target: /a }], command: node, working_dir: /a/now',
    ],
    [
      'a source that can’t be read, which is told elsewhere',
      'files: [{ source: no, target: /a }, { source: file, target: /a/b }]',
    ],
  ])('but %s can', (_, web) => expect(found(web)).toEqual([]));
});

describe('what Relevo itself writes into instances', () => {
  const text = `{ version: 1, name: shop, machines: { hosts: [m1] }, balancer: { algorithm: resource }, services: {
    web: { port: 80, packages: [apache2] },
    api: { port: 80, route: { path: /a }, command: node, environment: { A: b }, secrets: { A: { env: A, target: /run/a } } } } }`;

  it('is no target', () => {
    const spec = specOf(text);
    const images = imagesOf(spec, noAssets).filter(({ name }) => name !== 'balancer');
    const own = [
      ...images.flatMap(({ recipe }) => recipe.files),
      ...desiredFor(spec, bareWorld).instances.flatMap(({ files }) => files),
    ];
    const targets = [...new Set(own.map(({ target }) => target))];
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.filter((target) => targetComplaint(target) === undefined)).toEqual([]);
  });
});

describe('any files', () => {
  const target = fc
    .array(fc.constantFrom('b', 'c', 'now', 'x'), { maxLength: 3 })
    .map((below) => ['/srv', ...below].join('/'));
  const entry = fc.record({ source: fc.constantFrom('file', 'app'), target, template: fc.constant(false) });
  const some = fc.uniqueArray(entry, { minLength: 1, maxLength: 4, selector: (each) => each.target });
  const plain = serviceOf('packages: [apache2]');

  it('are refused, or each lies in the image once, and none below a file', () => {
    const met = { refused: 0, taken: 0 };
    fc.assert(
      fc.property(some, (files) => {
        const service = { ...plain, files };
        const isRefused = placeFindings(service, sources).length > 0;
        met[isRefused ? 'refused' : 'taken'] += 1;
        const carried = imageFiles(service, { ...noAssets, files: sources });
        expect(isRefused ? [] : impossible(carried)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(met.refused, met.taken)).toBeGreaterThan(200);
  });
});

function impossible(files: readonly ImageFile[]): string[] {
  const targets = files.map(({ target }) => target);
  const solid = files.filter(({ kind }) => kind !== 'directory').map(({ target }) => `${target}/`);
  return targets.filter((each, at) => targets.indexOf(each) < at || solid.some((file) => each.startsWith(file)));
}
