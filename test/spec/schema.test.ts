import { describe, expect, test } from 'vitest';
import { defaults } from '../../src/spec/defaults.ts';
import { jsonSchema } from '../../src/spec/schema.ts';

type Json = Record<string, unknown>;

const schema: Json = jsonSchema();

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every schema inside `node`, by its path. */
function schemasIn(node: Json, path: string): [string, Json][] {
  const properties = isObject(node['properties']) ? Object.entries(node['properties']) : [];
  const options = Array.isArray(node['anyOf']) ? node['anyOf'].map((each, index) => [`<${index}>`, each]) : [];
  const nested = [['<item>', node['items']], ['<value>', node['additionalProperties']], ...options, ...properties];
  const below = nested.flatMap(([name, child]) => (isObject(child) ? schemasIn(child, `${path}.${name}`) : []));
  return [[path, node], ...below];
}

const all = schemasIn(schema, '$');

describe('jsonSchema', () => {
  test('is a published draft 2020-12 schema', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:relevo:schema:1',
      title: 'Relevo file',
      required: ['version', 'name', 'machines', 'services'],
    });
  });

  test('describes every key', () => {
    const keys = all.filter(([path]) => !path.endsWith('>'));
    expect(keys.length).toBeGreaterThan(30);
    expect(keys.filter(([, each]) => typeof each['description'] !== 'string').map(([path]) => path)).toEqual([]);
  });

  test('allows no unknown key anywhere', () => {
    const open = all.filter(([, each]) => 'properties' in each && each['additionalProperties'] !== false);
    expect(open.map(([path]) => path)).toEqual([]);
  });

  test('publishes the defaults that the loader fills in', () => {
    const published = all.flatMap(([path, each]) =>
      'default' in each ? [[path.replace(/^.*?\.(?=(tls\.)?[^.]+$)/, ''), each['default']]] : [],
    );
    expect(Object.fromEntries(published)).toEqual({
      provider: defaults.provider,
      image: defaults.image,
      template: defaults.template,
      mode: defaults.secretMode,
      working_dir: defaults.workingDir,
      stop_signal: defaults.stopSignal,
      protocol: defaults.protocol,
      path: defaults.healthPath,
      status: defaults.healthStatus,
      timeout: defaults.healthTimeout,
      interval: defaults.healthInterval,
      start_period: defaults.startPeriod,
      replicas: defaults.replicas,
      algorithm: defaults.algorithm,
      publish: defaults.publish,
      'tls.publish': defaults.tlsPublish,
      'tls.redirect': defaults.redirect,
      stats: false,
      internal: defaults.internal,
      sticky: defaults.sticky,
      idempotent: defaults.idempotent,
      connect: defaults.connectTimeout,
      server: defaults.serverTimeout,
      queue: defaults.queueTimeout,
      tunnel: defaults.tunnelTimeout,
      drain: defaults.drainTimeout,
      stop_grace_period: defaults.stopGracePeriod,
      kind: defaults.backupKind,
      ramp_up: defaults.rampUp,
      pace: defaults.pace,
      hypervisor: defaults.hypervisor,
    });
  });

  test('has patterns that a JSON Schema validator can compile, and that their examples match', () => {
    for (const [path, { pattern, examples }] of all) {
      if (typeof pattern !== 'string') continue;
      const compiled = new RegExp(pattern, 'u');
      for (const example of Array.isArray(examples) ? examples : []) expect(example, path).toMatch(compiled);
    }
  });
});
