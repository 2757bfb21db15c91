import type { Diagnostic } from '../domain/failure.ts';
import { didYouMean } from './nearest.ts';
import { type Complaint, Source } from './source.ts';

/** What a file with `template: true` may ask for between `{{` and `}}`. */
export const templateVariables = [
  'project.name',
  'service.name',
  'instance.name',
  'instance.number',
  'instance.label',
  'instance.title',
  'machine.name',
] as const;

export type TemplateVariable = (typeof templateVariables)[number];
export type TemplateValues = Readonly<Record<TemplateVariable, string>>;
export type Rendered =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** `{{ name }}`, an opening without its end, or `\{{`, which stands for itself. */
const tokens = /\\\{\{|\{\{([^{}\n]*)\}\}|\{\{/g;

export function templateValues(about: {
  project: string;
  service: string;
  number: number;
  machine: string;
}): TemplateValues {
  const { project, service, number, machine } = about;
  const capital = service.charAt(0).toUpperCase() + service.slice(1);
  return {
    'project.name': project,
    'service.name': service,
    'instance.name': `${service}-${number}`,
    'instance.number': String(number),
    'instance.label': `${capital}${String(number).padStart(2, '0')}`,
    'instance.title': `${capital} ${number}`,
    'machine.name': machine,
  };
}

/** All that is wrong with a template, whatever the values. */
export function checkTemplate(file: string, text: string): readonly Diagnostic[] {
  const source = new Source(file, text);
  return [...text.matchAll(tokens)].flatMap((token) => {
    const complaint = tokenComplaint(token[0], token[1]);
    const range = [token.index, token.index + token[0].length] as const;
    return complaint === undefined ? [] : [source.diagnostic(range, [], complaint)];
  });
}

export function renderTemplate(file: string, text: string, values: TemplateValues): Rendered {
  const diagnostics = checkTemplate(file, text);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return {
    ok: true,
    text: text.replace(tokens, (token, name?: string) =>
      isVariable(name?.trim()) ? values[name.trim() as TemplateVariable] : token.replace('\\', ''),
    ),
  };
}

function tokenComplaint(token: string, inside: string | undefined): Complaint | undefined {
  const name = inside?.trim();
  if (token.startsWith('\\') || isVariable(name)) return undefined;
  if (name === undefined)
    return { message: 'this `{{` has no `}}` in its line', hint: 'for a literal `{{` write `\\{{`' };
  const guess = didYouMean(name, templateVariables);
  return {
    message: `unknown variable \`${name}\``,
    hint: guess ?? `known are ${templateVariables.join(', ')}; for a literal \`{{\` write \`\\{{\``,
  };
}

function isVariable(name: string | undefined): name is TemplateVariable {
  return (templateVariables as readonly (string | undefined)[]).includes(name);
}
