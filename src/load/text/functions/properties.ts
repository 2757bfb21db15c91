import { store, type TextFunction } from '../function.ts';

/** JMeter's properties, and the user's variables under computed names. */
export const properties: readonly TextFunction[] = [
  {
    name: '__P',
    title: 'A property; without a default "1"',
    syntax: '__P(name, [default])',
    takes: [1, 2],
    compile: ([name, otherwise]) => {
      const fixed = name?.constant;
      const fallback = otherwise === undefined ? '1' : otherwise.constant;
      if (fixed !== undefined && fallback !== undefined) return ({ run }) => run.properties.get(fixed) ?? fallback;
      return (user) => user.run.properties.get(name?.of(user) ?? '') ?? otherwise?.of(user) ?? '1';
    },
  },
  {
    name: '__property',
    title: 'A property; without a default its own name',
    syntax: '__property(name, [variable], [default])',
    takes: [1, 3],
    compile:
      ([name, variable, otherwise]) =>
      (user) => {
        const property = name?.of(user) ?? '';
        const value = user.run.properties.get(property) ?? otherwise?.of(user) ?? property;
        const into = variable?.of(user) ?? '';
        if (into !== '') user.variables.set(into, value);
        return value;
      },
  },
  {
    name: '__setProperty',
    title: 'Sets a property for all users; gives nothing, or what it was before where the third argument is true',
    syntax: '__setProperty(name, value, [true])',
    takes: [2, 3],
    limits: 'Only users of the same process see it.',
    compile:
      ([name, value, giveOld]) =>
      (user) => {
        const property = name?.of(user) ?? '';
        const before = user.run.properties.get(property);
        user.run.properties.set(property, value?.of(user) ?? '');
        return giveOld?.of(user).toLowerCase() === 'true' ? (before ?? 'null') : '';
      },
  },
  {
    name: '__isPropDefined',
    title: 'Whether a property is there: true or false',
    syntax: '__isPropDefined(name)',
    takes: [1, 1],
    compile:
      ([name]) =>
      (user) =>
        String(user.run.properties.has(name?.of(user) ?? '')),
  },
  {
    name: '__isVarDefined',
    title: 'Whether a variable is there: true or false',
    syntax: '__isVarDefined(name)',
    takes: [1, 1],
    compile:
      ([name]) =>
      (user) =>
        String(user.variables.has(name?.of(user) ?? '')),
  },
  {
    name: '__V',
    title: 'The variable of a computed name',
    syntax: '__V(name, [default])',
    takes: [1, 2],
    compile:
      ([name, otherwise]) =>
      (user) => {
        const variable = name?.of(user) ?? '';
        return user.variables.get(variable) ?? otherwise?.of(user) ?? variable;
      },
  },
  {
    name: '__split',
    title: 'Splits a text into name_1, name_2, …, with their number in name_n',
    syntax: '__split(text, name, [separator])',
    takes: [2, 3],
    compile:
      ([text, name, separator]) =>
      (user) => {
        const whole = text?.of(user) ?? '';
        const prefix = name?.of(user).trim() ?? '';
        const parts = split(whole, separator?.of(user) || ',');
        user.variables.set(prefix, whole).set(`${prefix}_n`, String(parts.length));
        for (const [index, part] of parts.entries()) user.variables.set(`${prefix}_${index + 1}`, part);
        user.variables.delete(`${prefix}_${parts.length + 1}`);
        return whole;
      },
  },
  {
    name: '__RandomFromMultipleVars',
    title: 'One value of several variables, at random; of name_1 … where there is a name_matchNr',
    syntax: '__RandomFromMultipleVars(name|name|…, [variable])',
    takes: [1, 2],
    compile:
      ([names, variable]) =>
      (user) => {
        const values = (names?.of(user).trim() ?? '').split('|').flatMap((name) => valuesOf(user.variables, name));
        return store(user, variable, values[Math.floor(user.run.random() * values.length)] ?? '');
      },
  },
];

/** Each character of the separators splits; nothing between two of them is "?". */
function split(text: string, separators: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (const char of text) {
    if (!separators.includes(char)) {
      part += char;
      continue;
    }
    parts.push(part || '?');
    part = '';
  }
  if (text !== '') parts.push(part || '?');
  // A separator at the very beginning brings nothing.
  return text !== '' && separators.includes(text[0] as string) ? parts.slice(1) : parts;
}

function valuesOf(variables: ReadonlyMap<string, string>, name: string): string[] {
  const count = Number.parseInt(variables.get(`${name}_matchNr`) ?? '0', 10);
  if (!(count > 0)) return [variables.get(name) ?? ''].filter((value) => value !== '');
  return Array.from(
    { length: Math.min(count, variables.size) },
    (_, index) => variables.get(`${name}_${index + 1}`) ?? 'null',
  );
}
