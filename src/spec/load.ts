import type { Diagnostic } from '../domain/failure.ts';
import type { Spec } from '../domain/spec.ts';
import { crossChecks } from './checks.ts';
import { issueDiagnostics, withoutOwnKeys } from './issues.ts';
import { normalise } from './normalise.ts';
import { fileSchema } from './schema.ts';
import { type Complaint, inOrder, type Path, type Source } from './source.ts';
import { parseYaml } from './syntax.ts';
import { decode, isDiagnostic } from './text.ts';
import { readTree, type Tree } from './tree.ts';

export type Loaded =
  | { readonly ok: true; readonly spec: Spec; readonly at: PointAt }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** A complaint about the value at `path` of the user's file: for what only the world can tell, such as a missing source file. */
export type PointAt = (path: Path, complaint: Complaint) => Diagnostic;

/** The user's file to a Spec, or everything that is wrong with it. `file` is only how messages call it. */
export function loadSpec(file: string, bytes: Uint8Array): Loaded {
  const source = decode(file, bytes);
  if (isDiagnostic(source)) return { ok: false, diagnostics: [source] };
  const syntax = parseYaml(source);
  if (!syntax.ok) return { ok: false, diagnostics: inOrder(syntax.diagnostics) };
  const { tree, diagnostics, whole } = readTree(source, syntax.document);
  return whole ? judge(source, tree, diagnostics) : { ok: false, diagnostics: inOrder(diagnostics) };
}

function judge(source: Source, tree: Tree, before: readonly Diagnostic[]): Loaded {
  const data = withoutOwnKeys(tree.data);
  const parsed = fileSchema.safeParse(data);
  const issues = parsed.success ? [] : issueDiagnostics(source, tree, parsed.error.issues);
  const findings = crossChecks(data).map((each) =>
    source.diagnostic(each.key ? tree.key(each.path) : tree.value(each.path), each.path, each),
  );
  const diagnostics = inOrder([...before, ...issues, ...findings]);
  if (!parsed.success || diagnostics.length > 0) return { ok: false, diagnostics };
  return {
    ok: true,
    spec: normalise(parsed.data, (path) => tree.written(path)),
    at: (path, complaint) => source.diagnostic(tree.value(path), path, complaint),
  };
}
