import { callsPort } from '../domain/network.ts';
import type { HaproxyService } from './haproxy-backend.ts';
import { requestRules, useBackend } from './haproxy-frontend.ts';
import { section } from './haproxy-words.ts';
import { bridgeInterface } from './networkd.ts';

const nameless = 'relevo.nameless';

/**
 * Where services call one another: by name, whatever their routes are. On the bridge alone, so that nobody who knows a name
 * gets in from outside. What the caller says of its own visitor is believed.
 */
export function callsSections(services: readonly HaproxyService[]): string[] {
  const forwarded = ['X-Forwarded-For %[src]', 'X-Forwarded-Proto http'].map((text) => {
    const [name = ''] = text.split(' ');
    return `http-request set-header ${text} unless { req.fhdr(${name}) -m found }`;
  });
  const named = (each: HaproxyService) => `{ req.hdr(host),host_only -i ${each.service.name}.internal }`;
  return [
    section('frontend calls', [
      `bind :${callsPort} interface ${bridgeInterface}`,
      ...requestRules,
      ...forwarded,
      ...services.flatMap((each) => useBackend(each, [named(each)])),
      `default_backend ${nameless}`,
    ]),
    section(`backend ${nameless}`, [
      'http-request return status 404 content-type text/plain string "There is no service of this name.\\n"',
    ]),
  ];
}
