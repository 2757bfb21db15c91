import type { Complaint } from './source.ts';

export type Words =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly complaint: Complaint };

/** Characters that a shell would act on; here there is no shell. */
const operators = new Set('|&;<>()`$');

/** Splits a command as a shell quotes it (', ", \), but expands nothing and runs nothing. */
export function splitCommand(command: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < command.length; index++) {
    const character = command.charAt(index);
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'" || character === '"') {
      const quoted = readQuoted(command, index);
      if ('complaint' in quoted) return { ok: false, complaint: quoted.complaint };
      word = (word ?? '') + quoted.text;
      index = quoted.end;
    } else if (operators.has(character)) {
      return { ok: false, complaint: needsShell(character, command) };
    } else {
      if (character === '\\') index++;
      word = (word ?? '') + command.charAt(index);
    }
  }
  if (word !== undefined) words.push(word);
  return words.length > 0 ? { ok: true, words } : { ok: false, complaint: { message: 'the command is empty' } };
}

function readQuoted(command: string, start: number): { text: string; end: number } | { complaint: Complaint } {
  const quote = command.charAt(start);
  let text = '';
  for (let index = start + 1; index < command.length; index++) {
    const character = command.charAt(index);
    if (character === quote) return { text, end: index };
    if (quote === '"' && (character === '$' || character === '`')) return { complaint: needsShell(character, command) };
    const escapes = quote === '"' && character === '\\' && '"\\$`'.includes(command.charAt(index + 1));
    text += escapes ? command.charAt(++index) : character;
  }
  return { complaint: { message: `the quote ${quote} is not closed` } };
}

function needsShell(character: string, command: string): Complaint {
  return {
    message: `\`${character}\` means something to a shell only, and no shell runs this command`,
    hint: `if you want one, say so: \`command: [sh, -c, ${JSON.stringify(command)}]\``,
  };
}
