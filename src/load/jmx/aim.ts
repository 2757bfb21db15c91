import { type Element, isBean, type Property, textOf } from './element.ts';

/**
 * The plan with a host for each HTTP sampler that has none, neither of its own nor from HTTP Request Defaults that reach it:
 * the target's. Host, port and protocol come together; one of them alone would be mixed with those of another host. The plan must
 * be as it runs, with modules and includes put in: defaults that reach these reach their requests.
 */
export function aimedAt(root: Element, target: URL): Element {
  return aim(root, target, false);
}

function aim(element: Element, target: URL, housed: boolean): Element {
  const reached = housed || element.children.some((child) => child.enabled && isDefaults(child) && hasHost(child));
  const children = element.children.map((child) => aim(child, target, reached));
  if (!samplers.has(element.kind) || reached || hasHost(element)) return { ...element, children };
  const properties = new Map(element.properties)
    .set('HTTPSampler.domain', target.hostname)
    .set('HTTPSampler.port', target.port)
    .set('HTTPSampler.protocol', target.protocol.replace(':', ''));
  return { ...element, children, properties };
}

/** A sampler that takes part has no host. */
export function needsTarget(root: Element): boolean {
  const lacks = (element: Element, housed: boolean): boolean => {
    if (!element.enabled) return false;
    const reached = housed || element.children.some((child) => child.enabled && isDefaults(child) && hasHost(child));
    if (samplers.has(element.kind) && !reached && !hasHost(element)) return true;
    return element.children.some((child) => lacks(child, reached));
  };
  return lacks(root, false);
}

/** The target as properties of JMeter's: exported plans read it from them. */
export function targetProperties({ hostname, port, protocol }: URL): [name: string, value: string][] {
  const scheme = protocol.replace(':', '');
  return [
    ['target.host', hostname],
    ['target.port', port === '' ? String(defaultPorts[scheme]) : port],
    ['target.scheme', scheme],
  ];
}

const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** Some part of the plan asks where to go: a sampler without a host, or a text that reads the target's properties. */
export function takesTarget(root: Element): boolean {
  return needsTarget(root) || readsTarget(root);
}

function readsTarget({ enabled, properties, children }: Element): boolean {
  const reads = (value: Property): boolean => {
    if (typeof value === 'string') return /\$\{__(P|property)\(target\.host\b/.test(value);
    return isBean(value) ? [...value.properties.values()].some(reads) : value.some((item) => reads(item.value));
  };
  return enabled && ([...properties.values()].some(reads) || children.some(readsTarget));
}

const samplers: ReadonlySet<string> = new Set(['HTTPSamplerProxy', 'HTTPSampler', 'HTTPSampler2', 'AjpSampler']);

function isDefaults({ kind, form }: Element): boolean {
  return kind === 'ConfigTestElement' && form.endsWith('HttpDefaultsGui');
}

/** An empty one is none: JMeter takes it from elsewhere then. */
function hasHost(element: Element): boolean {
  return textOf(element, 'HTTPSampler.domain') !== '';
}
