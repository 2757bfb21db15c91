import type { Skipped } from '../support.ts';

function listener(title: string, why = 'all samples are in the results, and in the file of --jtl'): Skipped {
  return { role: 'skipped', title, why };
}

function recorder(title: string): Skipped {
  return { role: 'skipped', title, why: 'it takes no part in a test' };
}

/** They do not change what is asked of the site, or when. */
export const skipped: Readonly<Record<string, Skipped>> = {
  ResultCollector: listener('Listener'),
  Summariser: listener('Generate Summary Results'),
  BackendListener: listener('Backend Listener', 'it tells another system about the samples'),
  ResultSaver: listener('Save Responses to a file', 'answers are not kept'),
  MailerResultCollector: listener('Mailer Visualizer', 'no mail is sent'),
  DebugPostProcessor: listener('Debug PostProcessor', 'it only shows variables'),
  'kg.apc.jmeter.vizualizers.CorrectedResultCollector': listener('jp@gc listener'),
  'kg.apc.jmeter.vizualizers.ResultCollector': listener('jp@gc listener'),
  'kg.apc.jmeter.perfmon.PerfMonCollector': listener('jp@gc - PerfMon Metrics Collector', 'it measures servers'),
  'kg.apc.jmeter.dbmon.DbMonCollector': listener('jp@gc - DbMon Samples Collector', 'it measures databases'),
  'kg.apc.jmeter.jmxmon.JMXMonCollector': listener('jp@gc - JMXMon Samples Collector', 'it measures servers'),
  'kg.apc.jmeter.reporters.FlexibleFileWriter': listener('jp@gc - Flexible File Writer'),
  'kg.apc.jmeter.reporters.ConsoleStatusLogger': listener('jp@gc - Console Status Logger'),
  'kg.apc.jmeter.reporters.LoadosophiaUploader': listener('jp@gc - BlazeMeter Sense Uploader'),
  ProxyControl: recorder('HTTP(S) Test Script Recorder'),
  HttpMirrorControl: recorder('HTTP Mirror Server'),
  PropertyControlGui: recorder('Property Display'),
  WorkBench: recorder('WorkBench'),
};
