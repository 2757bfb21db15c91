import type { User } from '../../engine/user.ts';
import { Refused } from '../function.ts';
import { parseText } from '../parse.ts';
import type { Text } from '../template.ts';
import { compileExpression, type Expression } from './compile.ts';
import { type Language, ScriptError, type Value } from './value.ts';

/** A script of a plan. Undefined: the language would have thrown, which JMeter logs. */
export type Script = (user: User) => Value | undefined;

/**
 * Compiles a script. JMeter puts the values of `${…}` into its text before the language sees it, so what is compiled here is
 * each text that comes of it, and most come again. Throws Refused where it can't be honoured whatever the values are.
 */
export function compileScript(raw: string, text: Text, language: Language): Script {
  if (text.constant !== undefined) return evaluated(language, compiled(text.constant, language));
  compiled(withSamples(raw, language), language);
  return varying(text, language);
}

/** A script whose text is only known while the plan runs: for values that are conditions, `${ok}` or `${__jexl3(…)}`. */
export function varying(text: Text, language: Language): Script {
  const known = new Map<string, Script>();
  return (user) => {
    const source = text.of(user);
    let script = known.get(source);
    if (script === undefined) {
      if (known.size >= 1000) known.clear();
      script = later(source, language);
      known.set(source, script);
    }
    return script(user);
  };
}

function compiled(source: string, language: Language): Expression {
  try {
    return compileExpression(source, language);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    throw new Refused(
      `the ${language} script "${source.length > 80 ? `${source.slice(0, 80)}…` : source}"`,
      'scripts are not run, only simple expressions',
    );
  }
}

/** A text that values made: nobody could know of it before. */
function later(source: string, language: Language): Script {
  try {
    return evaluated(language, compiled(source, language));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return (user) => {
      user.run.note(`${error.what} could not be evaluated, and gives nothing.`);
      return undefined;
    };
  }
}

function evaluated(language: Language, expression: Expression): Script {
  return (user) => {
    try {
      return expression(user);
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      user.run.note(`A ${language} script failed and gives nothing: ${error.message}.`);
      return undefined;
    }
  };
}

/** The script with a sample of a value for each `${…}`: a letter between quotes, a number elsewhere. */
function withSamples(raw: string, language: Language): string {
  const parts = parseText(raw, (name) => name.startsWith('__'));
  if (parts.every((part) => typeof part !== 'string' || part.trim() === ''))
    throw new Refused(`a ${language} script that is only known while the plan runs`, 'scripts are not run');
  let source = '';
  let quote = '';
  for (const part of parts) {
    if (typeof part !== 'string') {
      source += quote === '' ? '(1)' : 'x';
      continue;
    }
    for (let at = 0; at < part.length; at += 1) {
      const char = part[at] as string;
      if (quote !== '' && char === '\\') at += 1;
      else if (char === quote) quote = '';
      else if (quote === '' && (char === '"' || char === "'")) quote = char;
    }
    source += part;
  }
  return source;
}
