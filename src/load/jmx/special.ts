/** What JMeter writes as attributes of an element, by the names that they have among its properties. */
export const names = {
  form: 'TestElement.gui_class',
  kind: 'TestElement.test_class',
  name: 'TestElement.name',
  enabled: 'TestElement.enabled',
} as const;

export const attributes: readonly (readonly [attribute: string, property: string])[] = [
  ['guiclass', names.form],
  ['testclass', names.kind],
  ['testname', names.name],
  ['enabled', names.enabled],
];
