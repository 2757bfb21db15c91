/** Types of properties as JMeter 5.6's forms write them (the `*Schema.kt` of its sources); text that is no such value is a string. */

const booleans = new Set([
  ...['TestPlan.functional_mode', 'TestPlan.serialize_threadgroups', 'TestPlan.tearDown_on_shutdown'],
  ...['ThreadGroup.scheduler', 'ThreadGroup.same_user_on_next_iteration', 'ThreadGroup.delayedStart'],
  ...['LoopController.continue_forever', 'IfController.evaluateAll', 'IfController.useExpression'],
  ...['TransactionController.parent', 'TransactionController.includeTimers'],
  ...['HTTPSampler.follow_redirects', 'HTTPSampler.auto_redirects', 'HTTPSampler.use_keepalive', 'HTTPSampler.md5'],
  ...['HTTPSampler.DO_MULTIPART_POST', 'HTTPSampler.BROWSER_COMPATIBLE_MULTIPART', 'HTTPSampler.concurrentDwn'],
  ...['HTTPSampler.image_parser', 'HTTPSampler.postBodyRaw'],
  ...['HTTPArgument.always_encode', 'HTTPArgument.use_equals', 'Assertion.assume_success'],
  ...['CookieManager.clearEachIteration', 'RegexExtractor.default_empty_value'],
]);

const integers = new Set([
  ...['ThreadGroup.num_threads', 'ThreadGroup.ramp_time', 'Assertion.test_type', 'calcMode'],
  ...['HTTPSampler.port', 'HTTPSampler.concurrentPool', 'HTTPSampler.ipSourceType'],
]);

const longs = new Set(['ThreadGroup.duration', 'ThreadGroup.delay', 'OpenModelThreadGroup.random_seed']);

/** The tag of a property whose value is a text. */
export function typeOf(name: string, value: string): 'stringProp' | 'boolProp' | 'intProp' | 'longProp' | 'doubleProp' {
  if (booleans.has(name) && (value === 'true' || value === 'false')) return 'boolProp';
  if (integers.has(name) && /^-?[1-9]\d{0,8}$|^0$/.test(value)) return 'intProp';
  if (longs.has(name) && /^-?[1-9]\d{0,17}$|^0$/.test(value)) return 'longProp';
  return name === 'throughput' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? 'doubleProp' : 'stringProp';
}
