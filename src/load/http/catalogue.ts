import type { Refusal, Support } from '../engine/support.ts';
import { type Element, textOf } from '../jmx/element.ts';
import { AuthManager, inspectAuth } from './auth.ts';
import { CacheManager } from './cache.ts';
import { isCharset } from './charset.ts';
import { CookieManager } from './cookies.ts';
import { DnsCacheManager } from './dns.ts';
import { HeaderManager } from './headers.ts';
import { Manager } from './manager.ts';
import { HttpSampler } from './sampler.ts';
import { filePaths } from './settings.ts';

const noSuchRequest = ['A proxy, the protocol `file`, a content encoding or an implementation that is not known.'];

class Defaults extends Manager {}

const request: Support = {
  role: 'sampler',
  title: 'HTTP Request',
  limits: [
    'All implementations (HttpClient4, HttpClient3.1, Java) are one client of our own, which behaves like HttpClient4.',
    'It says `User-Agent: Relevo (as Apache-HttpClient/4.5)` unless a header manager says otherwise.',
    'HTTP/2, proxies and client certificates are not supported; NTLM and Kerberos are not spoken.',
    'A kept connection that the server has closed is noticed at once; JMeter notices after 4.9 seconds without use.',
    'Latency ends with the first byte of the answer, in JMeter with the first byte of its body.',
    'A request that got no answer has received 0 bytes; JMeter counts the length of its own stack trace.',
    'Heads of more than 256 kB, and bodies of more than 64 MB where something looks at them, fail the sample.',
    "Links in pages are found by another parser of HTML than JMeter's; conditional comments are never taken.",
    'Bodies that nothing in the plan looks at are neither kept nor decompressed.',
  ],
  refuses: [...noSuchRequest],
  inspect: inspectRequest,
  files: filePaths,
  compile: (element, scope) => new HttpSampler(element, scope),
};

/** Every element of JMeter's HTTP that takes part in a run, by its tag; a `ConfigTestElement` by its form. */
export const httpElements: Readonly<Record<string, Support>> = {
  HTTPSamplerProxy: request,
  HTTPSampler: { ...request, title: 'HTTP Request (of JMeter 2)' },
  HTTPSampler2: { ...request, title: 'HTTP Request HTTPClient (of JMeter 2)' },
  HttpDefaultsGui: {
    role: 'config',
    title: 'HTTP Request Defaults',
    refuses: [...noSuchRequest],
    inspect: inspectRequest,
    compile: () => new Defaults(),
  },
  SimpleConfigGui: {
    role: 'config',
    title: 'Simple Config Element',
    limits: ['Its properties reach HTTP requests only.'],
    refuses: [...noSuchRequest],
    inspect: inspectRequest,
    compile: () => new Defaults(),
  },
  HeaderManager: {
    role: 'config',
    title: 'HTTP Header Manager',
    compile: (element, scope) => new HeaderManager(element, scope),
  },
  CookieManager: {
    role: 'config',
    title: 'HTTP Cookie Manager',
    limits: ['All policies but `ignoreCookies` read and send cookies as `standard` does (RFC 6265).'],
    compile: (element, scope) => new CookieManager(element, scope),
  },
  CacheManager: { role: 'config', title: 'HTTP Cache Manager', compile: (element) => new CacheManager(element) },
  AuthManager: {
    role: 'config',
    title: 'HTTP Authorization Manager',
    limits: [
      'Only Basic and Digest; Kerberos is refused, and a server that offers nothing but NTLM gets no credentials.',
    ],
    refuses: ['Kerberos, and other mechanisms than Basic and Digest.'],
    inspect: inspectAuth,
    compile: (element, scope) => new AuthManager(element, scope),
  },
  DNSCacheManager: {
    role: 'config',
    title: 'DNS Cache Manager',
    compile: (element, scope) => new DnsCacheManager(element, scope),
  },
  ProxyControl: recorder('HTTP(S) Test Script Recorder', 'it records plans, and takes no part in a run'),
  HttpMirrorControl: recorder('HTTP Mirror Server', 'it is started by hand in JMeter, and takes no part in a run'),
};

function recorder(title: string, why: string): Support {
  return { role: 'skipped', title, why };
}

function inspectRequest(element: Element): Refusal[] {
  const refusals: Refusal[] = [];
  const refuse = (what: string, consequence: string) => refusals.push({ what, consequence });
  if (textOf(element, 'HTTPSampler.protocol').toLowerCase() === 'file') {
    refuse('protocol file', 'it reads a file instead of asking a server');
  }
  if (textOf(element, 'HTTPSampler.proxyHost').trim() !== '') {
    refuse(`proxy ${textOf(element, 'HTTPSampler.proxyHost')}`, 'requests would go to the server without it');
  }
  const encoding = textOf(element, 'HTTPSampler.contentEncoding');
  if (encoding !== '' && !encoding.includes('${') && !isCharset(encoding)) {
    refuse(`content encoding ${encoding}`, 'parameters and bodies could not be written');
  }
  const implementation = textOf(element, 'HTTPSampler.implementation');
  if (!known.has(implementation) && !implementation.includes('${')) {
    refuse(`implementation ${implementation}`, 'JMeter knows none of this name, and fails every sample');
  }
  return refusals;
}

const known = new Set(['', 'HttpClient4', 'HttpClient3.1', 'Java', 'HTTPSampler', 'HTTPSampler2']);
