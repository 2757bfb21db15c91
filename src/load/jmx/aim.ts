import { type Element, textOf } from './element.ts';

/**
 * The plan with a host for each HTTP sampler that has none, neither of its own nor from HTTP Request Defaults that reach it:
 * the target's. Host, port and protocol come together; one of them alone would be mixed with those of another host. Both
 * engines run the plan that this gives, so they send requests to the same places.
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

const samplers: ReadonlySet<string> = new Set(['HTTPSamplerProxy', 'HTTPSampler', 'HTTPSampler2', 'AjpSampler']);

function isDefaults({ kind, form }: Element): boolean {
  return kind === 'ConfigTestElement' && form.endsWith('HttpDefaultsGui');
}

/** An empty one is none: JMeter takes it from elsewhere then. */
function hasHost(element: Element): boolean {
  return textOf(element, 'HTTPSampler.domain') !== '';
}
