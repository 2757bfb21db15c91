import { cleanTarget, lost, lostIn } from './rules-targets.ts';
import type { Complaint } from './source.ts';
import { splitCommand } from './words.ts';

/** Rules for what systemd starts, and for what it is given: what systemd or the kernel would refuse later is refused here. */

/** Bytes: the kernel's MAX_ARG_STRLEN, for one word of a command or one `NAME=value`. Source: execve(2). */
const longestWord = 128 * 1024 - 1;

export function wordComplaint(word: string): Complaint | undefined {
  if (word.includes('\0')) return { message: 'the text has control characters in it' };
  if (/\p{Surrogate}/u.test(word)) return { message: 'the text has half a character in it (`\\ud800` to `\\udfff`)' };
  if (/\p{Noncharacter_Code_Point}/u.test(word))
    return { message: 'the text has a character that Unicode keeps for nobody, and systemd takes no such text' };
  const bytes = new TextEncoder().encode(word).length;
  if (bytes < longestWord - 1024) return undefined;
  return { message: `the text has ${bytes} bytes, more than Linux gives to a program`, hint: 'put it into a file' };
}

export function commandComplaint(command: string): Complaint | undefined {
  const split = splitCommand(command);
  return split.ok ? argvComplaint(split.words) : split.complaint;
}

/** Of a command, word by word. */
export function argvComplaint([program = '', ...rest]: readonly string[]): Complaint | undefined {
  const bad = [program, ...rest].map(wordComplaint).find((each) => each !== undefined);
  return bad ?? programComplaint(program) ?? (isShell(program) ? undefined : expansionComplaint(rest));
}

/** What systemd makes of the first word. Source: systemd.service(5), "COMMAND LINES", and its config_parse_exec. */
export function programComplaint(program: string): Complaint | undefined {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(program) ?? [];
  if (name !== undefined) {
    const hint = `write \`${name}: ${value === '' ? '""' : value}\` under \`environment\`, and begin with the program`;
    return { message: `\`${program}\` sets a variable in a shell only, and no shell runs this command`, hint };
  }
  const word = shellWords.get(program);
  if (word !== undefined)
    return { message: `\`${program}\` is a word of the shell, and no shell runs this command`, hint: word };
  if (program.startsWith('~')) {
    const hint = 'write the whole path of the program';
    return { message: '`~` means something to a shell only, and no shell runs this command', hint };
  }
  const mark = /^[@:+!|-]/.exec(program)?.[0];
  if (mark !== undefined) {
    const hint = 'write the whole path of the program';
    return { message: `a program can't begin with \`${mark}\`, which means something else to systemd`, hint };
  }
  const bad = /[\p{Cc}\\"'$]/u.exec(program)?.[0];
  if (bad !== undefined)
    return {
      message: `the name of a program has no ${/\p{Cc}/u.test(bad) ? 'control character' : `\`${bad}\``} in it`,
    };
  if (program === '') return { message: 'the first word names the program, and it is empty' };
  if (/(^|\/)\.{0,2}$/.test(program))
    return { message: `\`${program}\` is a directory, and no program`, hint: 'add the name of the program' };
  if (program.split('/').some((part) => part.length > 255) || program.length > 4000)
    return { message: 'the name of the program is too long' };
  return undefined;
}

const inShell = 'if you want a shell, say so: `command: [sh, -c, "…"]`';

const shellWords: ReadonlyMap<string, string> = new Map([
  ['cd', 'say where the program starts with `working_dir`'],
  ['exec', 'begin with the program: it is the service’s own process anyway'],
  ['export', 'write variables under `environment`'],
  ['set', inShell],
  ['source', inShell],
  ['eval', inShell],
  ['ulimit', inShell],
  ['umask', inShell],
  [';', inShell],
]);

/** It fills in `${VAR}` itself. */
export const isShell = (program: string) => /(^|\/)(ba|da|z|k|a)?sh$|(^|\/)env$/.test(program);

function expansionComplaint(words: readonly string[]): Complaint | undefined {
  const found = words.flatMap((word) => expansionIn(word) ?? [])[0];
  if (found === undefined) return undefined;
  const hint = 'a shell fills it in: `command: [sh, -c, "…"]`; or write the value';
  return { message: `nothing is filled in for \`${found}\`: the program would get it as it stands`, hint };
}

/** `${VAR}`, `${VAR:-other}`, as Compose fills them in; not `$${VAR}`, which stands for itself. */
export function expansionIn(text: string): string | undefined {
  return /(?<!\$)\$\{[A-Za-z_][A-Za-z0-9_]*(?:(?::?[-?+]|[#%/^,])[^}]*)?\}/.exec(text)?.[0];
}

export function valueComplaint(value: string): Complaint | undefined {
  return wordComplaint(value) ?? unfilled(value);
}

export function unfilled(value: string): Complaint | undefined {
  const found = expansionIn(value);
  if (found === undefined) return undefined;
  const name = /[A-Za-z_][A-Za-z0-9_]*/.exec(found)?.[0];
  const hint = `write the value; what comes from your own environment belongs in \`secrets\`: \`${name}: {env: ${name}}\`. \`$${found}\` stands for itself`;
  return { message: `nothing is filled in for \`${found}\`: the service would get it as it stands`, hint };
}

/** `$${` as in Compose: it was checked that nothing else begins so. */
export function withoutEscapes(value: string): string {
  return value.replaceAll('$${', '${');
}

/** The way back. */
export function withEscapes(value: string): string {
  return value.replaceAll('${', () => '$${');
}

export function assignmentComplaint(item: string): Complaint | undefined {
  if (item.includes('=')) return valueComplaint(item);
  const hint = `write \`${item}=value\`; a value that comes from your own environment belongs in \`secrets\``;
  return { message: `expected NAME=value, got \`${item}\``, hint };
}

export const directoryPattern = '^/';

export function directoryComplaint(directory: string): Complaint | undefined {
  if (!directory.startsWith('/')) {
    const hint = `for example \`/${directory.replace(/^[./~]+/, '')}\``;
    return { message: 'a working directory is an absolute path', hint };
  }
  if (directory.split('/').includes('..')) return { message: 'a working directory has no `..`' };
  const mount = lostIn(cleanTarget(directory));
  if (mount !== undefined && mount !== cleanTarget(directory))
    return { message: lost(mount), hint: 'for example `/opt/app`' };
  if (directory.length > 4000 || directory.split('/').some((part) => part.length > 255))
    return { message: 'the path is too long' };
  if (/\p{Cc}/u.test(directory)) return { message: 'the text has control characters in it' };
  if (/[\s\\]$/.test(directory)) return { message: 'a working directory has no space and no `\\` at its end' }; // of a unit's line
  return wordComplaint(directory);
}

/** Area/City, of IANA's list; what is older, such as `US/Eastern`, is not in every release of Debian. */
export const timezonePattern = '^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_+-]+)+)$';

export function timezoneComplaint(zone: string): Complaint | undefined {
  const isOld = /^(Etc|US|Brazil|Canada|Chile|Mexico)\//.test(zone);
  if (new RegExp(timezonePattern).test(zone) && !isOld) return undefined;
  return { message: `\`${zone}\` is no time zone`, hint: 'a name such as `Europe/Madrid`, or `UTC`' };
}

export const ownerPattern = '^[a-z_][a-z0-9_-]{0,31}(:[a-z_][a-z0-9_-]{0,31})?$';

export function ownerComplaint(owner: string): Complaint | undefined {
  if (new RegExp(ownerPattern).test(owner)) return undefined;
  const hint = /^[0-9]+(:[0-9]+)?$/.test(owner)
    ? 'by name, not by number'
    : 'for example `www-data`, or `relevo:www-data`';
  return { message: `\`${owner}\` is no owner: \`user\` or \`user:group\``, hint };
}
