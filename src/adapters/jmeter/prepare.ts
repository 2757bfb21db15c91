import { inlinedPlan } from '../../load/engine/expand.ts';
import { aimedAt } from '../../load/jmx/aim.ts';
import type { Element, Properties, Property } from '../../load/jmx/element.ts';
import { writePlan } from '../../load/jmx/write.ts';
import type { LoadOrder } from '../../load/load-engine.ts';
import { serverColumn } from '../../load/results/csv.ts';

/** The plan that JMeter runs, as a `.jmx`: where it is aimed, requests of modules and of included plans are as well. */
export function planFor({ plan, target, askServer }: Pick<LoadOrder, 'plan' | 'target' | 'askServer'>): string {
  const aimed = target === undefined ? plan.root : aimedAt(inlinedPlan(plan), target);
  return writePlan(askServer ? { ...aimed, children: [...aimed.children, ...asking(aimed)] } : aimed);
}

/**
 * Each request asks our balancer which instance answers, and each answer is looked into: JMeter writes no headers of answers
 * into a CSV log, but variables.
 */
function asking({ path }: Element): Element[] {
  const made = (kind: string, form: string, properties: Readonly<Record<string, Property>>): Element => ({
    ...{ kind, form, name: 'Which instance answers', enabled: true, children: [], path, line: 0 },
    properties: new Map(Object.entries(properties)) satisfies Properties,
  });
  const header = {
    kind: 'Header',
    properties: new Map([
      ['Header.name', 'X-Relevo-Ask'],
      ['Header.value', 'server'],
    ]),
  };
  return [
    made('HeaderManager', 'HeaderPanel', { 'HeaderManager.headers': [{ name: '', value: header }] }),
    made('RegexExtractor', 'RegexExtractorGui', {
      'RegexExtractor.useHeaders': 'true',
      'RegexExtractor.refname': serverColumn,
      'RegexExtractor.regex': '(?m)^X-Relevo-Server: (\\S+)',
      'RegexExtractor.template': '$1$',
      'RegexExtractor.match_number': '1',
      'RegexExtractor.default': '',
      'RegexExtractor.default_empty_value': 'true',
    }),
  ];
}

/** What makes the log of samples what we read, whatever JMeter's own settings are. */
export function resultSettings(order: Pick<LoadOrder, 'jtl' | 'askServer'>): Readonly<Record<string, string>> {
  const saved = [
    'time',
    'timestamp',
    'label',
    'response_code',
    'response_message',
    'thread_name',
    'data_type',
    'successful',
  ];
  const more = [
    'assertion_results_failure_message',
    'bytes',
    'sent_bytes',
    'thread_counts',
    'url',
    'latency',
    'idle_time',
    'connect_time',
  ];
  const settings = [...saved, ...more, 'print_field_names'].map((name) => [`jmeter.save.saveservice.${name}`, 'true']);
  return {
    ...Object.fromEntries(settings),
    'jmeter.save.saveservice.timestamp_format': 'ms',
    'jmeter.save.saveservice.default_delimiter': ',',
    'jmeter.save.saveservice.output_format': order.jtl?.format ?? 'csv',
    // else progress would be seen only every few hundred samples; a write costs JMeter a hundredth of what a sample does
    'jmeter.save.saveservice.autoflush': 'true',
    'sampleresult.timestamp.start': 'true',
    ...(order.askServer && { sample_variables: serverColumn }),
  };
}
