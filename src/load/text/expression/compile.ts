import jsep from 'jsep';
import type { User } from '../../engine/user.ts';
import { Refused } from '../function.ts';
import { hosts, isMethod, javascriptFunctions, jexlFunctions, plainMethods, textMethods } from './host.ts';
import {
  calculate,
  compare,
  Decimal,
  equal,
  Host,
  type Language,
  type Methods,
  ScriptError,
  truth,
  type Value,
} from './value.ts';

/** An expression, compiled. Throws ScriptError where the language would throw an exception. */
export type Expression = (user: User) => Value;

const words: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  div: '/',
  mod: '%',
};
for (const [word, sign] of Object.entries(words)) jsep.addBinaryOp(word, jsep.binary_ops[sign] as number);
jsep.addUnaryOp('not');

/**
 * Compiles an expression of a script, of which no code is ever run: literals, `+ - * / %`, comparisons, `&& || !`, `? :`,
 * parentheses, `vars`, `props`, `ctx`, `sampleResult` and the common methods of texts and numbers, each with the meaning
 * that the language gives it. Throws Refused for anything else, and SyntaxError where it is no expression at all.
 */
export function compileExpression(source: string, language: Language): Expression {
  if (source.length > 10_000) throw new Refused(`a script of ${source.length} characters`);
  return new Compiler(language, source).compile(parse(source));
}

function parse(source: string): jsep.Expression {
  try {
    return jsep(source.trim().replace(/;\s*$/, ''));
  } catch (error) {
    throw new SyntaxError((error as Error).message);
  }
}

class Compiler {
  readonly #language: Language;
  readonly #source: string;

  constructor(language: Language, source: string) {
    this.#language = language;
    this.#source = source;
  }

  compile(node: jsep.Expression): Expression {
    const core = node as jsep.CoreExpression;
    switch (core.type) {
      case 'Literal':
        return this.#literal(core);
      case 'Identifier':
        return this.#identifier(core.name);
      case 'UnaryExpression':
        return this.#unary(core);
      case 'BinaryExpression':
        return this.#binary(core);
      case 'ConditionalExpression':
        return this.#conditional(core);
      case 'CallExpression':
        return this.#call(core);
      case 'MemberExpression':
        return this.#member(core);
      default:
        throw this.#refused('what is more than an expression');
    }
  }

  #refused(what: string): Refused {
    const source = this.#source.length > 80 ? `${this.#source.slice(0, 80)}…` : this.#source;
    return new Refused(
      `${what} in the ${this.#language} script "${source}"`,
      'scripts are not run, only simple expressions',
    );
  }

  #literal({ value, raw }: jsep.Literal): Expression {
    if (value instanceof RegExp) throw this.#refused('a regular expression');
    if (typeof value === 'string' && this.#language === 'groovy' && raw.startsWith('"') && value.includes('$'))
      throw this.#refused('"$" between double quotes');
    const isDecimal = typeof value === 'number' && this.#language !== 'javascript' && /[.eE]/.test(raw);
    const constant = isDecimal ? new Decimal(value) : value;
    return () => constant;
  }

  #identifier(name: string): Expression {
    const host = Object.hasOwn(hosts, name) ? hosts[name] : undefined;
    if (host !== undefined) return () => host;
    if (name === 'threadName') return (user) => user.name;
    if (name === 'undefined' && this.#language === 'javascript') return () => null;
    throw this.#refused(`"${name.slice(0, 40)}"`);
  }

  #unary({ operator, argument }: jsep.UnaryExpression): Expression {
    const language = this.#language;
    const value = this.compile(argument);
    const isNot = operator === '!' || (operator === 'not' && language.startsWith('jexl'));
    if (isNot) return (user) => !truth(language, value(user));
    if (operator === '-') return (user) => calculate(language, '-', 0, value(user));
    throw this.#refused(`the operator "${operator}"`);
  }

  #binary({ operator, left, right }: jsep.BinaryExpression): Expression {
    const language = this.#language;
    const sign = language.startsWith('jexl') ? (words[operator] ?? operator) : operator;
    const [a, b] = [this.compile(left), this.compile(right)];
    if (sign === '&&' || sign === '||') return this.#logical(sign, a, b);
    const holds = comparisons[sign];
    if (holds !== undefined) return (user) => holds(compare(language, a(user), b(user)));
    if (sign === '==') return (user) => equal(language, a(user), b(user));
    if (sign === '!=') return (user) => !equal(language, a(user), b(user));
    if (language === 'javascript' && sign === '===') return (user) => a(user) === b(user);
    if (language === 'javascript' && sign === '!==') return (user) => a(user) !== b(user);
    if ('+-*/%'.includes(sign)) return (user) => calculate(language, sign, a(user), b(user));
    throw this.#refused(`the operator "${operator}"`);
  }

  /** JavaScript gives one of the two, the others true or false. */
  #logical(sign: '&&' | '||', a: Expression, b: Expression): Expression {
    const language = this.#language;
    return (user) => {
      const first = a(user);
      const decided = truth(language, first) === (sign === '||');
      const value = decided ? first : b(user);
      return language === 'javascript' ? value : truth(language, value);
    };
  }

  #conditional({ test, consequent, alternate }: jsep.ConditionalExpression): Expression {
    const language = this.#language;
    const [condition, then, otherwise] = [test, consequent, alternate].map((each) => this.compile(each)) as [
      Expression,
      Expression,
      Expression,
    ];
    return (user) => (truth(language, condition(user)) ? then(user) : otherwise(user));
  }

  #call({ callee, arguments: args }: jsep.CallExpression): Expression {
    const values = args.map((each) => this.compile(each));
    if (callee.type === 'Identifier') return this.#function(String(callee['name']), values);
    if (callee.type !== 'MemberExpression') throw this.#refused('a call');
    const { object, property, computed, optional } = callee as jsep.MemberExpression;
    const name = String(property['name']);
    const host = hostOf(object);
    const known = host === undefined ? isMethod(name) : Object.hasOwn(host.methods, name);
    if (computed || property.type !== 'Identifier' || !known) throw this.#refused(`the call of "${name.slice(0, 40)}"`);
    const self = this.compile(object);
    return (user) => {
      const receiver = self(user);
      if (receiver === null && optional) return null;
      return invoke(
        user,
        receiver,
        name,
        values.map((each) => each(user)),
      );
    };
  }

  #function(name: string, args: readonly Expression[]): Expression {
    const known: Methods = { javascript: javascriptFunctions, groovy: {}, jexl2: jexlFunctions, jexl3: jexlFunctions }[
      this.#language
    ];
    const found = Object.hasOwn(known, name) ? known[name] : undefined;
    if (found === undefined) throw this.#refused(`the call of "${name.slice(0, 40)}"`);
    return (user) => found(user, ...args.map((each) => each(user)));
  }

  /** Properties: `x.length` in JavaScript, `ctx.threadNum` for `ctx.getThreadNum()`. */
  #member({ object, property, computed }: jsep.MemberExpression): Expression {
    const name = String(property['name']);
    const host = hostOf(object);
    const getter = `get${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    if (!computed && host !== undefined && Object.hasOwn(host.methods, getter) && name !== 'object') {
      const get = host.methods[getter] as NonNullable<Methods[string]>;
      return (user) => get(user);
    }
    const self = this.compile(object);
    if (!computed && name === 'length' && this.#language === 'javascript') {
      return (user) => {
        const value = self(user);
        if (typeof value !== 'string') throw new ScriptError('it has no length');
        return value.length;
      };
    }
    throw this.#refused(computed ? 'an index' : `the property "${name.slice(0, 40)}"`);
  }
}

function hostOf({ type, name }: jsep.Expression): Host | undefined {
  return type === 'Identifier' && Object.hasOwn(hosts, String(name)) ? hosts[String(name)] : undefined;
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function invoke(user: User, self: Value, name: string, args: readonly Value[]): Value {
  if (self instanceof Host) {
    const method = Object.hasOwn(self.methods, name) ? self.methods[name] : undefined;
    if (method !== undefined) return method(user, ...args);
  } else if (typeof self === 'string') {
    const method = Object.hasOwn(textMethods, name) ? textMethods[name] : undefined;
    if (method !== undefined) return method(self, ...args);
  } else if (self !== null) {
    const method = Object.hasOwn(plainMethods, name) ? plainMethods[name] : undefined;
    if (method !== undefined) return method(self, ...args);
  }
  throw new ScriptError(`${self === null ? 'null' : 'it'} has no ${name}()`);
}
