import { type Element, textOf } from '../../jmx/element.ts';
import { newSample } from '../leaf.ts';
import { toBoolean } from '../numbers.ts';
import type { Sampler, Scope, Supported } from '../support.ts';
import type { User } from '../user.ts';

/** Shows variables and properties: a sample like others, which its timers hold back like others. */
export const debugSampler: Supported = {
  role: 'sampler',
  title: 'Debug Sampler',
  limits: ['It shows no Java system properties.'],
  compile,
};

function compile(element: Element, scope: Scope): Sampler {
  const label = scope.template(element.name);
  const shows = (what: string) => toBoolean(textOf(element, what));
  const variables = shows('displayJMeterVariables');
  const properties = shows('displayJMeterProperties');
  return {
    label,
    sample: (user) => {
      const text = () =>
        (variables ? list('JMeterVariables', user.variables) : '') +
        (properties ? list('JMeterProperties', user.run.properties) : '');
      return debugSample(label.of(user), user, text);
    },
  };
}

function debugSample(label: string, user: User, text: () => string) {
  const sample = newSample(label, user.run.clock.now());
  const body = text();
  sample.code = '200';
  sample.message = 'OK';
  sample.type = 'text';
  sample.received = Buffer.byteLength(body);
  sample.response = { headers: '', requestHeaders: '', body: Buffer.from(body), text: () => body };
  return sample;
}

function list(title: string, values: ReadonlyMap<string, string>): string {
  const lines = [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}\n`);
  return `${title}:\n${lines.join('')}\n`;
}
