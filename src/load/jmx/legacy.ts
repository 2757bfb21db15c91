import type { Item, Properties, Property } from './element.ts';

/**
 * What older JMeters called otherwise, and JMeter itself renames when it opens a plan (its upgrade.properties and
 * HTTPSamplerBase.mergeFileProperties), for what Relevo knows.
 */

const forms: Readonly<Record<string, string>> = {
  UrlConfigGui: 'HttpDefaultsGui',
  ConstantThroughputTimerGui: 'TestBeanGUI',
};

const kinds: Readonly<Record<string, string>> = {
  'org.apache.jmeter.assertions.Assertion': 'ResponseAssertion',
  'org.apache.jmeter.protocol.http.sampler.HTTPSamplerFull': 'HTTPSampler',
};

const properties: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ConstantThroughputTimer: { 'ConstantThroughputTimer.throughput': 'throughput' },
  Header: { 'TestElement.name': 'Header.name' },
};

/** JMeter's own classes have short names in plans, but are understood by their full ones too; those of plugins have no others. */
export function kindOf(name: string): string {
  return kinds[name] ?? short(name);
}

export function formOf(name: string): string {
  const form = short(name);
  return forms[form] ?? form;
}

export function propertyNameOf(kind: string, name: string): string {
  return properties[kind]?.[name] ?? name;
}

/** Up to 2.3 a sampler had one file to upload, in three properties; now it has a list. */
export function withFileList(properties: Properties): Properties {
  const file = properties.get(legacyFile.path);
  if (typeof file !== 'string') return properties;
  const left = new Map(properties);
  for (const name of Object.values(legacyFile)) left.delete(name);
  if (file.trim() === '') return left;
  const part = (name: string) => properties.get(name) ?? '';
  const entry = new Map<string, Property>([
    ['File.path', file],
    ['File.paramname', part(legacyFile.parameter)],
    ['File.mimetype', part(legacyFile.type)],
  ]);
  const first: Item = { name: file, value: { kind: 'HTTPFileArg', properties: entry } };
  return left.set('HTTPsampler.Files', {
    kind: 'HTTPFileArgs',
    properties: new Map([['HTTPFileArgs.files', [first, ...filesIn(left)]]]),
  });
}

const legacyFile = {
  path: 'HTTPSampler.FILE_NAME',
  parameter: 'HTTPSampler.FILE_FIELD',
  type: 'HTTPSampler.mimetype',
} as const;

function filesIn(properties: Properties): readonly Item[] {
  const list = properties.get('HTTPsampler.Files');
  const files =
    typeof list === 'object' && 'properties' in list ? list.properties.get('HTTPFileArgs.files') : undefined;
  return Array.isArray(files) ? files : [];
}

function short(name: string): string {
  return name.startsWith('org.apache.jmeter.') ? name.slice(name.lastIndexOf('.') + 1) : name;
}
