import { z } from 'zod';
import { nameComplaint, namePattern, projectName, serviceName } from './names.ts';
import { mapOf, section, text } from './pieces.ts';
import { balancerSection } from './schema-balancer.ts';
import { machinesSection } from './schema-cluster.ts';
import { loadSection } from './schema-load.ts';
import { service } from './schema-service.ts';
import type { Complaint } from './source.ts';

/** The file as the user writes it, short forms and all; `normalise.ts` makes a Spec of it. */

export const schemaId = 'urn:relevo:schema:1';

const version = z
  .literal(1, {
    error: (issue) =>
      typeof issue.input === 'number'
        ? `this Relevo reads version 1, not version ${issue.input}`
        : 'expected the number 1',
  })
  .meta({ description: 'Version of the format of this file.', examples: [1] });

const services = mapOf(
  'a map of services by name',
  text('a name', serviceNameComplaint, { description: 'Name of the service.', pattern: namePattern(serviceName) }),
  service,
  { description: 'What is served, by name. Instances are called after it: `web-1`, `web-2`.', minProperties: 1 },
);

export const fileSchema = section(
  'keys such as `version: 1`',
  {
    version,
    name: text('a name', (name) => nameComplaint(name, projectName), {
      description: 'Name of the project: lower-case letters, digits and hyphens, at most 40.',
      pattern: namePattern(projectName),
      examples: ['miniproyecto'],
    }),
    machines: machinesSection,
    services,
    balancer: balancerSection.optional(),
    load: loadSection.optional(),
  },
  {
    title: 'Relevo file',
    description:
      'Machines, services, their balancer and load plans. Top-level keys that begin with `x-` are left alone: a place for anchors.',
    patternProperties: { '^x-': true },
    examples: [
      {
        version: 1,
        name: 'miniproyecto',
        machines: { provider: 'local', hosts: ['machine1', 'machine2'] },
        services: { web: { packages: ['apache2'], port: 80, replicas: 2 } },
        balancer: { publish: 8080 },
      },
    ],
  },
);

export type SpecFile = z.output<typeof fileSchema>;
export type ServiceFile = SpecFile['services'][string];

/** The published JSON Schema, for editors. */
export function jsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(fileSchema, { target: 'draft-2020-12', io: 'input' });
  return { $schema, $id: schemaId, ...rest };
}

function serviceNameComplaint(name: string): Complaint | undefined {
  if (name === 'balancer')
    return { message: 'a service may not be called `balancer`: the balancers are', hint: 'for example `web`' };
  if (/^relevo(-|$)/.test(name))
    return { message: 'names that begin with `relevo` are Relevo’s own', hint: 'for example `web`' };
  return nameComplaint(name, serviceName);
}
