import { compileScript } from '../expression/script.ts';
import { type Language, print } from '../expression/value.ts';
import { store, type TextFunction } from '../function.ts';

const limits =
  'No code is run: only expressions of literals, + - * / %, comparisons, && || !, ? :, vars, props, ctx, sampleResult and the common methods of texts and numbers.';

/** Expressions of the languages that JMeter has. */
export const scripts: readonly TextFunction[] = [
  script('__groovy', 'groovy', 'Groovy'),
  script('__jexl3', 'jexl3', 'JEXL 3'),
  script('__jexl2', 'jexl2', 'JEXL 2'),
  script('__javaScript', 'javascript', 'JavaScript'),
];

function script(name: string, language: Language, title: string): TextFunction {
  return {
    name,
    title: `The value of a simple expression in ${title}; nothing where it fails`,
    syntax: `${name}(expression, [variable])`,
    takes: [1, 2],
    limits,
    refuses: 'Anything more than that, and scripts that are only known while the plan runs.',
    compile: ([text, variable], { args }) => {
      if (text === undefined) return () => '';
      const run = compileScript(args[0] ?? '', text, language);
      return (user) => {
        const value = run(user);
        if (value === undefined) return '';
        // Only JavaScript says that there is nothing.
        return store(user, variable, value === null && language !== 'javascript' ? '' : print(value));
      };
    },
  };
}
