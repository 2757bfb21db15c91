import { type Document, isNode, parseAllDocuments, visit, type YAMLError } from 'yaml';
import type { Diagnostic } from '../domain/failure.ts';
import type { Complaint, Range, Source } from './source.ts';

export type Syntax =
  | { readonly ok: true; readonly document: Document }
  | { readonly ok: false; readonly diagnostics: Diagnostic[] };

/** Text to one YAML 1.2 document. Duplicate and merge keys are `tree.ts`'s, which knows their paths. */
export function parseYaml(source: Source): Syntax {
  const documents = parseAllDocuments(source.text, {
    version: '1.2',
    prettyErrors: false,
    uniqueKeys: false,
    merge: false,
    logLevel: 'silent',
  });
  const [document, second] = [...documents];
  const diagnostics = [...documents].flatMap((each) => syntaxDiagnostics(source, each));
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  if (document === undefined || (document.contents === null && second === undefined))
    return { ok: false, diagnostics: [emptiness(source)] };
  if (second !== undefined) return { ok: false, diagnostics: [secondDocument(source, second)] };
  return { ok: true, document };
}

function emptiness(source: Source): Diagnostic {
  const message = /\S/.test(source.text) ? 'the file holds only comments' : 'the file is empty';
  return source.diagnostic(undefined, [], { message, hint: '`relevo init` writes a commented starter' });
}

function secondDocument(source: Source, document: Document): Diagnostic {
  const start = source.text.lastIndexOf('---', document.range?.[0] ?? 0);
  return source.diagnostic([start, start + 3], [], {
    message: 'a second document begins here, and a file holds one',
    hint: 'remove the `---`, or keep each project in a file of its own',
  });
}

/** A mistake drags others behind it: tabs hide the rest, and of each line only the first complaint is told. */
function syntaxDiagnostics(source: Source, document: Document): Diagnostic[] {
  const errors: readonly YAMLError[] = [...document.errors, ...document.warnings];
  const unclosed = errors.find((error) => error.message.includes('end with a ') || error.code === 'MISSING_CHAR');
  const opener = unclosed && openerBefore(document, source, unclosed.pos[0]);
  if (opener !== undefined) return [source.diagnostic(opener.range, [], opener.complaint)];
  const tabs = errors.filter((error) => error.code === 'TAB_AS_INDENT');
  const lines = new Set<number>();
  return (tabs.length > 0 ? tabs : errors)
    .toSorted((a, b) => a.pos[0] - b.pos[0])
    .filter((error) => {
      const line = source.lineAt(error.pos[0]);
      return !lines.has(line) && lines.add(line);
    })
    .map((error) => source.diagnostic(error.pos, [], inPlainWords(error)));
}

/** What is never closed swallows the rest of the file, so that the parser notices far behind it. */
function openerBefore(
  document: Document,
  source: Source,
  offset: number,
): { range: Range; complaint: Complaint } | undefined {
  let start: number | undefined;
  visit(document, {
    Node: (_, node) => {
      const [from, to] = isNode(node) && node.range ? node.range : [offset + 1, 0];
      if (from < offset && to >= offset && '{["\''.includes(source.text.charAt(from))) start = from;
    },
  });
  if (start === undefined) return undefined;
  return { range: [start, start + 1], complaint: { message: `this \`${source.text.charAt(start)}\` is never closed` } };
}

function inPlainWords(error: YAMLError): Complaint {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { message: 'a tab indents this line; YAML wants spaces', hint: 'replace each tab by two spaces' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: 'a second `key:` on one line',
        hint: 'begin a new line with it, or quote the text that holds `: `',
      };
    case 'MULTILINE_IMPLICIT_KEY':
      return { message: 'this text is no `key: value`', hint: 'a `:` is missing, or the indentation is off' };
    case 'BAD_INDENT':
      return { message: sentence(error.message), hint: 'keys of one map begin in the same column' };
    case 'BAD_SCALAR_START':
      return { message: sentence(error.message), hint: 'put the value in quotes' };
    case 'RESOURCE_EXHAUSTION':
      return { message: 'the file is nested too deeply' };
    default:
      return { message: sentence(error.message) };
  }
}

/** Ours begin in lower case and have no full stop. */
function sentence(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '');
}
