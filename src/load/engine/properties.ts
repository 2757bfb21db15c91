import type { PlanFinding } from '../../domain/load.ts';
import type { Element } from '../jmx/element.ts';
import { mentions } from './texts.ts';

/**
 * Properties that change JMeter itself, or how their names begin (up to a dot), and what they change. Source: bin/jmeter.properties
 * of 5.6.3, and the plugins’.
 */
const changes: readonly (readonly [what: string, names: readonly string[]])[] = [
  [
    'connections and retries',
    ['httpclient4.', 'httpclient.', 'hc.parameters.file', 'http.', 'jmeter.httpclient.', 'kerberos.'],
  ],
  ['TLS', ['https.', 'javax.net.ssl.']],
  ['cookies', ['CookieManager.', 'cookies', 'cookies.']],
  ['the HTTP cache', ['cache_manager.', 'cacheable_methods']],
  ['redirects, bodies and embedded resources', ['httpsampler.', 'post_add_content_type_if_missing']],
  [
    'which parts of answers are looked at',
    ['HTTPResponse.', 'htmlParser.', 'wmlParser.', 'cssParser.', 'css.parser.', 'cssselector.', 'document.'],
  ],
  ['extractors and assertions', ['xpath.', 'xpath2query.', 'regex.', 'oro.', 'jmeter.regex.', 'assertion.']],
  ['data files', ['csvdataset.', 'csvread.']],
  ['samples and their times', ['sampleresult.', 'subresults.', 'sample_variables', 'resultcollector.']],
  ['the log', ['jmeter.save.saveservice.', 'jmeter.reportgenerator.', 'summariser.']],
  ['scripts', ['beanshell.', 'jsr223.', 'groovy.', 'javascript.']],
  ['the schedule of users', ['threads_schedule', 'timer.factor', 'dynamic_tg.', 'jmeterthread.']],
  ['functions', ['function.cache.', 'system.properties', 'user.properties', 'user.classpath']],
  ['included plans', ['includecontroller.']],
  ['other samplers', ['mirror.', 'tcp.']],
  ['the engine', ['jmeterengine.', 'jmeter.']],
];

/** These change this engine as well. */
const honoured: ReadonlySet<string> = new Set(['csvdataset.eofstring', 'csvread.delimiter']);

/** Properties that JMeter would follow and this engine does not; those that the plan itself reads are its own affair. */
export function inspectProperties(root: Element, properties: ReadonlyMap<string, string>): PlanFinding[] {
  return [...properties.keys()].flatMap((name): PlanFinding[] => {
    const change = changes.find(([, names]) =>
      names.some((each) => (each.endsWith('.') ? name.startsWith(each) : name === each)),
    );
    if (change === undefined || honoured.has(name) || mentions(root, readings(name))) return [];
    const what = `property ${name} changes JMeter itself`;
    const consequence = `${change[0]} would be as without it`;
    return [{ kind: 'unsupported', path: 'Properties', line: 0, what, consequence }];
  });
}

/** How texts and scripts read a property. */
function readings(name: string): string[] {
  const calls = ['__P(', '__property('].flatMap((call) => [`${call}${name})`, `${call}${name},`]);
  return [...calls, `"${name}"`, `'${name}'`];
}
