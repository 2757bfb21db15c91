import type { Refusal } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { compileText, type TextOptions } from './compile.ts';
import { compileScript, varying } from './expression/script.ts';
import { print } from './expression/value.ts';
import { Refused } from './function.ts';
import { parseText } from './parse.ts';

/** `expression`: true where the text is, in whatever case. `javascript`: the text is an expression of JavaScript. */
export type ConditionLanguage = 'expression' | 'javascript';

export type Condition = (user: User) => boolean;

/**
 * The condition of an If controller. In JavaScript anything but true and false is an error, which is false. Throws RelevoError
 * where `refusalsOfCondition` has something to say.
 */
export function compileCondition(text: string, language: ConditionLanguage, options: TextOptions = {}): Condition {
  const compiled = compileText(text.trim(), options);
  if (language === 'expression') return (user) => compiled.of(user).trim().toLowerCase() === 'true';
  const script = isOneReference(text.trim())
    ? varying(compiled, 'javascript')
    : compileScript(text.trim(), compiled, 'javascript');
  return (user) => {
    const value = script(user);
    return value !== undefined && value !== null && print(value) === 'true';
  };
}

/** Old plans have functions there whose value is the condition. */
function isOneReference(text: string): boolean {
  const parts = text.includes('${') ? parseText(text, (name) => name.startsWith('__')) : [];
  return parts.length === 1 && typeof parts[0] !== 'string';
}

/** What of a condition can't be honoured. */
export function refusalsOfCondition(text: string, language: ConditionLanguage): Refusal[] {
  try {
    compileCondition(text, language);
    return [];
  } catch (error) {
    if (error instanceof Refused) return [{ what: error.what, consequence: error.consequence }];
    throw error;
  }
}
