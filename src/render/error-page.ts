import type { ErrorCode } from '../domain/spec.ts';

interface Message {
  readonly title: string;
  readonly text: string;
}

const unavailable: Message = {
  title: 'Be right back',
  text: 'Nobody can answer just now. This page asks again by itself in a few seconds.',
};

const messages: Readonly<Record<ErrorCode, Message>> = {
  400: { title: 'That request made no sense', text: 'Please check the address and try again.' },
  408: { title: 'That took too long to arrive', text: 'Please check your connection and try again.' },
  500: { title: 'Something went wrong here', text: 'It is not your fault. Please try again in a moment.' },
  502: { title: 'The answer got lost', text: 'The server went away while it answered. Please try again.' },
  503: unavailable,
  504: { title: 'No answer in time', text: 'The server is taking too long. Please try again in a moment.' },
};

/** What the balancer shows when nobody else can answer; one self-contained page, in light and dark. */
export function errorPage(code: ErrorCode, reason: string): string {
  const { title, text } = messages[code];
  // Only a GET may be repeated by the page itself; a browser reloads an error page of a POST as a GET of the same address.
  const refresh = code === '503' ? '<meta http-equiv="refresh" content="5">\n' : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="relay" aria-hidden="true"><i></i><i></i><i></i></p>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
<small>${code} ${escapeHtml(reason)}</small>
</main>
</body>
</html>
`;
}

const style = `
:root{color-scheme:light dark;--paper:#f7f5f0;--ink:#22252b;--soft:#6b6f78;--runner:#d9572b}
@media (prefers-color-scheme:dark){:root{--paper:#17191d;--ink:#ecebe7;--soft:#9a9da5}}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--paper);color:var(--ink);font:1.1rem/1.5 system-ui,sans-serif}
main{max-width:26rem;padding:2rem;text-align:center}
h1{margin:0 0 .5rem;font-size:1.9rem;line-height:1.2}
p{margin:0 0 1.5rem}
small{color:var(--soft)}
.relay i{display:inline-block;width:.8rem;height:.8rem;margin:.25rem;border-radius:50%;background:var(--runner);animation:hand 1.5s infinite}
.relay i:nth-child(2){animation-delay:.25s}
.relay i:nth-child(3){animation-delay:.5s}
@keyframes hand{0%,60%,100%{opacity:.25}20%{opacity:1}}
@media (prefers-reduced-motion:reduce){.relay i{animation:none}}
`;

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
