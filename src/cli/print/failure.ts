import type { Evidence, Failure } from '../../domain/failure.ts';
import { renderDiagnostics } from './diagnostics.ts';
import type { Style } from './style.ts';
import { clean, indent } from './text.ts';

/** What went wrong, its proof, and what to do about it. */
export function renderFailure(failure: Failure, style: Style): string {
  const { diagnostics = [] } = failure;
  const head = diagnostics.length > 0 ? renderDiagnostics(diagnostics, style) : headline(failure.message, style);
  return [head, ...renderDetails(failure, style)].join('\n');
}

/** The same where a line above already says which step failed. */
export function renderStepFailure(failure: Failure, style: Style): string {
  return indent([style.red(failure.message), ...renderDetails(failure, style)].join('\n'), '  ');
}

function headline(message: string, style: Style): string {
  return `${style.red('✗')} ${style.bold(message)}`;
}

function renderDetails({ evidence, hint }: Failure, style: Style): string[] {
  const lines: string[] = [];
  if (evidence) lines.push(...renderEvidence(evidence, style));
  if (hint) lines.push(`  ${style.cyan('hint:')} ${indent(hint, '        ').trimStart()}`);
  return lines;
}

function renderEvidence({ title, lines }: Evidence, style: Style): string[] {
  const gutter = style.dim('│');
  return [`  ${style.dim(title)}`, ...lines.map((line) => `  ${gutter} ${clean(line)}`.trimEnd())];
}
