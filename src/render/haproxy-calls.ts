import { callsPort } from '../domain/network.ts';
import type { HaproxyService } from './haproxy-backend.ts';
import { requestRules } from './haproxy-frontend.ts';
import { section } from './haproxy-words.ts';
import { bridgeInterface } from './networkd.ts';

const nameless = 'relevo-nameless';

/**
 * Where services call one another: by name, whatever their routes are. On the bridge alone, so that nobody who knows a name
 * gets in from outside. What the caller says of its own visitor's protocol is believed.
 */
export function callsSections(services: readonly HaproxyService[]): string[] {
  return [
    section('frontend calls', [
      `bind :${callsPort} interface ${bridgeInterface}`,
      ...requestRules,
      'http-request set-header X-Forwarded-Proto http unless { req.fhdr(X-Forwarded-Proto) -m found }',
      ...services.map(
        ({ service: { name } }) => `use_backend ${name} if { req.hdr(host),host_only -i ${name}.internal }`,
      ),
      `default_backend ${nameless}`,
    ]),
    section(`backend ${nameless}`, [
      'http-request return status 404 content-type text/plain string "There is no service of this name.\\n"',
    ]),
  ];
}
