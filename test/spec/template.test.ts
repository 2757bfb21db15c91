import { describe, expect, test } from 'vitest';
import { checkTemplate, renderTemplate, templateValues, templateVariables } from '../../src/spec/template.ts';
import { brief } from './helpers.ts';

const values = templateValues({ project: 'demo', service: 'web', number: 1, machine: 'm2' });

describe('templates', () => {
  test('what each variable says', () => {
    expect(values).toEqual({
      'project.name': 'demo',
      'service.name': 'web',
      'instance.name': 'web-1',
      'instance.number': '1',
      'instance.label': 'Web01',
      'instance.title': 'Web 1',
      'machine.name': 'm2',
    });
    expect(Object.keys(values)).toEqual([...templateVariables]);
  });

  test('labels go on beyond two digits', () => {
    expect(templateValues({ project: 'demo', service: 'web', number: 123, machine: 'm2' })['instance.label']).toBe(
      'Web123',
    );
  });

  test('render, with and without spaces, and leave the rest alone', () => {
    expect(renderTemplate('a', '{{instance.title}} on {{ machine.name }} {x} }} $& \\{{literal}}', values)).toEqual({
      ok: true,
      text: 'Web 1 on m2 {x} }} $& {{literal}}',
    });
  });

  test('all mistakes at once, where they stand', () => {
    const text = 'a\n  {{machine.nane}} {{instance}}\n{{ open\n{{}}';
    const known = `known are ${templateVariables.join(', ')}; for a literal \`{{\` write \`\\{{\``;
    expect(brief(checkTemplate('page.html', text))).toEqual([
      '2:3 unknown variable `machine.nane` (did you mean `machine.name`?)',
      '2:20 unknown variable `instance` (did you mean `instance.name`?)',
      '3:1 this `{{` has no `}}` in its line (for a literal `{{` write `\\{{`)',
      `4:1 unknown variable \`\` (${known})`,
    ]);
    expect(renderTemplate('page.html', text, values)).toMatchObject({ ok: false });
  });
});
